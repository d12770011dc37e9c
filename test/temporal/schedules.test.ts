// Schedules on a real dev server and a real database: they become equal to their rows, in both directions, and fire
// for nominal local times across clock changes (by backfill, which is a time machine).
import { ScheduleOverlapPolicy, type Client } from '@temporalio/client';
import { randomUUID } from 'node:crypto';
import { systemCaller } from '../../src/domain/caller';
import { localMinute } from '../../src/domain/zone-calendar';
import { newId } from '../../src/ids';
import { createReportSchedules } from '../../src/service/report-schedules';
import { createScheduleSource } from '../../src/service/schedule-source';
import { createSchedules, type Schedules } from '../../src/temporal/schedules';
import { addFirstReport, quietLog } from '../support/reports';
import { testClock } from '../support/builders';
import { useDatabase } from '../support/database';
import { connectTestClient, eventually } from '../support/temporal-client';

describe('schedules', () => {
  const db = useDatabase();
  const clock = testClock('2027-01-04T09:00:00Z');
  let client: Client;
  let schedules: Schedules;
  let reportId: string;

  beforeAll(async () => {
    client = await connectTestClient();
  });

  beforeEach(async () => {
    reportId = await addFirstReport(db, clock.now());
    schedules = createSchedules({
      client: client.schedule,
      source: createScheduleSource({ database: db.database, clock }),
      log: quietLog,
    });
  });

  afterEach(async () => {
    for (const id of [`report/${reportId}`, `snapshot/${db.organizationId}`, `snapshot/${db.secondOrganizationId}`])
      await client.schedule
        .getHandle(id)
        .delete()
        .catch(() => undefined);
  });

  afterAll(() => client.connection.close());

  const order = { cron: '30 2 * * *', zone: 'Europe/Berlin', to: ['admin@example.com'] };
  const put = (over: Partial<typeof order> = {}) =>
    createReportSchedules({ database: db.database, clock, newId }).schedule(
      systemCaller(db.organizationId, randomUUID()),
      'users-and-adoption',
      { ...order, ...over },
    );
  const describeReport = () => client.schedule.getHandle(`report/${reportId}`).describe();

  it('makes the Schedule of a report with its zone, overlap and catch-up window', async () => {
    await put();

    await schedules.syncReport(db.organizationId, reportId);

    const { spec, policies, action, state } = await describeReport();
    expect(spec.timezone).toBe('Europe/Berlin');
    expect(policies).toMatchObject({ overlap: ScheduleOverlapPolicy.BUFFER_ALL, catchupWindow: 7 * 86_400_000 });
    expect(action).toMatchObject({
      workflowType: 'scheduledReport',
      args: [{ organizationId: db.organizationId, reportId }],
    });
    expect(state.paused).toBe(false);
  });

  it('changes, pauses and deletes it as its row changes', async () => {
    await put();
    await schedules.syncReport(db.organizationId, reportId);

    await put({ cron: '0 8 1 * 1', zone: 'UTC' });
    await schedules.syncReport(db.organizationId, reportId);
    expect((await describeReport()).spec.calendars).toHaveLength(2);

    await db.sql.query("UPDATE report_definitions SET state = 'paused' WHERE id = ?", [reportId]);
    await schedules.syncReport(db.organizationId, reportId);
    expect((await describeReport()).state.paused).toBe(true);

    await db.sql.query('DELETE FROM report_schedules WHERE report_id = ?', [reportId]);
    await schedules.syncReport(db.organizationId, reportId);
    await expect(describeReport()).rejects.toMatchObject({ name: 'ScheduleNotFoundError' });
  });

  it('gives the lease back, and remembers what the Schedule is equal to', async () => {
    await put();

    await Promise.all([1, 2, 3].map(() => schedules.syncReport(db.organizationId, reportId)));

    const [rows] = await db.sql.query(
      'SELECT synced_hash, lease_until FROM temporal_schedules WHERE organization_id = ?',
      [db.organizationId],
    );
    expect(rows).toEqual([{ synced_hash: expect.stringMatching(/^[0-9a-f]{64}$/), lease_until: null }]);
  });

  it('mends both directions in a reconcile, and then has nothing to do', async () => {
    await put();
    await schedules.syncOrganization(db.organizationId);
    await client.schedule.getHandle(`snapshot/${db.organizationId}`).delete();
    const orphan = `report/${randomUUID()}`;
    await client.schedule.create({
      scheduleId: orphan,
      spec: { calendars: [{ hour: 1 }] },
      action: { type: 'startWorkflow', workflowType: 'scheduledReport', taskQueue: 'nobody', args: [] },
    });
    await eventually(async () => expect(await listed()).toContain(orphan));

    await schedules.reconcile();

    await eventually(async () => {
      const ids = await listed();
      expect(ids).toEqual(
        expect.arrayContaining([
          `snapshot/${db.organizationId}`,
          `snapshot/${db.secondOrganizationId}`,
          `report/${reportId}`,
        ]),
      );
      expect(ids).not.toContain(orphan);
    });
    await eventually(async () => expect(await schedules.reconcile()).toMatchObject({ written: 0, deleted: 0 }));
  });

  it('tells of a schedule that the server refuses, and mends the others', async () => {
    await put();
    await db.sql.query("UPDATE report_schedules SET time_zone = 'Mars/Olympus' WHERE report_id = ?", [reportId]);

    const result = await schedules.reconcile();

    expect(result).toMatchObject({ refused: 1, written: 2 });
    await eventually(async () =>
      expect(await listed()).toEqual(
        expect.arrayContaining([`snapshot/${db.organizationId}`, `snapshot/${db.secondOrganizationId}`]),
      ),
    );
  });

  it.each([
    [
      'not in a spring night that skips 02:30',
      '30 2 * * *',
      '2027-03-27T12:00:00Z',
      '2027-03-29T12:00:00Z',
      ['2027-03-29T02:30'],
    ],
    [
      'in an autumn night that has 02:30 twice',
      '30 2 * * *',
      '2027-10-30T12:00:00Z',
      '2027-10-31T12:00:00Z',
      ['2027-10-31T02:30'],
    ],
    [
      'on the day of month or the weekday',
      '0 8 1 * 1',
      '2027-02-26T00:00:00Z',
      '2027-03-09T00:00:00Z',
      ['2027-03-01T08:00', '2027-03-08T08:00'],
    ],
  ])('fires %s', async (_, cron, start, end, expected) => {
    await put({ cron });
    await schedules.syncReport(db.organizationId, reportId);

    await client.schedule
      .getHandle(`report/${reportId}`)
      .backfill({ start: new Date(start), end: new Date(end), overlap: ScheduleOverlapPolicy.ALLOW_ALL });

    await eventually(async () => {
      const { info } = await describeReport();
      const runKeys = info.recentActions.map(({ scheduledAt }) => localMinute(scheduledAt, 'Europe/Berlin'));
      expect([...new Set(runKeys)].toSorted()).toEqual(expected);
    });
    for (const { action } of (await describeReport()).info.recentActions)
      await client.workflow
        .getHandle(action.workflow.workflowId)
        .terminate('test is over')
        .catch(() => undefined);
  });

  const listed = async (): Promise<string[]> => {
    const ids: string[] = [];
    for await (const { scheduleId } of client.schedule.list()) ids.push(scheduleId);
    return ids;
  };
});
