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

/** The move of somebody whose app seat came or went; none when nothing did. */
export function seatDeltas({ flags, lastUsedOn: on }: CountBucket, hasSeat: boolean): CountDelta[] {
  const next = hasSeat ? flags | flagBits.appSeat : flags & ~flagBits.appSeat;
  if (next === flags) return [];
  return [{ from: { flags, lastUsedOn: on }, to: { flags: next, lastUsedOn: on } }];
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

/** The seventeen counts, in the order of the wire (docs/adoption.md). */
export interface AdoptionCounts {
  readonly totalLicense: number;
  readonly assignedLicense: number;
  readonly unassignedLicense: number;
  readonly activatedLicense: number;
  readonly activationPending: number;
  readonly onboardedUsers: number;
  readonly appSetupPending: number;
  readonly usingApp: number;
  readonly usagePending: number;
  readonly addedItems: number;
  readonly connectedExtension: number;
  readonly connectedExtensionPending: number;
  readonly usingAutofill: number;
  readonly usingAutofillPending: number;
  readonly totalUsers: number;
  readonly activeUsers: number;
  readonly inactiveUsers: number;
}

/** Counts beside the seventeen. The bands part the inactive by days since last use, or since setup if there was none. */
export interface ExtraCounts {
  readonly overAssignedLicense: number;
  readonly waitlisted: number;
  readonly neverUsed: number;
  readonly inactive30To60: number;
  readonly inactive60To90: number;
  readonly inactive90Plus: number;
}

/** A set of people as a mask: in it is whoever has all of the bits. */
export interface FlagSet {
  readonly allOf: number;
}

const { enabled, appSeat, activated, onboarded, itemsAdded, extensionConnected, autofillUsed } = flagBits;

/** The sets behind the counts, as far as flags decide them. The funnel asks for a seat, the activity card does not. */
export const flagSets = {
  assigned: { allOf: appSeat },
  activated: { allOf: appSeat | activated },
  onboarded: { allOf: appSeat | onboarded },
  usingApp: { allOf: appSeat | itemsAdded },
  usingWithExtension: { allOf: appSeat | itemsAdded | extensionConnected },
  usingWithAutofill: { allOf: appSeat | itemsAdded | autofillUsed },
  members: { allOf: enabled | onboarded },
} as const satisfies Record<string, FlagSet>;

/** The sums the counts are made of: people in each set, and members with recent use. */
export type AdoptionSums = Readonly<Record<keyof typeof flagSets | 'activeMembers', number>>;

/** The seventeen counts from the seats and the sums. What is pending is always what is left. */
export function countsOf(totalLicense: number, sums: AdoptionSums): AdoptionCounts {
  return {
    totalLicense,
    assignedLicense: sums.assigned,
    unassignedLicense: Math.max(totalLicense - sums.assigned, 0),
    activatedLicense: sums.activated,
    activationPending: sums.assigned - sums.activated,
    onboardedUsers: sums.onboarded,
    appSetupPending: sums.activated - sums.onboarded,
    usingApp: sums.usingApp,
    usagePending: sums.onboarded - sums.usingApp,
    addedItems: sums.usingApp,
    connectedExtension: sums.usingWithExtension,
    connectedExtensionPending: sums.usingApp - sums.usingWithExtension,
    usingAutofill: sums.usingWithAutofill,
    usingAutofillPending: sums.usingApp - sums.usingWithAutofill,
    totalUsers: sums.members,
    activeUsers: sums.activeMembers,
    inactiveUsers: sums.members - sums.activeMembers,
  };
}

/** The change of each bar that moves add up to; bars that end as they were are left out. */
export function netChanges(deltas: readonly CountDelta[]): CountedBucket[] {
  const net = new Map<string, CountedBucket>();
  const add = (bucket: CountBucket | null, people: number): void => {
    if (bucket === null) return;
    const key = `${bucket.flags} ${bucket.lastUsedOn}`;
    net.set(key, { ...bucket, people: (net.get(key)?.people ?? 0) + people });
  };
  for (const { from, to } of deltas) {
    add(from, -1);
    add(to, 1);
  }
  return [...net.values()].filter(({ people }) => people !== 0);
}
