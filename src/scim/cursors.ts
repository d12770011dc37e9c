// Cursors of RFC 9865: where a list goes on, sealed so that nobody can make one up, use one of another list or organization,
// or keep one for ever. Nothing is stored. Called by listing.ts.
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { PageKey } from '../domain/page';
import { AppError } from '../errors';

/** What a cursor is bound to: a text of organization, resource, filter and sort. */
export type CursorScope = string;

/** Where a list goes on. */
export interface Position {
  readonly key: PageKey;
  /** The page size of the walk. */
  readonly count: number;
  /** The total as counted at `countedMs`. */
  readonly total: number;
  readonly countedMs: number;
}

/** What a sealed text holds besides the instant it was made. */
export type Fact = string | number | null;

/** Makes and reads cursors: unreserved characters of RFC 3986 alone. */
export interface Cursors {
  write(scope: CursorScope, position: Position, nowMs: number): string;
  /** @throws cursor.invalid, cursor.expired */
  read(scope: CursorScope, cursor: string, nowMs: number): Position;
  /** Seals facts of another shape; a scope must always hold the same shape. */
  seal(scope: CursorScope, facts: readonly Fact[], nowMs: number): string;
  /** The facts as they were sealed. @throws cursor.invalid, cursor.expired */
  unseal(scope: CursorScope, cursor: string, nowMs: number): readonly Fact[];
}

/** Seconds a cursor is good for; ServiceProviderConfig says so. */
export const cursorTimeout = 3600;

const sealBytes = 16;
const longest = 8192;

/** @param secretKey the key of the deployment, so that every process reads the cursors of the others */
export function createCursors(secretKey: string): Cursors {
  const key = createHmac('sha256', secretKey).update('uptake scim cursor v1').digest();
  const sealOf = (scope: CursorScope, facts: string): Buffer =>
    createHmac('sha256', key).update(`${scope}\n${facts}`).digest().subarray(0, sealBytes);
  const seal: Cursors['seal'] = (scope, facts, nowMs) => {
    const text = Buffer.from(JSON.stringify([...facts, nowMs])).toString('base64url');
    return `${text}.${sealOf(scope, text).toString('base64url')}`;
  };
  const unseal: Cursors['unseal'] = (scope, cursor, nowMs) => {
    const [text = '', sealed = '', ...more] = cursor.length > longest ? [] : cursor.split('.', 3);
    const given = Buffer.from(sealed, 'base64url');
    const wanted = sealOf(scope, text);
    // The text is compared too: base64 has several spellings of the same bytes.
    const isOurs = more.length === 0 && given.length === sealBytes && timingSafeEqual(given, wanted);
    if (!isOurs || sealed !== wanted.toString('base64url')) throw new AppError('cursor.invalid');
    const facts = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as Fact[];
    if (nowMs - Number(facts.pop()) > cursorTimeout * 1000) throw new AppError('cursor.expired');
    return facts;
  };
  return {
    seal,
    unseal,
    write: (scope, { key: { value, id }, count, total, countedMs }, nowMs) =>
      seal(scope, [value, id, count, total, countedMs], nowMs),
    read: (scope, cursor, nowMs) => {
      const [value, id, count, total, countedMs] = unseal(scope, cursor, nowMs) as [
        string | null,
        string,
        number,
        number,
        number,
      ];
      return { key: { value, id }, count, total, countedMs };
    },
  };
}
