// The journey's loop on a real server, with stand-ins for its activities: waits, signals, ends, refusals.
import { ApplicationFailure } from '@temporalio/common';
import { WorkflowNotFoundError } from '@temporalio/client';
import { newId } from '../../src/ids';
import {
  replanSignal,
  stateQuery,
  workflowId,
  queues,
  type PlanArgs,
  type SendReminderArgs,
  type RecordStepArgs,
  type Step,
} from '../../workflows/contract';
import { eventually } from '../support/temporal-client';
import { useTemporalWorld } from '../support/temporal-world';

const soon = (ms: number): Step => ({ kind: 'wait', untilIso: new Date(Date.now() + ms).toISOString() });
const later: () => Step = () => soon(3_600_000);
const end = (reason: string): Step => ({ kind: 'end', reason });
const send = (step: number): Step => ({ kind: 'send', stage: 'activation', episode: 'e', step });

/** Activities that answer from a list and remember what they were asked. */
function standIns(plans: (() => Step | Promise<Step>)[]) {
  const planned: PlanArgs[] = [];
  const sent: SendReminderArgs[] = [];
  const noted: RecordStepArgs[] = [];
  return {
    planned,
    sent,
    noted,
    main: {
      planNextStep: async (args: PlanArgs): Promise<Step> => {
        planned.push(args);
        const next = plans[planned.length - 1];
        return next ? next() : end('no more plans');
      },
      recordStep: async (args: RecordStepArgs): Promise<void> => void noted.push(args),
    },
    mail: { sendReminder: async (args: SendReminderArgs): Promise<void> => void sent.push(args) },
  };
}

