// dailySnapshot on a real server with a stand-in activity: the Schedule's nominal time is its clock; replay.
import { randomUUID } from 'node:crypto';
import { ScheduleOverlapPolicy, type Client } from '@temporalio/client';
import type { WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { queues, type TakeSnapshotArgs } from '../../workflows/contract';
import { connectTestClient, eventually } from '../support/temporal-client';
import { bundle, keepHistory, mutatedBundle, replay, withWorker } from './replaying';

describe('dailySnapshot', () => {
  let client: Client;
  let workflows: WorkflowBundleWithSourceMap;
  const seen: TakeSnapshotArgs[] = [];
  const takeSnapshot = async (args: TakeSnapshotArgs) => {
    seen.push(args);
    return { days: [args.nominalIso.slice(0, 10)] };
  };

  beforeAll(async () => {
    [client, workflows] = await Promise.all([connectTestClient(), bundle()]);
  }, 120_000);
  beforeEach(() => void seen.splice(0));
  afterAll(() => client.connection.close());

  it('hands its start to the activity when nobody scheduled it', async () => {
    await withWorker(client, workflows, { takeSnapshot }, async () => {
      const handle = await client.workflow.start('dailySnapshot', {
        taskQueue: queues.main,
        workflowId: `snapshot/${randomUUID()}`,
        args: [{ organizationId: 7 }],
      });
      expect(await handle.result()).toEqual({ days: [expect.any(String)] });
      const { startTime } = await handle.describe();
      expect(Math.abs(Date.parse(seen[0]!.nominalIso) - startTime.getTime())).toBeLessThan(5000);
      await keepHistory(client, handle.workflowId, 'dailySnapshot', 'by-hand');
    });
  });

  it('hands the nominal time of each firing of its Schedule to the activity', async () => {
    const scheduleId = `snapshot/${randomUUID()}`;
    await withWorker(client, workflows, { takeSnapshot }, async () => {
      const schedule = await client.schedule.create({
        scheduleId,
        spec: { calendars: [{ hour: [0, 4] }], timezone: 'Africa/Cairo' },
        policies: { overlap: ScheduleOverlapPolicy.SKIP },
        state: { paused: true },
        action: {
          type: 'startWorkflow',
          workflowType: 'dailySnapshot',
          taskQueue: queues.main,
          args: [{ organizationId: 7 }],
        },
      });
      const span = { start: new Date('2027-04-29T00:00:00Z'), end: new Date('2027-05-01T00:00:00Z') };
      await schedule.backfill({ ...span, overlap: ScheduleOverlapPolicy.BUFFER_ALL });
      await eventually(async () => expect(seen.length).toBeGreaterThanOrEqual(3));
      await eventually(async () => expect((await schedule.describe()).info.runningActions).toEqual([]));
      const [first] = (await schedule.describe()).info.recentActions;
      await keepHistory(client, first!.action.workflow.workflowId, 'dailySnapshot', 'by-schedule');
      await schedule.delete();
    });

    // The night of 30 April has no midnight in Cairo; the firing at four heals it.
    expect(seen.map(({ nominalIso }) => nominalIso)).toEqual([
      '2027-04-29T02:00:00.000Z',
      '2027-04-30T01:00:00.000Z',
      '2027-04-30T21:00:00.000Z',
    ]);
  });

  it('replays every recorded history', async () => {
    const results = await replay('dailySnapshot', workflows);

    expect(results.filter(({ error }) => error)).toEqual([]);
    expect(results.length).toBeGreaterThanOrEqual(2);
  });

  it('does not replay in a build that calls another activity', async () => {
    const mutant = await mutatedBundle(
      'daily-snapshot.ts',
      'const { takeSnapshot }',
      'const { restateDays: takeSnapshot }',
    );

    const results = await replay('dailySnapshot', mutant);

    expect(results.every(({ error }) => error?.name === 'DeterminismViolationError')).toBe(true);
  });
});
