// The loop every journey runs: plan, wait, send or note, plan again. All judgment is in the activities; this only waits
// and retries, so it should never change. Ends with the reason the planner gives: using the app, no license,
// deactivated, removed, opted out, exhausted. Any step may repeat: mails and notes are unique by their row.
import {
  condition,
  continueAsNew,
  defineQuery,
  defineSignal,
  isCancellation,
  log,
  proxyActivities,
  proxyLocalActivities,
  setHandler,
  TemporalFailure,
  workflowInfo,
} from '@temporalio/workflow';
import {
  queues,
  replanSignal,
  stateQuery,
  type JourneyActivities,
  type JourneyArgs,
  type JourneyKind,
  type ReplanSignal,
  type Step,
} from './contract';

/** Something the plan rests on may have changed. The version is the id of the outbox row. */
export const replan = defineSignal<[ReplanSignal]>(replanSignal);

/** The step the journey is at; undefined before the first plan. */
export const state = defineQuery<Step | undefined>(stateQuery);

/**
 * How long a journey waits when the database did not answer, by the number of failures in a row: 10 s after a hiccup, so
 * that a busy machine costs nobody a quarter of an hour, and up to that quarter in a real outage (6 events each).
 */
const outageMs = (failures: number): number => Math.min(15 * 60_000, 10_000 * 4 ** failures);
/** How long it waits when a mail cannot be made. */
const mailErrorMs = 60 * 60_000;

// Two attempts of 3 s stay below the ten seconds of a workflow task.
const { planNextStep, recordStep } = proxyLocalActivities<JourneyActivities>({
  startToCloseTimeout: '3s',
  retry: { initialInterval: '1s', maximumAttempts: 2 },
});

/** Runs one journey to its end, over as many runs as it takes. */
export async function runJourney(journey: JourneyKind, args: JourneyArgs): Promise<string> {
  let version = 0;
  let failures = 0;
  let isStale = false;
  let next: Step | undefined;
  setHandler(replan, (signal) => {
    if (signal.version <= version) return;
    version = signal.version;
    isStale = true;
  });
  setHandler(state, () => next);
  while (!workflowInfo().continueAsNewSuggested) {
    isStale = false;
    const asOfIso = new Date().toISOString();
    next = await planNextStep({ ...args, journey, version, asOfIso }).then(
      (step) => {
        failures = 0;
        return step;
      },
      (error: unknown) => orWait(outageMs(failures++))(error),
    );
    next = await act(next, { ...args, journey, asOfIso });
    // Stands before the end: a change that arrives while the end is being planned is not lost.
    if (isStale || !next) continue;
    if (next.kind === 'end') return next.reason;
    if (next.kind === 'wait') await condition(() => isStale, Math.max(1000, Date.parse(next.untilIso) - Date.now()));
  }
  return continueAsNew<(args: JourneyArgs) => Promise<string>>(args);
}

type Situation = JourneyArgs & { journey: JourneyKind; asOfIso: string };

/** Sends or notes; undefined = done, plan again. */
async function act(step: Step, situation: Situation): Promise<Step | undefined> {
  if (step.kind === 'send') {
    const { stage, episode, step: number } = step;
    const sending = mailActivities(situation, number).sendReminder({ ...situation, stage, episode, step: number });
    return sending.then(() => undefined, orWait(mailErrorMs));
  }
  if (step.kind === 'note') {
    const { note, stage, episode, step: number } = step;
    const noting = recordStep({ ...situation, note, stage, episode, step: number });
    return noting.then(() => undefined, orWait(outageMs(0)));
  }
  return step;
}

/** Invitations (step 0) go before reminders; no organization holds up another. */
function mailActivities({ organizationId }: JourneyArgs, step: number) {
  return proxyActivities<JourneyActivities>({
    taskQueue: queues.mail,
    startToCloseTimeout: '2 minutes',
    heartbeatTimeout: '10s',
    priority: { fairnessKey: String(organizationId), priorityKey: step === 0 ? 2 : 3 },
    retry: {
      initialInterval: '10s',
      maximumInterval: '15 minutes',
      nonRetryableErrorTypes: ['TemplateError', 'ConfigError'],
    },
  });
}

/**
 * An activity that gave up makes the journey wait; it never fails a run. A remote one arrives as ActivityFailure, a local one
 * as what it threw (SDK 1.24), so any failure of Temporal's own kind counts.
 */
function orWait(ms: number) {
  return (error: unknown): Step => {
    if (isCancellation(error) || !(error instanceof TemporalFailure)) throw error;
    log.warn('a journey had no answer and waits', { waitMs: ms, failure: error.name });
    return { kind: 'wait', untilIso: new Date(Date.now() + ms).toISOString() };
  };
}