describe('a journey', () => {
  const world = useTemporalWorld();
  const start = async (version = 1) => {
    const userId = newId();
    const handle = await world.link.client.workflow.signalWithStart('onboarding', {
      workflowId: workflowId.journey('onboarding', userId),
      taskQueue: queues.main,
      args: [{ organizationId: 7, userId }],
      signal: replanSignal,
      signalArgs: [{ version }],
    });
    return { userId, handle };
  };
  const eventTypes = async (handle: { fetchHistory(): Promise<{ events?: unknown[] | null }> }) =>
    ((await handle.fetchHistory()).events ?? []).length;

  it('waits until it is time, sends, plans again and ends with the reason of the plan', async () => {
    const stand = standIns([() => soon(1200), () => send(1), () => end('exhausted')]);

    const result = await world.whilePolling(stand, async () => (await start(5)).handle.result());

    expect(result).toBe('exhausted');
    expect(stand.sent).toMatchObject([
      { journey: 'onboarding', stage: 'activation', episode: 'e', step: 1, organizationId: 7 },
    ]);
    expect(stand.planned.at(-1)).toMatchObject({ journey: 'onboarding', version: 5 });
  });

  it('notes an escalation and plans again', async () => {
    const note: Step = { kind: 'note', note: 'escalate', stage: 'activation', episode: 'e', step: 4 };
    const stand = standIns([() => note, () => end('exhausted')]);

    const result = await world.whilePolling(stand, async () => (await start()).handle.result());

    expect(result).toBe('exhausted');
    expect(stand.noted).toMatchObject([{ note: 'escalate', step: 4 }]);
  });

  it('wakes for a newer version and ignores older and repeated ones', async () => {
    const stand = standIns([later, later, () => end('using')]);

    const versions = await world.whilePolling(stand, async () => {
      const { handle } = await start(10);
      await eventually(async () => expect(stand.planned).toHaveLength(1));
      for (const version of [9, 10, 3]) await handle.signal(replanSignal, { version });
      await handle.signal(replanSignal, { version: 11 });
      await eventually(async () => expect(stand.planned.at(-1)?.version).toBe(11));
      const seen = stand.planned.map((args) => args.version);
      await handle.signal(replanSignal, { version: 12 });
      await handle.result();
      return seen;
    });

    expect(versions).toEqual([10, 11]);
  });

  it('tells what it waits for', async () => {
    const stand = standIns([later]);

    const state = await world.whilePolling(stand, async () => {
      const { handle } = await start();
      const seen = await eventually(async () => {
        const step = await handle.query<Step | undefined>(stateQuery);
        expect(step).toBeDefined();
        return step;
      });
      await handle.terminate();
      return seen;
    });

    expect(state).toMatchObject({ kind: 'wait' });
  });

  it('does not end when a change arrives while the end is being planned', async () => {
    const stand = standIns([]);
    const slow = { ...stand.main };
    let signalNow = async (): Promise<void> => undefined;
    slow.planNextStep = async (args: PlanArgs): Promise<Step> => {
      stand.planned.push(args);
      if (stand.planned.length === 1) await signalNow();
      return end(`planned with ${args.version}`);
    };

    const result = await world.whilePolling({ ...stand, main: slow }, async () => {
      const userId = newId();
      const id = workflowId.journey('onboarding', userId);
      signalNow = () => world.link.client.workflow.getHandle(id).signal(replanSignal, { version: 2 });
      const options = { workflowId: id, taskQueue: queues.main, args: [{ organizationId: 7, userId }] };
      const handle = await world.link.client.workflow.start('onboarding', options);
      return handle.result() as Promise<string>;
    });

    expect(result).toBe('planned with 2');
  });

  it('never loses a signal sent around its last plan', async () => {
    const told = new Map<string, number>();
    const planned = new Map<string, number>();
    const planNextStep = async ({ userId, version }: PlanArgs): Promise<Step> => {
      planned.set(userId, Math.max(planned.get(userId) ?? 0, version));
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 30));
      return end('using');
    };

    await world.whilePolling({ main: { planNextStep } }, async () => {
      const one = async (): Promise<void> => {
        const { userId, handle } = await start(1);
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 120));
        const isOpen = await handle.signal(replanSignal, { version: 2 }).then(
          () => true,
          (error: unknown) => !(error instanceof WorkflowNotFoundError),
        );
        if (isOpen) told.set(userId, 2);
        await handle.result();
      };
      for (let round = 0; round < 15; round += 1) await Promise.all(Array.from({ length: 10 }, one));
    });

    const lost = [...told].filter(([userId, version]) => planned.get(userId) !== version);
    expect(lost).toEqual([]);
    expect(told.size).toBeGreaterThan(0);
  });

  it('waits when planning or sending gives up, and goes on with a signal', async () => {
    const broken = async (): Promise<never> => {
      throw ApplicationFailure.create({ message: 'template.failed', type: 'TemplateError', nonRetryable: true });
    };
    const stand = standIns([broken, broken, () => send(1), () => end('using')]);

    const result = await world.whilePolling({ ...stand, mail: { sendReminder: broken } }, async () => {
      const { handle } = await start(1);
      await eventually(async () => expect(await handle.query(stateQuery)).toMatchObject({ kind: 'wait' }));
      await handle.signal(replanSignal, { version: 2 });
      await eventually(async () => expect(stand.planned.at(-1)?.version).toBe(2));
      await handle.signal(replanSignal, { version: 3 });
      await eventually(async () => expect(stand.planned.length).toBeGreaterThanOrEqual(3));
      await eventually(async () => expect(await handle.query(stateQuery)).toMatchObject({ kind: 'wait' }));
      await handle.signal(replanSignal, { version: 4 });
      return handle.result();
    });

    expect(result).toBe('using');
  });

  it('keeps to its budget of events: a start that sends the invitation, then one reminder', async () => {
    const stand = standIns([() => send(0), () => soon(1000), () => send(1), later]);

    const counts = await world.whilePolling(stand, async () => {
      const { handle } = await start();
      await eventually(async () => expect(stand.planned).toHaveLength(2));
      await eventually(async () => expect(await eventTypes(handle)).toBeGreaterThanOrEqual(14));
      const first = await eventTypes(handle);
      await eventually(async () => expect(stand.planned).toHaveLength(4));
      await eventually(async () => expect(await eventTypes(handle)).toBeGreaterThanOrEqual(27));
      const second = await eventTypes(handle);
      await handle.terminate();
      return [first, second];
    });

    expect(counts[0]).toBeLessThanOrEqual(15);
    expect(counts[1]).toBeLessThanOrEqual(28);
  });

  it('holds ids, codes and instants alone', async () => {
    const stand = standIns([() => send(1), () => end('exhausted')]);

    const names = await world.whilePolling(stand, async () => {
      const { handle } = await start();
      await handle.result();
      return stand.sent.flatMap((args) => Object.keys(args)).toSorted();
    });

    expect(names).toEqual(['asOfIso', 'episode', 'journey', 'organizationId', 'stage', 'step', 'userId']);
  });
});
