// Repeats a piece of work with a pause between the end of one turn and the beginning of the next; never overlaps itself.
import type { Log } from '../log';
import type { Running } from './role';

interface TickerOptions {
  readonly name: string;
  readonly everyMs: number;
  readonly log: Log;
  readonly work: () => Promise<unknown>;
}

/** Begins at once. A failing turn is logged when the failing begins and when it ends, not each time. */
export function startTicker({ name, everyMs, log, work }: TickerOptions): Running {
  const stopped = new AbortController();
  let isFailing = false;
  const turn = async (): Promise<void> => {
    try {
      await work();
      if (isFailing) log.info({ ticker: name }, 'works again');
      isFailing = false;
    } catch (error) {
      if (!isFailing) log.warn({ ticker: name, error }, 'fails; tried again');
      isFailing = true;
    }
  };
  const pause = (): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(done, everyMs);
      function done(): void {
        clearTimeout(timer);
        stopped.signal.removeEventListener('abort', done);
        resolve();
      }
      stopped.signal.addEventListener('abort', done);
    });
  const loop = (async () => {
    while (!stopped.signal.aborted) {
      await turn();
      if (!stopped.signal.aborted) await pause();
    }
  })();
  return {
    stop: async () => {
      stopped.abort();
      await loop;
    },
  };
}
