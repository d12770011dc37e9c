// How often something may be guessed: token buckets in the database, shared by all web processes. No hard lock: who
// waits gets in. Called by service/sign-in, service/setup and service/token-grants.
import { createHash } from 'node:crypto';
import type { Clock } from '../clock';
import { AppError } from '../errors';
import type { Database } from '../store/database';

/**
 * What is counted: tries on one account, from one address, what an admin proves with a code or once more, wrong secrets of
 * OAuth clients, and dead links of mails (apart from sign-in, so that people behind one address with old mails never lock
 * an admin out).
 */
export type BucketKind = 'account' | 'address' | 'second_factor' | 'client' | 'client_address' | 'link';

/** Takes and gives back tokens. */
export interface Throttle {
  /** Takes one token. @throws AppError `rate.limited` with `retryAfter` in seconds (at most 900) */
  take(kind: BucketKind, subject: string): Promise<void>;
  /** Gives the token back after a try that was right. */
  giveBack(kind: BucketKind, subject: string): Promise<void>;
}

/** One token comes back a minute; refused tries make the wait longer, up to 15 minutes. */
const rule = { perMinute: 1, floor: -14 };
const capacity: Readonly<Record<BucketKind, number>> = {
  account: 10,
  address: 30,
  second_factor: 10,
  client: 10,
  client_address: 30,
  link: 30,
};

/** Buckets over the database. Only digests of accounts and addresses are kept. */
export function createThrottle({ database, clock }: { database: Database; clock: Clock }): Throttle {
  return {
    take: async (kind, subject) => {
      const bucket = { ...rule, capacity: capacity[kind] };
      const left = await database.acrossOrganizations((scan) =>
        scan.attempts.take(keyOf(kind, subject), bucket, clock.now()),
      );
      if (left < 0) throw new AppError('rate.limited', { retryAfter: Math.ceil((1 - left) * 60) });
    },
    giveBack: async (kind, subject) => {
      await database.acrossOrganizations((scan) => scan.attempts.giveBack(keyOf(kind, subject), 1, capacity[kind]));
    },
  };
}

function keyOf(kind: BucketKind, subject: string): string {
  return createHash('sha256').update(`${kind}:${subject}`).digest('hex');
}
