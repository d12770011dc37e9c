// How the relay waits: interruptible pauses, a few calls at a time, and a growing wait while the server is away. Called by
// relay.ts and its lanes.
import { setTimeout as after } from 'node:timers/promises';
import type { Clock } from '../clock';
import type { Log } from '../log';

/** Waits, or less when stopping. */
export async function pause(ms: number, stopping: AbortSignal): Promise<void> {
  await after(ms, undefined, { signal: stopping }).catch(() => undefined);
}

/** Lets so many pieces of work run at once; the others wait in line. */
export function createGate(places: number) {
  let free = places;
  const line: (() => void)[] = [];
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => line.push(resolve));
    try {
      return await work();
    } finally {
      const next = line.shift();
      if (next) next();
      else free += 1;
    }
  };
}

/** Whether the server answers; shared by all lanes. */
export interface Presence {
  /** Since when it does not; undefined = it answers. */
  awaySince(): Date | undefined;
  /** Milliseconds until it is worth another call. */
  waitMs(): number;
  noteAway(): void;
  noteBack(): void;
}

const firstWaitMs = 1000;
const longestWaitMs = 30_000;

/** From one second to thirty, doubled at each failed try. */
export function createPresence({ clock, log }: { clock: Clock; log: Pick<Log, 'info' | 'warn'> }): Presence {
  let since: Date | undefined;
  let waitMs = firstWaitMs;
  let until = 0;
  return {
    awaySince: () => since,
    waitMs: () => (since ? Math.max(0, until - clock.now().getTime()) : 0),
    noteAway: () => {
      const now = clock.now();
      // Calls that failed side by side are one failed try.
      if (since && now.getTime() < until) return;
      waitMs = since ? Math.min(waitMs * 2, longestWaitMs) : firstWaitMs;
      if (!since) log.warn({}, 'Temporal cannot be reached; reminders are paused');
      since ??= now;
      until = now.getTime() + waitMs;
    },
    noteBack: () => {
      if (since) log.info({ since: since.toISOString() }, 'Temporal answers again');
      since = undefined;
    },
  };
}
