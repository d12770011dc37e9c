// The seventeen counts of adoption: what a user adds to them (flags and the day of last use), the kept histogram as
// sums, and what must always hold. Called by the services that change a user, by service/adoption and by the views.
import type { Milestones, AccountState } from './user';

/** The bits of `users.flags`; the generated column of the same name adds exactly these. */
export const flagBits = {
  enabled: 1,
  appSeat: 2,
  activated: 4,
  onboarded: 8,
  itemsAdded: 16,
  extensionConnected: 32,
  autofillUsed: 64,
  returned: 128,
  hubEver: 256,
} as const;

/** `last_used_on` of somebody who never used the app. */
export const neverUsedOn = '1000-01-01';

/** What of a user decides the counts. */
export interface CountedUser {
  readonly accountState: AccountState;
  readonly licensedAt: Date | string | null;
  readonly milestones: { readonly [name in keyof Milestones]: Date | string | null };
  readonly lastUsedAt: Date | string | null;
}

/** One bar of the histogram: people with the same flags and the same UTC day of last use. */
export interface CountBucket {
  readonly flags: number;
  /** UTC day, YYYY-MM-DD; `neverUsedOn` for none. */
  readonly lastUsedOn: string;
}

/** A move of one person between bars; null = not counted (not there yet, or removed). */
export interface CountDelta {
  readonly from: CountBucket | null;
  readonly to: CountBucket | null;
}

/** A bar with its people. */
export interface CountedBucket extends CountBucket {
  readonly people: number;
}

/** The flags of a user; null once removed. */
export function flagsOf(user: CountedUser): number | null {
  if (user.accountState === 'removed') return null;
  const { milestones: at } = user;
  const facts: [boolean, number][] = [
    [user.accountState === 'enabled', flagBits.enabled],
    [user.licensedAt !== null, flagBits.appSeat],
    [at.activatedAt !== null, flagBits.activated],
    [at.onboardedAt !== null, flagBits.onboarded],
    [at.itemsAddedAt !== null, flagBits.itemsAdded],
    [at.extensionConnectedAt !== null, flagBits.extensionConnected],
    [at.autofillUsedAt !== null, flagBits.autofillUsed],
    [at.returnedAt !== null, flagBits.returned],
    [at.hubAuthenticatedAt !== null, flagBits.hubEver],
  ];
  return facts.reduce((flags, [holds, bit]) => (holds ? flags | bit : flags), 0);
}

/** The bar a user stands in; null once removed. */
export function bucketOf(user: CountedUser): CountBucket | null {
  const flags = flagsOf(user);
  return flags === null ? null : { flags, lastUsedOn: lastUsedOn(user.lastUsedAt) };
}

/**
 * The move that a change of a user makes; undefined when the counts do not see it.
 * @param before undefined for a new user
 */
export function countDelta(before: CountedUser | undefined, after: CountedUser): CountDelta | undefined {
  const from = before ? bucketOf(before) : null;
  const to = bucketOf(after);
  return from?.flags === to?.flags && from?.lastUsedOn === to?.lastUsedOn ? undefined : { from, to };
}

function lastUsedOn(at: Date | string | null): string {
  if (at === null) return neverUsedOn;
  return (typeof at === 'string' ? at : at.toISOString()).slice(0, 10);
}
