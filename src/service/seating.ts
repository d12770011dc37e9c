// The seats of the license engine: people with their claims -> seats given, ended and waited for, in one transaction and
// with few statements however many people there are. Called by service/licensing.ts. A full pool is never an error.
import { seatDeltas } from '../domain/adoption';
import type { Caller } from '../domain/caller';
import type { OutboxEvent } from '../domain/event';
import { planSeats, type Holding, type ReleaseReason, type SeatPlan } from '../domain/license';
import type { NewId } from '../ids';
import type { Stores } from '../store/stores';
import { begin, byPool, idsOf, isGone, wantedOf, type Person, type Run, type Seated, type Wanted } from './seat-run';

interface Wish {
  readonly person: Person;
  readonly plan: SeatPlan;
}

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
  /** Takes up to `count` seats of a pool; how many. */
  const takeSeats = async ({ stores, news, at }: Run, poolId: string, count: number): Promise<number> => {
    const { seats, isOver } = await stores.licenses.takeSeats(poolId, count, at);
    if (isOver) news.isOver.set(poolId, true);
    return seats;
  };

  const endWaits = async (
    { stores, news, at }: Run,
    waits: readonly Pick<Holding, 'id' | 'poolId'>[],
    outcome: Parameters<Stores['licenses']['endWaits']>[1],
  ): Promise<void> => {
    for (const { poolId } of waits) news.left.add(poolId);
    await stores.licenses.endWaits(idsOf(waits), outcome, at);
  };

  /** Who has an app seat waits for no other. The other pools are not locked: two may leave one of them at once. */
  const leaveAside = async ({ stores, news, at }: Run, held: readonly Holding[]): Promise<void> => {
    const waits = held.filter((it) => it.kind === 'wait' && it.isApp);
    for (const { poolId } of waits) news.leftAside.add(poolId);
    await stores.licenses.endWaits(idsOf(waits), 'withdrawn', at);
  };

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
    const waiters = await run.stores.licenses.lockOldestWaiters(pool.id, pool.isApp, count);
    const seats = waiters.length === 0 ? 0 : await takeSeats(run, pool.id, waiters.length);
    const promoted = waiters.slice(0, seats);
    await endWaits(
      run,
      promoted.map((it) => ({ id: it.waitId, poolId: pool.id })),
      'assigned',
    );
    for (const waiter of promoted.filter((it) => pool.isApp && !run.appPools.has(it.userId))) {
      run.others.push(...seatDeltas(waiter, true));
      run.events.push({ topic: 'SeatAssigned', userId: waiter.userId });
    }
    const wanted = promoted.map((it) => ({ ...it, poolId: pool.id, isApp: pool.isApp }));
    await give(run, wanted, 'freed_seat');
    const elsewhere = pool.isApp ? promoted.filter((it) => it.waitsElsewhere).map((it) => it.userId) : [];
    await leaveAside(run, await run.stores.licenses.listHoldings(elsewhere));
    return promoted.length;
  };

  const end = async (run: Run, wishes: readonly Wish[], reason: ReleaseReason): Promise<void> => {
    const { stores, at } = run;
    const ended = wishes.flatMap(({ person, plan }) => plan.end.map((held) => ({ ...held, person })));
    const waits = ended.filter((it) => it.kind === 'wait');
    await endWaits(run, waits, isGone(reason) ? 'deactivated' : 'withdrawn');
    const seats = ended.filter((it) => it.kind === 'assignment');
    // The pools first: ending an assignment moves an entry of its foreign key, which takes a shared lock on the pool's row.
    const pools = byPool(seats);
    for (const [poolId, freed] of pools) {
      if (await stores.licenses.freeSeats(poolId, freed.length, at)) run.news.isOver.set(poolId, false);
    }
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
      const seats = await takeSeats(run, poolId, all.length);
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
    await leaveAside(
      run,
      seated.flatMap(({ holdings }) => holdings),
    );
    return wishes.filter(isOpen).flatMap(({ person, plan }) => wantedOf(person, plan.app));
  };

  const wait = async ({ stores, audit, news, at }: Run, wanted: readonly Wanted[]): Promise<void> => {
    await stores.licenses.addWaits(
      wanted.map(({ userId, poolId }) => ({ id: newId(), userId, poolId })),
      at,
    );
    for (const { userId, poolId } of wanted) {
      news.waited.add(poolId);
      audit.push({ action: 'license.waitlisted', userId, poolId, detail: {} });
    }
  };

  return {
    settle: async (stores, caller, people, reason, at) => {
      const run = begin(stores, caller, at, people);
      const wishes = people.map((person) => ({ person, plan: planOf(person) }));
      const pools = new Set(
        wishes.flatMap(({ plan }) => [...plan.end, ...plan.addOns, ...plan.app].map((it) => it.poolId)),
      );
      // Also where a place in a queue ends: of the last two who leave at once, the second one is to see that nobody waits.
      const endsWait = wishes.some(({ plan }) => plan.end.some((it) => it.kind === 'wait'));
      if (pools.size > 1 || endsWait) await stores.licenses.lockPools([...pools]);
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

function planOf({ isEnabled, claims, holdings }: Person): SeatPlan {
  return isEnabled ? planSeats(claims, holdings) : { end: holdings, addOns: [], app: [] };
}

/** An account that ends says so itself. */
function eventOf({ userId, isEnabled, appPoolId }: Person, now: string | null): OutboxEvent[] {
  if (!isEnabled || (appPoolId === null) === (now === null)) return [];
  return [{ topic: now === null ? 'SeatReleased' : 'SeatAssigned', userId }];
}
