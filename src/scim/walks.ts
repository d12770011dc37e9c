// Clients that walk through pages by index: the end of each page is remembered, so that the next one is read by key and
// costs the same at any depth. One memory per process, bounded; what is forgotten is read by offset. Called by listing.ts.
import type { PageKey } from '../domain/page';

/** What is known of a page before it is read. */
export interface Known {
  readonly after?: PageKey;
  readonly total?: number;
}

/** The memory. `nowMs` is the clock's time. */
export interface Walks {
  /** What an earlier page of the same walk left. Asking for the first page begins the walk anew. */
  recall(walk: string, startIndex: number, nowMs: number): Known;
  /** Keeps the end of a page under the index the next one begins with, and the total when it was counted. */
  remember(
    walk: string,
    page: { readonly next: number; readonly end: PageKey; readonly total: number },
    nowMs: number,
  ): void;
}

interface Walk {
  readonly ends: Map<number, { readonly key: PageKey; readonly untilMs: number }>;
  readonly total: number;
  readonly countedMs: number;
}

const keptMs = 600_000;
const totalMs = 60_000;

/** @param limit keys kept at most; the oldest go first */
export function createWalks(limit = 10_000): Walks {
  const walks = new Map<string, Walk>();
  let size = 0;

  const forget = (walk: string): void => {
    size -= walks.get(walk)?.ends.size ?? 0;
    walks.delete(walk);
  };

  const shrink = (): void => {
    for (const [name, { ends }] of walks) {
      for (const index of ends.keys()) {
        if (size <= limit) return;
        ends.delete(index);
        size -= 1;
      }
      walks.delete(name);
    }
  };

  return {
    recall: (name, startIndex, nowMs) => {
      if (startIndex <= 1) forget(name);
      const walk = walks.get(name);
      const end = walk?.ends.get(startIndex);
      return {
        ...(end && end.untilMs > nowMs ? { after: end.key } : {}),
        ...(walk && walk.countedMs + totalMs > nowMs ? { total: walk.total } : {}),
      };
    },
    remember: (name, { next, end, total }, nowMs) => {
      const before = walks.get(name);
      const isFresh = before === undefined || before.countedMs + totalMs <= nowMs;
      const walk = isFresh ? { ends: before?.ends ?? new Map(), total, countedMs: nowMs } : before;
      if (!walk.ends.has(next)) size += 1;
      walk.ends.set(next, { key: end, untilMs: nowMs + keptMs });
      walks.delete(name);
      walks.set(name, walk);
      if (size > limit) shrink();
    },
  };
}
