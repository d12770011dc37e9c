// The alerts of license pools: somebody waits, more seats given than there are. What a settlement did to its pools is
// gathered and told at the end of its transaction. Called by the trails, by pools and by alerts.
import type { NewId } from '../ids';
import type { Stores } from '../store/stores';
import { closeAlert, raiseAlert } from './alert-step';

/** What happened to pools, by their ids. */
export interface PoolNews {
  /** Somebody got a place in the queue. */
  readonly waited: Set<string>;
  /** A place in the queue ended. */
  readonly left: Set<string>;
  /** A place ended without the pool's lock, so that somebody else's may end at the same time. */
  readonly leftAside: Set<string>;
  /** Now holds more than its seats (true), or did and fits again (false). */
  readonly isOver: Map<string, boolean>;
}

/** No news yet. */
export function newsOfPools(): PoolNews {
  return { waited: new Set(), left: new Set(), leftAside: new Set(), isOver: new Map() };
}

/** Who writes, and when. */
interface Moment {
  readonly newId: NewId;
  readonly at: Date;
}

/** Opens and closes what the news make true, in the order of locks: by kind, then by pool. Costs nothing without news. */
export async function tellPools(stores: Stores, news: PoolNews | undefined, moment: Moment): Promise<void> {
  if (news === undefined) return;
  for (const [poolId, isOver] of [...news.isOver].toSorted(byId)) await tellOver(stores, poolId, isOver, moment);
  for (const poolId of [...new Set([...news.waited, ...news.left, ...news.leftAside])].toSorted())
    await tellQueue(stores, poolId, { isWaited: news.waited.has(poolId), isAside: news.leftAside.has(poolId) }, moment);
}

/** Compares a pool that is locked with its alerts. */
export async function reviewPool(stores: Stores, poolId: string, moment: Moment): Promise<void> {
  const figures = await stores.pools.figures(poolId, moment.at);
  await tellOver(stores, poolId, figures !== undefined && figures.assigned > figures.seats, moment);
  const isWaited = figures !== undefined && figures.waiting > 0;
  await tellQueue(stores, poolId, { isWaited, isAside: false }, moment);
}

async function tellOver(stores: Stores, subjectId: string, isOver: boolean, moment: Moment): Promise<void> {
  const kind = 'over_assigned';
  const read = () => stores.pools.figures(subjectId, moment.at);
  if (isOver) await raiseAlert(stores, { ...moment, kind, subjectId, detail: async () => ({ ...(await read()) }) });
  else {
    const isStillTrue = async (): Promise<boolean> => {
      const figures = await read();
      return figures !== undefined && figures.assigned > figures.seats;
    };
    await closeAlert(stores, { kind, subjectId, at: moment.at, isStillTrue });
  }
}

async function tellQueue(
  stores: Stores,
  subjectId: string,
  { isWaited, isAside }: { readonly isWaited: boolean; readonly isAside: boolean },
  moment: Moment,
): Promise<void> {
  const kind = 'pool_full';
  const { at } = moment;
  const detail = async () => ({ ...(await stores.pools.figures(subjectId, at)) });
  if (isWaited) await raiseAlert(stores, { ...moment, kind, subjectId, detail });
  // First without the alert's lock: while a queue goes down, nearly all who leave it leave somebody behind. Who left without
  // the pool's lock may see one who is leaving too, so only the alert's lock tells the last of them.
  else if (isAside || !(await stores.licenses.hasWaiters(subjectId)))
    await closeAlert(stores, { kind, subjectId, at, isStillTrue: () => stores.licenses.hasWaiters(subjectId) });
}

function byId([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}
