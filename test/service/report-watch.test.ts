// The watch: expected runs without a row are requested once, old ones are recorded as missed, nothing else happens.
import { systemCaller } from '../../src/domain/caller';
import { newId } from '../../src/ids';
import { createReportSchedules } from '../../src/service/report-schedules';
import { createReports } from '../../src/service/reports';
import { createReportWatch } from '../../src/service/report-watch';
import { testClock } from '../support/builders';
import { useDatabase } from '../support/database';
import { addFirstReport, rowsOf } from '../support/reports';

describe('the watch over runs', () => {
  const db = useDatabase();
  const clock = testClock();
  let reportId: string;
  const pass = () => createReportWatch({ database: db.database, clock, newId }).pass();
  const runs = () => rowsOf(db, 'SELECT run_key, as_of, status, trigger_kind FROM report_runs ORDER BY run_key');
  const requests = async () =>
    (await rowsOf(db, "SELECT payload FROM outbox WHERE topic = 'ReportRunRequested' ORDER BY id")).map(
      ({ payload }) => (typeof payload === 'string' ? JSON.parse(payload) : payload) as { runKey: string },
    );

  async function scheduleAt(at: string, cron: string): Promise<void> {
    clock.set(at);
    reportId = await addFirstReport(db, clock.now());
    const order = { cron, zone: 'Europe/Berlin', to: ['admin@example.com'] };
    const schedules = createReportSchedules({ database: db.database, clock, newId });
    await schedules.schedule(systemCaller(db.organizationId, 'test'), 'users-and-adoption', order);
  }

  it('requests a local time that the clock skipped, at the next valid instant, once', async () => {
    await scheduleAt('2027-03-27T12:00:00Z', '30 2 * * *');

    clock.set('2027-03-28T01:01:00Z');
    expect(await pass()).toEqual({ requested: 0, missed: 0, lost: 0 });
    clock.set('2027-03-28T01:05:00Z');
    expect(await pass()).toEqual({ requested: 1, missed: 0, lost: 0 });
    expect(await pass()).toEqual({ requested: 0, missed: 0, lost: 0 });

    expect(await runs()).toEqual([
      {
        run_key: '2027-03-28T02:30',
        as_of: new Date('2027-03-28T01:00:00Z'),
        status: 'queued',
        trigger_kind: 'schedule',
      },
    ]);
    expect(await requests()).toEqual([{ reportId, runKey: '2027-03-28T02:30' }]);
  });

  it('makes up every day of an outage, and records as missed what is older than the catch-up span', async () => {
    await scheduleAt('2027-01-01T12:00:00Z', '0 8 * * *');
    await db.sql.query('UPDATE report_schedules SET catch_up_hours = 72');

    clock.set('2027-01-06T12:00:00Z');
    const found = await pass();

    expect(found).toEqual({ requested: 3, missed: 2, lost: 0 });
    expect((await runs()).map(({ run_key, status }) => `${String(run_key)} ${String(status)}`)).toEqual([
      '2027-01-02T08:00 missed',
      '2027-01-03T08:00 missed',
      '2027-01-04T08:00 queued',
      '2027-01-05T08:00 queued',
      '2027-01-06T08:00 queued',
    ]);
    expect(await requests()).toHaveLength(3);
  });

  it('expects nothing from before a schedule was made or changed', async () => {
    await scheduleAt('2027-01-01T12:00:00Z', '0 8 * * *');
    clock.set('2027-01-05T12:00:00Z');
    const order = { cron: '0 9 * * *', zone: 'Europe/Berlin', to: ['admin@example.com'] };
    const schedules = createReportSchedules({ database: db.database, clock, newId });
    await schedules.schedule(systemCaller(db.organizationId, 'test'), 'users-and-adoption', order);

    expect(await pass()).toEqual({ requested: 0, missed: 0, lost: 0 });
  });

  it('leaves runs that have a row, paused reports and suspended organizations alone', async () => {
    await scheduleAt('2027-01-01T12:00:00Z', '0 8 * * *');
    clock.set('2027-01-02T12:00:00Z');
    await db.sql.query("UPDATE report_definitions SET state = 'paused'");
    expect(await pass()).toEqual({ requested: 0, missed: 0, lost: 0 });
    await db.sql.query("UPDATE report_definitions SET state = 'active'");
    await db.sql.query("UPDATE organizations SET status = 'suspended'");
    expect(await pass()).toEqual({ requested: 0, missed: 0, lost: 0 });
    await db.sql.query("UPDATE organizations SET status = 'active'");

    expect(await pass()).toEqual({ requested: 1, missed: 0, lost: 0 });
  });

  it('closes a run that nobody works on any more, as failed', async () => {
    await scheduleAt('2027-01-01T12:00:00Z', '0 8 1 1 *');
    const reports = createReports({ database: db.database, clock, newId });
    await reports.requestRun(systemCaller(db.organizationId, 'test'), 'users-and-adoption');
    clock.set('2027-01-02T11:00:00Z');
    expect(await pass()).toMatchObject({ lost: 0 });
    clock.set('2027-01-02T12:00:01Z');

    expect(await pass()).toMatchObject({ lost: 1 });
    expect(await pass()).toMatchObject({ lost: 0 });
    expect(await rowsOf(db, 'SELECT status, reason FROM report_runs')).toEqual([{ status: 'failed', reason: 'lost' }]);
  });

  it('requests a run once when two workers watch at the same moment', async () => {
    await scheduleAt('2027-01-01T12:00:00Z', '0 8 * * *');
    clock.set('2027-01-02T12:00:00Z');

    const found = await Promise.all([pass(), pass(), pass()]);

    expect(found.reduce((sum, { requested }) => sum + requested, 0)).toBe(1);
    expect(await requests()).toHaveLength(1);
  });
});
