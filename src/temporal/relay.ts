// The outbox's way to Temporal, and what keeps both equal: three lanes, the watch over lost wake-ups, the rebuild after the
// server was emptied, and the worker's sign of life. Composed by the worker; several workers share one outbox.
import type { Clock } from '../clock';
import type { Log } from '../log';
import type { Journeys } from '../service/journeys';
import type { Outbox } from '../service/outbox';
import { createLaneRate } from './lane-rate';
import { createGate, createPresence, pause } from './patience';
import { runLane, type RelayFault } from './relay-lane';
import type { Schedules } from './schedules';
import { failureOf, type WorkflowCalls } from './workflow-calls';

/** What the relay is made of. */
export interface RelayDeps {
  readonly outbox: Outbox;
  readonly journeys: Pick<Journeys, 'watch' | 'rebuild' | 'isKnown' | 'see'>;
  readonly calls: WorkflowCalls;
  readonly schedules: Pick<Schedules, 'reconcile'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly fault: (point: RelayFault) => Promise<void>;
  /** The namespace and how to ask the server for its id; another id means that everything was lost. */
  readonly namespace: string;
  readonly namespaceId: () => Promise<string>;
  /** Whether mails cannot leave at the moment; kept beside the sign of life for health. */
  readonly isMailFailing: () => boolean;
  /** Starts per second of lane 2. */
  readonly startsPerSecond: number;
}

/** The running relay. */
export interface Relay {
  start(): void;
  /** Finishes the calls under way; rows not called yet are given back. */
  stop(): Promise<void>;
  /** Since when Temporal does not answer; undefined = it does. */
  awaySince(): Date | undefined;
}

const signalsPerSecond = 100;
const callsAtOnce = 20;
const watchMs = 5 * 60_000;
const seeMs = 10_000;

/** Builds the relay; it does nothing before `start`. */
export function createRelay(deps: RelayDeps): Relay {
  const { clock, log } = deps;
  const stop = new AbortController();
  const presence = createPresence({ clock, log });
  const gate = createGate(callsAtOnce);
  const rates = [Infinity, signalsPerSecond, deps.startsPerSecond];
  let running: Promise<unknown> = Promise.resolve();
  const run = async (): Promise<void> => {
    await look(deps);
    const shared = { ...deps, presence, gate, stopping: stop.signal };
    const lanes = ([0, 1, 2] as const).map((lane) => {
      const rate = createLaneRate({ perSecond: rates[lane] ?? signalsPerSecond, clock });
      return runLane({ ...shared, lane, rate });
    });
    const watch = () =>
      deps.journeys.watch().then((healed) => report(log, 'journeys and mails were told again', healed));
    await Promise.all([
      ...lanes,
      repeat(stop.signal, seeMs, () => look(deps)),
      repeat(stop.signal, watchMs, () => watch().catch((error) => log.warn({ error }, 'the watch failed'))),
    ]);
  };
  return {
    start: () => {
      running = run();
    },
    stop: async () => {
      stop.abort();
      await running;
    },
    awaySince: presence.awaySince,
  };
}

async function repeat(stopping: AbortSignal, everyMs: number, work: () => Promise<void>): Promise<void> {
  while (!stopping.aborted) {
    await pause(everyMs, stopping);
    if (!stopping.aborted) await work();
  }
}

/** Sees the server. One that is not the one last seen is filled from MySQL first. */
async function look({ journeys, schedules, namespace, namespaceId, isMailFailing, log }: RelayDeps): Promise<void> {
  try {
    const server = { namespace, namespaceId: await namespaceId() };
    if (!(await journeys.isKnown(server))) {
      log.warn({ namespace }, 'Temporal was emptied or replaced; it is filled from the database');
      const rebuilt = await journeys.rebuild();
      report(log, 'journeys and mails were given back to Temporal', rebuilt);
      // Not seen yet, so that the next look does all of it again.
      if (rebuilt.isAway) return;
      if (rebuilt.failed > 0)
        log.error(
          { failed: rebuilt.failed },
          'not all was given back to Temporal: run `npm run -s uptake -- journeys rebuild`',
        );
      await schedules.reconcile();
    }
    await journeys.see({ ...server, isMailFailing: isMailFailing() });
  } catch (error) {
    log.warn({ away: failureOf(error) === 'away', error }, 'Temporal was not seen');
  }
}

function report(log: Log, sentence: string, healed: { journeys: number; mails: number }): void {
  if (healed.journeys + healed.mails > 0) log.info(healed, sentence);
}
