// The seats of the license engine: people with their claims -> seats given, ended and waited for, in one transaction and
// with few statements however many people there are. Called by service/licensing.ts. A full pool is never an error.
import { seatDeltas, type CountDelta } from '../domain/adoption';
import type { Caller } from '../domain/caller';
import type { OutboxEvent } from '../domain/event';
import { grouped } from '../domain/grouped';
import {
  planSeats,
  type ClaimSource,
  type Holding,
  type PoolClaim,
  type ReleaseReason,
  type SeatPlan,
} from '../domain/license';
import type { NewId } from '../ids';
import type { Stores } from '../store/stores';

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
}

/** What one settlement works on. */
interface Run {
  readonly stores: Stores;
  readonly caller: Caller;
  readonly at: Date;
  readonly appPools: Map<string, string | null>;
  readonly events: OutboxEvent[];
  readonly audit: LicenseAudit[];
  readonly others: CountDelta[];
}

interface Wish {
  readonly person: Person;
  readonly plan: SeatPlan;
}

/** A claim of somebody on a pool. */
type Wanted = Pick<PoolClaim, 'poolId' | 'isApp' | 'source' | 'sourceRef'> & { readonly userId: string };

/** The seats. */
export interface Seating {
  /** Makes people hold what their claims say; of equal claims the people named first get the seats. */
  settle(stores: Stores, caller: Caller, people: readonly Person[], reason: ReleaseReason, at: Date): Promise<Seated>;
  /** Gives free seats of a pool, which the caller has locked, to its oldest waiters; `limit` of them at most. */
  fill(stores: Stores, caller: Caller, pool: PoolKind, limit: number, at: Date): Promise<Seated>;
}

/** A pool and what it gives. */
export interface PoolKind {
  readonly id: string;
  readonly isApp: boolean;
}

