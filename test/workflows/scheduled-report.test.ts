// scheduledReport on a real server with stand-in activities: order, dead destinations, failure, cancellation, replay.
import { randomUUID } from 'node:crypto';
import { ApplicationFailure } from '@temporalio/common';
import { Context } from '@temporalio/activity';
import { WorkflowFailedError, type Client } from '@temporalio/client';
import type { WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { queues, workflowId, type ReportActivities, type ScheduledReportArgs } from '../../workflows/contract';
import { connectTestClient, eventually } from '../support/temporal-client';
import { bundle, keepHistory, mutatedBundle, replay, withWorker, type StandIns } from './replaying';

describe('scheduledReport', () => {
  let client: Client;
  let workflows: WorkflowBundleWithSourceMap;
  const calls: string[] = [];

  beforeAll(async () => {
    [client, workflows] = await Promise.all([connectTestClient(), bundle()]);
  }, 120_000);
  beforeEach(() => void calls.splice(0));
  afterAll(() => client.connection.close());

  const args: ScheduledReportArgs = { organizationId: 1, reportId: '0190aaaa-0000-7000-8000-000000000001' };
  const runId = '0190aaaa-0000-7000-8000-000000000002';
  const noted =
    <A, R>(name: string, work: (it: A) => R | Promise<R>) =>
    async (it: A): Promise<R> => {
      calls.push(name);
      return work(it);
    };
  function standIns(over: Partial<ReportActivities> = {}): StandIns {
    const plain: ReportActivities = {
      openRun: noted('openRun', () => ({ kind: 'opened' as const, runId, destinationIds: ['folder', 'mail'] })),
      renderReport: noted('renderReport', () => ({ rows: 3 })),
      deliverReport: noted('deliverReport', () => 'delivered'),
      closeRun: noted('closeRun', ({ failure }: { failure?: string }) => failure ?? 'succeeded'),
    };
    return { ...plain, ...over };
  }
  const start = (extra: Partial<ScheduledReportArgs> = {}) => {
    const runKey = `manual-${randomUUID()}`;
    return client.workflow.start('scheduledReport', {
      taskQueue: queues.main,
      workflowId: workflowId.reportRun(args.reportId, runKey),
      args: [{ ...args, runKey, nominalIso: '2027-03-01T08:00:00.000Z', ...extra }],
    });
  };
  /** Runs one to its end with these stand-ins, and keeps its history. */
  async function run(name: string, over: Partial<ReportActivities> = {}): Promise<unknown> {
    return withWorker(client, workflows, standIns(over), async () => {
      const handle = await start();
      const result = await handle.result();
      await keepHistory(client, handle.workflowId, 'scheduledReport', name);
      return result;
    });
  }

  it('opens, renders, delivers to each destination and closes', async () => {
    expect(await run('two-destinations')).toBe('succeeded');

    expect(calls).toEqual(['openRun', 'renderReport', 'deliverReport', 'deliverReport', 'closeRun']);
  });

  it('ends at once when the run key is taken', async () => {
    const openRun = noted('openRun', () => ({ kind: 'none' as const, reason: 'taken' }));

    expect(await run('doubled-run-key', { openRun })).toBe('taken');

    expect(calls).toEqual(['openRun']);
  });

  it('delivers to the others when one destination is dead, and closes all the same', async () => {
    const deliverReport = noted('deliverReport', ({ destinationId }: { destinationId: string }) => {
      if (destinationId === 'mail') throw ApplicationFailure.nonRetryable('delivery.failed', 'DestinationError');
      return 'delivered';
    });

    expect(await run('one-dead-destination', { deliverReport })).toBe('succeeded');

    expect(calls.filter((name) => name === 'deliverReport')).toHaveLength(2);
    expect(calls.at(-1)).toBe('closeRun');
  });

  it('closes with the code of what stopped the rendering', async () => {
    const renderReport = noted('renderReport', () => {
      throw ApplicationFailure.nonRetryable('report.not_found', 'report.not_found');
    });

    expect(await run('render-failed', { renderReport })).toBe('report.not_found');

    expect(calls).toEqual(['openRun', 'renderReport', 'closeRun']);
  });

  it('closes the run of a cancelled workflow, and delivers nothing', async () => {
    const renderReport = noted('renderReport', async () => {
      const { cancelled, cancellationSignal } = Context.current();
      const timer = setInterval(() => Context.current().heartbeat(), 100);
      cancellationSignal.addEventListener('abort', () => clearInterval(timer));
      return cancelled;
    });
    const failures: (string | undefined)[] = [];
    const closeRun = noted('closeRun', ({ failure }: { failure?: string }) => {
      failures.push(failure);
      return failure ?? 'succeeded';
    });

    await withWorker(client, workflows, standIns({ renderReport, closeRun }), async () => {
      const handle = await start();
      await eventually(async () => expect(calls).toContain('renderReport'));
      await handle.cancel();
      await expect(handle.result()).rejects.toBeInstanceOf(WorkflowFailedError);
      await keepHistory(client, handle.workflowId, 'scheduledReport', 'cancelled-while-rendering');
    });

    expect(failures).toEqual(['cancelled']);
    expect(calls).not.toContain('deliverReport');
  });

  it('replays every recorded history', async () => {
    const results = await replay('scheduledReport', workflows);

    expect(results.filter(({ error }) => error)).toEqual([]);
    expect(results.length).toBeGreaterThanOrEqual(5);
  });

  it('does not replay in a build that delivers before it renders', async () => {
    const mutant = await mutatedBundle(
      'scheduled-report.ts',
      'await renderReport(run);',
      'await deliverReport({ ...run, destinationId: "first" }); await renderReport(run);',
    );

    const results = await replay('scheduledReport', mutant);

    expect(results.some(({ error }) => error?.name === 'DeterminismViolationError')).toBe(true);
  });
});
