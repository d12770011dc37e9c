// The reader's own word: stop, or not for some weeks. The signed link in a mail is the right to say it; no sign-in, no
// cookie. Called by console/opt-out-page (the pages) and by activities (the link in a mail).
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../clock';
import type { Caller } from '../domain/caller';
import { AppError } from '../errors';
import { isId, type NewId } from '../ids';
import type { Database } from '../store/database';
import { suppress } from './suppression-step';

/** What a link says about its reader, for the page behind it. */
export interface OptOutLink {
  readonly organizationId: number;
  readonly userId: string;
  readonly organizationName: string;
  readonly productName: string;
  /** Already stopped for good. */
  readonly isOptedOut: boolean;
  /** The end of a running snooze. */
  readonly snoozedUntil: Date | null;
}

/** The verbs behind `/u/<token>`. */
export interface SuppressionService {
  /** The address of a person's opt-out page; the same for the same day of sending. @param sentAt the mail's Date */
  optOutUrl(organizationId: number, userId: string, sentAt: Date): string;
  /** @throws AppError `code.refused` when the link is false, too old, or about nobody */
  readToken(token: string): Promise<OptOutLink>;
  /** Stops all reminders; said twice, it changes nothing. @throws AppError `code.refused` */
  optOut(token: string, requestId: string): Promise<OptOutLink>;
  /** Stops reminders for 1, 2 or 4 weeks; a running snooze is replaced. @throws AppError `code.refused`, `input.invalid` */
  snooze(token: string, weeks: number, requestId: string): Promise<OptOutLink>;
}

interface Dependencies {
  readonly database: Pick<Database, 'inTransaction' | 'read'>;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly secretKey: string;
  readonly publicUrl: string;
}

const dayMs = 86_400_000;
const validDays = 60;
const weekChoices = [1, 2, 4];

/** The service behind the opt-out link. */
export function createSuppression({ database, clock, newId, secretKey, publicUrl }: Dependencies): SuppressionService {
  const links = createLinks(secretKey);
  const look = async (token: string): Promise<OptOutLink> => {
    const { organizationId, userId } = links.read(token, clock.now());
    return database.read(organizationId, async (stores) => {
      const user = await stores.users.find(userId);
      if (!user) throw new AppError('code.refused');
      const organization = await stores.organization.get();
      const open = await stores.suppressions.listOpen(userId, null);
      const snoozes = open.filter((it) => it.kind === 'snooze' && it.expiresAt && it.expiresAt > clock.now());
      return {
        organizationId,
        userId,
        organizationName: organization.name,
        productName: organization.productName,
        isOptedOut: open.some((it) => it.kind === 'opt_out'),
        snoozedUntil: snoozes.at(-1)?.expiresAt ?? null,
      };
    });
  };
  const stop = async (token: string, requestId: string, weeks: number | null): Promise<OptOutLink> => {
    const { organizationId, userId } = links.read(token, clock.now());
    const caller: Caller = { organizationId, actor: { kind: 'user', id: userId }, requestId };
    await database.inTransaction(organizationId, async (stores) => {
      if (!(await stores.users.lock(userId))) throw new AppError('code.refused');
      const open = await stores.suppressions.listOpen(userId, null);
      if (open.some((it) => it.kind === 'opt_out')) return;
      const at = clock.now();
      const expiresAt = weeks === null ? null : new Date(at.getTime() + weeks * 7 * dayMs);
      const kind = weeks === null ? 'opt_out' : 'snooze';
      if (kind === 'snooze') await stores.suppressions.release(userId, kind, at);
      await suppress(stores, { caller, newId, userId, addressKey: null, kind, expiresAt, causeRef: null, at });
    });
    return look(token);
  };
  return {
    optOutUrl: (organizationId, userId, sentAt) => `${publicUrl}/u/${links.make(organizationId, userId, sentAt)}`,
    readToken: look,
    optOut: (token, requestId) => stop(token, requestId, null),
    snooze: async (token, weeks, requestId) => {
      if (!weekChoices.includes(weeks)) throw new AppError('input.invalid', { reason: 'Choose 1, 2 or 4 weeks.' });
      return stop(token, requestId, weeks);
    },
  };
}

/** Links hold organization, user, last day and a signature for this purpose alone. They name nobody. */
function createLinks(secretKey: string) {
  const key = createHmac('sha256', secretKey).update('uptake opt-out v1').digest();
  const sign = (payload: string): Buffer => createHmac('sha256', key).update(payload).digest();
  return {
    make: (organizationId: number, userId: string, sentAt: Date): string => {
      const lastDay = Math.floor(sentAt.getTime() / dayMs) + validDays;
      const payload = `${organizationId.toString(36)}.${lastDay.toString(36)}.${userId}`;
      return `${payload}.${sign(payload).toString('base64url')}`;
    },
    read: (token: string, now: Date): { organizationId: number; userId: string } => {
      const parts = token.length <= 200 ? token.split('.') : [];
      const [organization = '', lastDay = '', userId = '', mac = ''] = parts;
      const given = Buffer.from(mac, 'base64url');
      const expected = sign(`${organization}.${lastDay}.${userId}`);
      // Every refusal costs one signature, whatever is wrong.
      const isSigned = given.length === expected.length && timingSafeEqual(given, expected);
      const isInTime = Number.parseInt(lastDay, 36) * dayMs >= now.getTime();
      if (!isSigned || !isInTime || parts.length !== 4 || !isId(userId)) throw new AppError('code.refused');
      return { organizationId: Number.parseInt(organization, 36), userId };
    },
  };
}
