// What one settlement of seats works on and what it leaves behind. Called by seating.ts alone; its results by the trails.
import type { CountDelta } from '../domain/adoption';
import type { Caller } from '../domain/caller';
import type { OutboxEvent } from '../domain/event';
import { grouped } from '../domain/grouped';
import type { ClaimSource, Holding, PoolClaim, ReleaseReason } from '../domain/license';
import type { Stores } from '../store/stores';
import { newsOfPools, type PoolNews } from './pool-alerts';

/** Somebody whose claims or state changed, locked; the claims as they will be, the holdings as they are. */
export interface Person {
  readonly userId: string;
  readonly isEnabled: boolean;
  readonly appPoolId: string | null;
  readonly claims: readonly PoolClaim[];
  readonly holdings: readonly Holding[];
}

/** A seat given, taken or waited for: an audit entry without its caller. */
export interface LicenseAudit {
  readonly action: 'license.assigned' | 'license.released' | 'license.waitlisted';
  readonly userId: string;
  readonly poolId: string;
  readonly detail: { readonly source?: ClaimSource; readonly reason?: ReleaseReason; readonly cause?: 'freed_seat' };
}

/** What a settlement did, and what must be written in the same transaction. */
export interface Seated {
  /** The pool of the app seat of each person now. */
  readonly appPools: ReadonlyMap<string, string | null>;
  readonly events: readonly OutboxEvent[];
  readonly audit: readonly LicenseAudit[];
  /** Count deltas of other people: those whom a freed seat went to. */
  readonly others: readonly CountDelta[];
  /** What admins are to hear of the pools. */
  readonly news: PoolNews;
}

/** What one settlement works on. */
export interface Run {
  readonly stores: Stores;
  readonly caller: Caller;
  readonly at: Date;
  readonly appPools: Map<string, string | null>;
  readonly events: OutboxEvent[];
  readonly audit: LicenseAudit[];
  readonly others: CountDelta[];
  readonly news: PoolNews;
}

/** A claim of somebody on a pool. */
export type Wanted = Pick<PoolClaim, 'poolId' | 'isApp' | 'source' | 'sourceRef'> & { readonly userId: string };

/** A settlement that has done nothing yet. */
export function begin(stores: Stores, caller: Caller, at: Date, people: readonly Person[]): Run {
  const appPools = new Map(people.map((person) => [person.userId, person.appPoolId]));
  return { stores, caller, at, appPools, events: [], audit: [], others: [], news: newsOfPools() };
}

/** The claims of one person. */
export function wantedOf({ userId }: Person, claims: readonly PoolClaim[]): Wanted[] {
  return claims.map((claim) => ({ ...claim, userId }));
}

/** By pool, in the order in which pools are locked. */
export function byPool<T extends { readonly poolId: string }>(all: readonly T[]): [string, T[]][] {
  return [...grouped(all, (it) => it.poolId)].toSorted(([a], [b]) => (a < b ? -1 : 1));
}

/** Whether the account ends with the seat. */
export function isGone(reason: ReleaseReason): boolean {
  return reason === 'deactivated' || reason === 'removed';
}

/** Their ids. */
export function idsOf(rows: readonly { readonly id: string }[]): string[] {
  return rows.map((row) => row.id);
}
