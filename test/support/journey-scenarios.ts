// Runs of workflows on a real server, by name: what scripts/record-history.js has recorded and the replay test runs anew.
import { ApplicationFailure } from '@temporalio/common';
import type { WorkflowHandle } from '@temporalio/client';
import { newId } from '../../src/ids';
import {
  queues,
  replanSignal,
  stateQuery,
  workflowId,
  type ReplanJourneysArgs,
  type ReplanPage,
  type Step,
} from '../../workflows/contract';
import { eventually } from './temporal-client';
import type { TemporalWorld, WorldActivities } from './temporal-world';

/** One run: its type and name, and how it comes about. Answers the closed run. */
export interface Scenario {
  readonly type: string;
  readonly name: string;
  run(world: TemporalWorld): Promise<WorkflowHandle>;
}

const soon = (ms: number) => (): Step => ({ kind: 'wait', untilIso: new Date(Date.now() + ms).toISOString() });
const later = soon(3_600_000);
const send = (step: number) => (): Step => ({ kind: 'send', stage: 'activation', episode: 'e', step });
const end = (reason: string) => (): Step => ({ kind: 'end', reason });
const note = (): Step => ({ kind: 'note', note: 'escalate', stage: 'activation', episode: 'e', step: 4 });
const refuse = (type: string, nonRetryable: boolean) => () => {
  throw ApplicationFailure.create({
    message: 'test',
    type,
    nonRetryable,
    nextRetryDelay: nonRetryable ? undefined : 1,
  });
};

/** A journey through these plans; it is told to plan again whenever it waits for longer than a second. */
function journey(name: string, plans: (() => Step)[], sending: (() => void)[] = []): Scenario {
  return { type: 'onboarding', name, run: (world) => runJourney(world, plans, sending) };
}

async function runJourney(
  world: TemporalWorld,
  plans: (() => Step)[],
  sending: (() => void)[],
): Promise<WorkflowHandle> {
  let planned = 0;
  let sent = 0;
  const activities: WorldActivities = {
    main: {
      planNextStep: async (): Promise<Step> => (plans[planned++] ?? end('exhausted'))(),
      recordStep: async (): Promise<void> => undefined,
    },
    mail: { sendReminder: async (): Promise<void> => sending[sent++]?.() },
  };
  return world.whilePolling(activities, async () => {
    const userId = newId();
    const handle = await world.link.client.workflow.signalWithStart('onboarding', {
      workflowId: workflowId.journey('onboarding', userId),
      taskQueue: queues.main,
      args: [{ organizationId: 1, userId }],
      signal: replanSignal,
      signalArgs: [{ version: 1 }],
    });
    await wakeUntilClosed(handle);
    return handle;
  });
}

/** Sends the next version whenever the journey waits for long. */
async function wakeUntilClosed(handle: WorkflowHandle): Promise<void> {
  let version = 1;
  await eventually(async () => {
    if ((await handle.describe()).status.name !== 'RUNNING') return;
    const step = await handle.query<Step | undefined>(stateQuery);
    const isLong = step?.kind === 'wait' && Date.parse(step.untilIso) - Date.now() > 60_000;
    if (isLong) await handle.signal(replanSignal, { version: (version += 1) });
    throw new Error('still running');
  }, 60_000);
}

function mail(name: string, attempts: (() => string)[]): Scenario {
  const run = (world: TemporalWorld): Promise<WorkflowHandle> => {
    let tried = 0;
    const sendMail = async (): Promise<string> => (attempts[tried++] ?? (() => 'sent'))();
    return world.whilePolling({ main: { never: async () => undefined }, mail: { sendMail } }, async () => {
      const mailId = newId();
      const options = {
        workflowId: workflowId.mail(mailId),
        taskQueue: queues.main,
        args: [{ organizationId: 1, mailId }],
      };
      const handle = await world.link.client.workflow.start('deliverMail', options);
      await handle.result();
      return handle;
    });
  };
  return { type: 'deliverMail', name, run };
}

function replan(name: string, pages: number): Scenario {
  const run = (world: TemporalWorld): Promise<WorkflowHandle> => {
    const replanPage = async ({ after }: ReplanJourneysArgs): Promise<ReplanPage> => {
      const page = Number(after ?? 0) + 1;
      return page < pages ? { journeys: 1000, after: String(page) } : { journeys: 3 };
    };
    return world.whilePolling({ main: { replanPage } }, async () => {
      const policyId = newId();
      const id = workflowId.replanJourneys(policyId);
      const options = { workflowId: id, taskQueue: queues.main, args: [{ organizationId: 1, policyId }] };
      const handle = await world.link.client.workflow.start('replanJourneys', options);
      await handle.result();
      return handle;
    });
  };
  return { type: 'replanJourneys', name, run };
}

/** The runs, in the words of their profiles. */
export const scenarios: readonly Scenario[] = [
  journey('a-three-changes-done', [send(0), later, later, later, end('using')]),
  journey('b-three-reminders-three-changes-done', [
    send(0),
    soon(1000),
    send(1),
    later,
    soon(1000),
    send(2),
    later,
    soon(1000),
    send(3),
    later,
    end('using'),
  ]),
  journey('c-three-reminders-exhausted', [
    send(0),
    send(1),
    soon(1000),
    send(2),
    soon(1000),
    send(3),
    end('exhausted'),
  ]),
  journey('plan-failed', [send(0), refuse('bug', true), end('using')]),
  journey('template-error', [send(1), end('using')], [refuse('TemplateError', true)]),
  journey('mail-retried', [send(1), end('exhausted')], [refuse('mail.unreachable', false), refuse('mail.rate', false)]),
  journey('deactivated-while-sending', [send(1), end('deactivated')]),
  journey('policy-changed', [later, soon(1000), send(1), end('exhausted')]),
  journey('escalated', [note, end('exhausted')]),
  mail('sent', []),
  mail('retried', [refuse('mail.unreachable', false), () => 'unknown']),
  replan('three-pages', 3),
  replan('nobody', 1),
];