/** The seats of the license engine. */
export function createSeating({ newId }: { readonly newId: NewId }): Seating {
  const give = async (run: Run, wanted: readonly Wanted[], cause?: 'freed_seat'): Promise<void> => {
    const [first] = wanted;
    if (first === undefined) return;
    const actorId = run.caller.actor.id;
    await run.stores.licenses.addAssignments(
      wanted.map(({ userId, poolId, isApp, source, sourceRef }) => {
        return { id: newId(), userId, poolId, isApp, source, sourceRef, actorId };
      }),
      run.at,
    );
    for (const { userId, poolId, source } of wanted) {
      const detail = { source, ...(cause && { cause }) };
      run.audit.push({ action: 'license.assigned', userId, poolId, detail });
    }
    if (!first.isApp) return;
    const userIds = wanted.map((it) => it.userId);
    await run.stores.licenses.setAppSeats(userIds, first.poolId, run.at);
    for (const { userId } of wanted) run.appPools.set(userId, first.poolId);
  };

  /** Gives seats that are free to the oldest waiters; how many got one. */
  const promote = async (run: Run, pool: PoolKind, count: number): Promise<number> => {
    const { stores, at } = run;
    const waiters = await stores.licenses.lockOldestWaiters(pool.id, pool.isApp, count);
    const seats = waiters.length === 0 ? 0 : await stores.licenses.takeSeats(pool.id, waiters.length, at);
    const promoted = waiters.slice(0, seats);
    await stores.licenses.endWaits(
      promoted.map((it) => it.waitId),
      'assigned',
      at,
    );
    for (const waiter of promoted.filter((it) => pool.isApp && !run.appPools.has(it.userId))) {
      run.others.push(...seatDeltas(waiter, true));
      run.events.push({ topic: 'SeatAssigned', userId: waiter.userId });
    }
    const wanted = promoted.map((it) => ({ ...it, poolId: pool.id, isApp: pool.isApp }));
    await give(run, wanted, 'freed_seat');
    if (pool.isApp)
      await leaveQueues(
        run,
        promoted.filter((it) => it.waitsElsewhere).map((it) => it.userId),
      );
    return promoted.length;
  };

  /** Who has an app seat waits for no other. */
  const leaveQueues = async ({ stores, at }: Run, userIds: readonly string[]): Promise<void> => {
    const held = await stores.licenses.listHoldings(userIds);
    const waits = held.filter((it) => it.kind === 'wait' && it.isApp).map((it) => it.id);
    await stores.licenses.endWaits(waits, 'withdrawn', at);
  };

  const end = async (run: Run, wishes: readonly Wish[], reason: ReleaseReason): Promise<void> => {
    const { stores, at } = run;
    const ended = wishes.flatMap(({ person, plan }) => plan.end.map((held) => ({ ...held, person })));
    const waits = ended.filter((it) => it.kind === 'wait').map((it) => it.id);
    await stores.licenses.endWaits(waits, isGone(reason) ? 'deactivated' : 'withdrawn', at);
    const seats = ended.filter((it) => it.kind === 'assignment');
    // The pools first: ending an assignment moves an entry of its foreign key, which takes a shared lock on the pool's row.
    const pools = byPool(seats);
    for (const [poolId, freed] of pools) await stores.licenses.freeSeats(poolId, freed.length);
    await stores.licenses.endAssignments(idsOf(seats), reason, at);
    for (const { person, poolId, isApp } of seats) {
      if (isApp) run.appPools.set(person.userId, null);
      run.audit.push({ action: 'license.released', userId: person.userId, poolId, detail: { reason } });
    }
    const lost = seats.filter((it) => it.isApp && it.person.isEnabled).map((it) => it.person.userId);
    await stores.licenses.setAppSeats(lost, null, at);
    for (const [id, freed] of pools) await promote(run, { id, isApp: freed[0]?.isApp === true }, freed.length);
  };

  /** Gives what is free; answers who got nothing. */
  const take = async (run: Run, wanted: readonly Wanted[]): Promise<Wanted[]> => {
    const rest: Wanted[] = [];
    for (const [poolId, all] of byPool(wanted)) {
      const seats = await run.stores.licenses.takeSeats(poolId, all.length, run.at);
      await give(run, all.slice(0, seats));
      for (const unseated of all.slice(seats)) rest.push(unseated);
    }
    return rest;
  };

  /** Each takes the first of its app pools that has a seat. */
  const takeApp = async (run: Run, wishes: readonly Wish[]): Promise<Wanted[]> => {
    const isOpen = ({ person, plan }: Wish): boolean =>
      plan.app.length > 0 && (run.appPools.get(person.userId) ?? null) === null;
    const longest = wishes.reduce((most, { plan }) => Math.max(most, plan.app.length), 0);
    for (let choice = 0; choice < longest; choice += 1) {
      const wanted = wishes
        .filter(isOpen)
        .flatMap(({ person, plan }) => wantedOf(person, plan.app.slice(choice, choice + 1)));
      await take(run, wanted);
    }
    const seated = wishes.filter((wish) => wish.plan.app.length > 0 && !isOpen(wish)).map(({ person }) => person);
    const waiting = seated.flatMap(({ holdings }) => holdings.filter((it) => it.kind === 'wait' && it.isApp));
    await run.stores.licenses.endWaits(
      waiting.map((it) => it.id),
      'withdrawn',
      run.at,
    );
    return wishes.filter(isOpen).flatMap(({ person, plan }) => wantedOf(person, plan.app));
  };

  const wait = async ({ stores, audit, at }: Run, wanted: readonly Wanted[]): Promise<void> => {
    await stores.licenses.addWaits(
      wanted.map(({ userId, poolId }) => ({ id: newId(), userId, poolId })),
      at,
    );
    for (const { userId, poolId } of wanted) audit.push({ action: 'license.waitlisted', userId, poolId, detail: {} });
  };

  return {
    settle: async (stores, caller, people, reason, at) => {
      const run = begin(stores, caller, at, people);
      const wishes = people.map((person) => ({ person, plan: planOf(person) }));
      const pools = new Set(
        wishes.flatMap(({ plan }) => [...plan.end, ...plan.addOns, ...plan.app].map((it) => it.poolId)),
      );
      if (pools.size > 1) await stores.licenses.lockPools([...pools]);
      await end(run, wishes, reason);
      const rest = await take(
        run,
        wishes.flatMap(({ person, plan }) => wantedOf(person, plan.addOns)),
      );
      await wait(run, [...rest, ...(await takeApp(run, wishes))]);
      const events = people.flatMap((person) => eventOf(person, run.appPools.get(person.userId) ?? null));
      return { ...run, events: [...run.events, ...events] };
    },
    fill: async (stores, caller, pool, limit, at) => {
      const run = begin(stores, caller, at, []);
      await promote(run, pool, limit);
      return run;
    },
  };
}

function begin(stores: Stores, caller: Caller, at: Date, people: readonly Person[]): Run {
  const appPools = new Map(people.map((person) => [person.userId, person.appPoolId]));
  return { stores, caller, at, appPools, events: [], audit: [], others: [] };
}

function planOf({ isEnabled, claims, holdings }: Person): SeatPlan {
  return isEnabled ? planSeats(claims, holdings) : { end: holdings, addOns: [], app: [] };
}

function wantedOf({ userId }: Person, claims: readonly PoolClaim[]): Wanted[] {
  return claims.map((claim) => ({ ...claim, userId }));
}

/** An account that ends says so itself. */
function eventOf({ userId, isEnabled, appPoolId }: Person, now: string | null): OutboxEvent[] {
  if (!isEnabled || (appPoolId === null) === (now === null)) return [];
  return [{ topic: now === null ? 'SeatReleased' : 'SeatAssigned', userId }];
}

/** By pool, in the order in which pools are locked. */
function byPool<T extends { readonly poolId: string }>(all: readonly T[]): [string, T[]][] {
  return [...grouped(all, (it) => it.poolId)].toSorted(([a], [b]) => (a < b ? -1 : 1));
}

function isGone(reason: ReleaseReason): boolean {
  return reason === 'deactivated' || reason === 'removed';
}

function idsOf(rows: readonly { readonly id: string }[]): string[] {
  return rows.map((row) => row.id);
}
