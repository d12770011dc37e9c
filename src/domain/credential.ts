// Tokens and client secrets: their kinds, how many may live, when they end. Pure; called by service/credentials.
import { AppError } from '../errors';
import { scopes, type Scope } from './caller';

/** What a machine shows: a SCIM bearer, an API token, or the secret of an OAuth client. */
export type TokenKind = 'scim' | 'api' | 'oauth-client';

/** How many live at once: two bearers overlap while one replaces the other; secrets count for each client. */
export const mostLive: Readonly<Record<TokenKind, number>> = { scim: 2, api: 5, 'oauth-client': 5 };

/** Life of an access token in minutes. Source: Microsoft's gallery requirements, 60 minutes to six hours. */
export const accessTokenMinutes = { least: 60, most: 360, usual: 60 } as const;

/** Stands where an id of an admin is asked for and the installation itself acted. */
export const nobody = '00000000-0000-0000-0000-000000000000';

interface Rule {
  readonly usual: string;
  /** Years; a secret of a client lives one to three. Source: Microsoft's gallery requirements. */
  readonly leastYears?: number;
  readonly mostYears?: number;
}

const rules: Readonly<Record<TokenKind, Rule>> = {
  scim: { usual: '1y', mostYears: 3 },
  api: { usual: '1y' },
  'oauth-client': { usual: '2y', leastYears: 1, mostYears: 3 },
};

/**
 * When a token ends.
 * @param wish `90d`, `2y`, a UTC day `2027-03-01`, `never` (API tokens alone), or undefined for the usual
 * @throws input.invalid for any other text, an end that is over, and one outside what the kind allows
 */
export function expiryOf(kind: TokenKind, wish: string | undefined, now: Date): Date | null {
  const { usual, leastYears, mostYears } = rules[kind];
  const text = wish ?? usual;
  if (text === 'never' && mostYears === undefined) return null;
  const endsAt = instantOf(text, now);
  const isOutside =
    endsAt === undefined ||
    Number.isNaN(endsAt.getTime()) ||
    endsAt <= now ||
    (leastYears !== undefined && endsAt < addYears(now, leastYears)) ||
    (mostYears !== undefined && endsAt > addYears(now, mostYears));
  if (isOutside) throw new AppError('input.invalid', { reason: `The expiry must be ${spanOf(kind)}.` });
  return endsAt;
}

function spanOf(kind: TokenKind): string {
  if (kind === 'api') return 'in the future: 90d, 2y, 2027-03-01, or never';
  return `90d, 2y or a day like 2027-03-01, ${kind === 'scim' ? 'at most three years ahead' : 'one to three years ahead'}`;
}

function instantOf(text: string, now: Date): Date | undefined {
  const [, amount, unit] = /^(\d{1,4})([dy])$/.exec(text) ?? [];
  if (unit === 'd') return new Date(now.getTime() + Number(amount) * 86_400_000);
  if (unit === 'y') return addYears(now, Number(amount));
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return undefined;
  const day = new Date(`${text}T00:00:00Z`);
  const isReal = !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
  return isReal ? day : undefined;
}

function addYears(at: Date, years: number): Date {
  const end = new Date(at);
  end.setUTCFullYear(end.getUTCFullYear() + years);
  return end;
}

/**
 * The scopes that are meant, in any case and with any sign between the words: `users-read`, `Onboarding & Adoption`.
 * @throws input.invalid for none, or an unknown one
 */
export function readScopes(words: readonly string[]): Scope[] {
  const found = words.map((word) => scopes.find((scope) => lettersOf(scope) === lettersOf(word)));
  if (found.length === 0 || found.includes(undefined))
    throw new AppError('input.invalid', { reason: `Scopes are ${scopes.join(', ')}; name at least one.` });
  return scopes.filter((scope) => found.includes(scope));
}

function lettersOf(text: string): string {
  return text.toLowerCase().replaceAll(/[^a-z]/g, '');
}

/** The label of a token. @throws input.invalid when it is empty, longer than 80 characters, or holds control characters */
export function readLabel(text: string): string {
  const label = text.trim();
  const length = Array.from(label).length;
  if (length === 0 || length > 80 || /\p{C}/u.test(label))
    throw new AppError('input.invalid', { reason: 'A label has 1 to 80 characters.' });
  return label;
}

/** @throws input.invalid outside of 60 to 360 whole minutes */
export function readMinutes(minutes: number | undefined): number {
  const { least, most, usual } = accessTokenMinutes;
  const read = minutes ?? usual;
  if (!Number.isInteger(read) || read < least || read > most)
    throw new AppError('input.invalid', { reason: `Access tokens live ${least} to ${most} minutes.` });
  return read;
}

/** The name of a token that follows another: `app` → `app 2` → `app 3`, the first that is free. */
export function nextName(name: string, taken: ReadonlySet<string>): string {
  const base = name.replace(/ \d+$/, '');
  for (let number = 2; ; number += 1) {
    const tail = ` ${number}`;
    const next = `${Array.from(base)
      .slice(0, 80 - tail.length)
      .join('')}${tail}`;
    if (!taken.has(next)) return next;
  }
}
