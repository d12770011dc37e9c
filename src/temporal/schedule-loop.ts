// The two slow loops around schedules: compare them with the table every 15 minutes, look for runs that nobody started
// every 5. Started and closed by the worker.
import type { Log } from '../log';
import type { ReportWatch } from '../service/report-watch';
import type { Schedules } from './schedules';

/** The loops; both make a first pass at once. */
export interface ScheduleLoop {
  start(): void;
  /** Ends the loops; a pass under way ends first. */
  close(): Promise<void>;
}

interface Dependencies {
  readonly schedules: Schedules;
  readonly watch: ReportWatch;
  readonly log: Log;
  readonly reconcileEveryMs?: number;
  readonly watchEveryMs?: number;
}

/** Makes the loops of one worker. */
export function createScheduleLoop({
  schedules,
  watch,
  log,
  reconcileEveryMs = 900_000,
  watchEveryMs = 300_000,
}: Dependencies): ScheduleLoop {
  const reconcile = createLoop(
    () => schedules.reconcile(),
    reconcileEveryMs,
    (error) => log.warn({ error }, 'schedules could not be compared; tried again later'),
  );
  const look = createLoop(
    () => watch.pass(),
    watchEveryMs,
    (error) => log.warn({ error }, 'missed report runs could not be looked for; tried again later'),
  );
  return {
    start: () => {
      reconcile.start();
      look.start();
    },
    close: async () => {
      await Promise.all([reconcile.close(), look.close()]);
    },
  };
}

/** After a failure a pass is repeated within half a minute: Temporal may only just be starting. */
function createLoop(pass: () => Promise<unknown>, everyMs: number, onError: (error: unknown) => void) {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  let isClosed = false;
  const turn = async (): Promise<void> => {
    let waitMs = everyMs;
    try {
      await pass();
    } catch (error) {
      onError(error);
      waitMs = Math.min(everyMs, 30_000);
    }
    if (!isClosed) timer = setTimeout(start, waitMs);
  };
  const start = (): void => {
    running = turn();
  };
  return {
    start,
    close: async (): Promise<void> => {
      isClosed = true;
      clearTimeout(timer);
      await running;
    },
  };
}
