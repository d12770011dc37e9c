// The life of a run: one per run key whoever starts it, files recorded, an honest end.
import { systemCaller } from '../../src/domain/caller';
import { newId } from '../../src/ids';
import { createReportRuns, type OpenOrder, type ReportRuns } from '../../src/service/report-runs';
import { createReportSchedules } from '../../src/service/report-schedules';
import { createReportWatch } from '../../src/service/report-watch';
import { createReports, type Reports } from '../../src/service/reports';
import { testClock } from '../support/builders';
import { useDatabase } from '../support/database';
import { addFirstReport, rowsOf } from '../support/reports';

describe('runs', () => {
  const db = useDatabase();
  const clock = testClock();
  let reportId: string;
  let runs: ReportRuns;
  let reports: Reports;
  const caller = () => systemCaller(db.organizationId, 'test');
  const spring = new Date('2027-03-28T01:00:00Z');

  beforeEach(async () => {
    clock.set('2027-03-01T09:00:00Z');
    reportId = await addFirstReport(db, clock.now());
    runs = createReportRuns({ database: db.database, clock, newId });
    reports = createReports({ database: db.database, clock, newId });
  });

  const schedule = (cron = '30 2 * * *', zone = 'Europe/Berlin') =>
    createReportSchedules({ database: db.database, clock, newId }).schedule(caller(), 'users-and-adoption', {
      cron,
      zone,
      to: ['admin@example.com'],
    });
  const open = (order: Partial<OpenOrder> = {}) =>
    runs.open(caller(), {
      reportId,
      nominalAt: new Date('2027-03-02T01:30:00Z'),
      owner: newId(),
      isRetry: false,
      ...order,
    });
  async function opened(order: Partial<OpenOrder> = {}) {
    const result = await open(order);
    if (result.kind !== 'opened') throw new Error(`no run: ${result.reason}`);
    return result;
  }
  const deliver = (runId: string, destinationId: string, status: 'delivered' | 'failed' | 'unknown') =>
    db.database.inTransaction(db.organizationId, (stores) =>
      stores.reportDeliveries.saveDelivery(runId, destinationId, { status }),
    );
  const build = (runId: string) =>
    runs.recordArtifacts(caller(), runId, { rows: 2, rowsSha256: 'a'.repeat(64), files: [aFile] });
  const aFile = {
    fileName: 'a.xlsx',
    format: 'xlsx' as const,
    sizeBytes: 10,
    sha256: 'b'.repeat(64),
    rows: 2,
    path: '/reports/a.xlsx',
  };

  it('opens the nominal run once, as of its instant, with a delivery for each destination', async () => {
    await schedule();

    const first = await opened();
    const second = await open();

    expect(first.destinationIds).toHaveLength(2);
    expect(second).toEqual({ kind: 'none', reason: 'taken' });
    expect(await rowsOf(db, 'SELECT run_key, as_of, known_at, status, definitions_version FROM report_runs')).toEqual([
      {
        run_key: '2027-03-02T02:30',
        as_of: new Date('2027-03-02T01:30:00Z'),
        known_at: clock.now(),
        status: 'building',
        definitions_version: 1,
      },
    ]);
    expect(await rowsOf(db, 'SELECT status FROM report_deliveries')).toEqual([
      { status: 'pending' },
      { status: 'pending' },
    ]);
  });

  it('answers its own workflow the same run again, also when the answer was lost', async () => {
    await schedule();
    const owner = newId();

    const first = await opened({ owner });
    const again = await opened({ owner });

    expect([again.runId, again.destinationIds]).toEqual([first.runId, first.destinationIds]);
    expect(await rowsOf(db, 'SELECT 1 FROM report_deliveries')).toHaveLength(2);
  });

  it('opens one run when a doubled local time fires twice, as of its first occurrence', async () => {
    await schedule();

    const second = await opened({ nominalAt: new Date('2027-10-31T01:30:00Z') });
    const first = await open({ nominalAt: new Date('2027-10-31T00:30:00Z') });

    expect(first).toEqual({ kind: 'none', reason: 'taken' });
    expect(await rowsOf(db, 'SELECT run_key, as_of FROM report_runs WHERE id = ?', [second.runId])).toEqual([
      { run_key: '2027-10-31T02:30', as_of: new Date('2027-10-31T00:30:00Z') },
    ]);
  });

  it('opens a skipped local time by its key, as of the next valid instant', async () => {
    await schedule();

    const { runId } = await opened({ runKey: '2027-03-28T02:30', nominalAt: spring });

    expect(await rowsOf(db, 'SELECT as_of FROM report_runs WHERE id = ?', [runId])).toEqual([{ as_of: spring }]);
  });

  it('says when there is nothing to run', async () => {
    expect(await open()).toEqual({ kind: 'none', reason: 'paused' });
    await schedule('0 8 31 * *');
    expect(await open({ nominalAt: new Date('2027-03-28T06:00:00Z') })).toEqual({ kind: 'none', reason: 'not_due' });
    await opened({ nominalAt: new Date('2027-02-28T07:00:00Z') });
    await db.sql.query("UPDATE report_schedules SET state = 'paused'");
    expect(await open({ nominalAt: new Date('2027-03-31T06:00:00Z') })).toEqual({ kind: 'none', reason: 'paused' });
    await expect(open({ reportId: newId() })).rejects.toMatchObject({ code: 'report.not_found' });
  });

  it('runs by hand as of the request, whatever the schedule says, and again for its own repeat', async () => {
    const { runId, runKey } = await reports.requestRun(caller(), 'users-and-adoption');
    clock.advance(60_000);

    const first = await opened({ runKey });
    const again = await opened({ runKey });

    expect([first.runId, again.runId]).toEqual([runId, runId]);
    expect(await rowsOf(db, 'SELECT as_of, known_at, status, trigger_kind FROM report_runs')).toEqual([
      { as_of: new Date('2027-03-01T09:00:00Z'), known_at: clock.now(), status: 'building', trigger_kind: 'manual' },
    ]);
    expect(await rowsOf(db, 'SELECT topic, subject_id FROM outbox')).toEqual([
      { topic: 'ReportRunRequested', subject_id: reportId },
    ]);
  });

  it('gives the run of the watch to whoever comes first, and again to a repeated question', async () => {
    await schedule();
    clock.set('2027-03-02T02:00:00Z');
    const { requested } = await createReportWatch({ database: db.database, clock, newId }).pass();
    const runKey = '2027-03-02T02:30';

    const first = await opened();
    expect(requested).toBe(1);
    expect(await open({ runKey })).toEqual({ kind: 'none', reason: 'taken' });
    expect(await open({ runKey, isRetry: true })).toMatchObject({ runId: first.runId });
  });

  it('shows where a run stands and its files', async () => {
    const { runId, runKey } = await reports.requestRun(caller(), 'users-and-adoption');
    expect(await reports.runStatus(caller(), runId)).toEqual({ runId, status: 'queued', reason: null, files: [] });
    const { destinationIds } = await opened({ runKey });
    await build(runId);
    await deliver(runId, destinationIds[0]!, 'delivered');

    expect(await runs.close(caller(), runId)).toBe('succeeded');

    expect(await reports.runStatus(caller(), runId)).toEqual({
      runId,
      status: 'succeeded',
      reason: null,
      files: [{ path: '/reports/a.xlsx', sha256: 'b'.repeat(64), rows: 2 }],
    });
    await expect(reports.runStatus(systemCaller(db.secondOrganizationId, 'test'), runId)).rejects.toMatchObject({
      code: 'run.not_found',
    });
  });

  it.each([
    ['succeeded', ['delivered', 'delivered']],
    ['partial', ['delivered', 'failed']],
    ['partial', ['delivered', 'unknown']],
    ['failed', ['failed', 'unknown']],
  ] as const)('ends %s when its destinations are %j', async (expected, states) => {
    await schedule();
    const { runId, destinationIds } = await opened();
    await build(runId);
    await Promise.all(states.map((status, index) => deliver(runId, destinationIds[index]!, status)));

    expect(await runs.close(caller(), runId)).toBe(expected);
    expect(await runs.close(caller(), runId, 'cancelled')).toBe(expected);
  });

  it('is failed when it was not built, cancelled when it was cancelled, and leaves no delivery open', async () => {
    await schedule();
    const { runId } = await opened();
    expect(await runs.close(caller(), runId, 'destination.unavailable')).toBe('failed');
    expect(await rowsOf(db, 'SELECT status, reason FROM report_runs')).toEqual([
      { status: 'failed', reason: 'destination.unavailable' },
    ]);
    expect(await rowsOf(db, 'SELECT DISTINCT status FROM report_deliveries')).toEqual([{ status: 'failed' }]);

    const other = await opened({ nominalAt: new Date('2027-03-03T01:30:00Z') });
    expect(await runs.close(caller(), other.runId, 'cancelled')).toBe('cancelled');
  });

  it('pauses a report after three failed runs in a row, and tells its Schedule', async () => {
    await schedule();
    await db.sql.query('DELETE FROM outbox');
    for (const day of ['02', '03', '04']) {
      const { runId } = await opened({ nominalAt: new Date(`2027-03-${day}T01:30:00Z`) });
      await runs.close(caller(), runId, 'bug');
    }

    expect(await rowsOf(db, 'SELECT state, consecutive_failures FROM report_definitions')).toEqual([
      { state: 'paused', consecutive_failures: 3 },
    ]);
    expect(await rowsOf(db, 'SELECT topic FROM outbox')).toEqual([{ topic: 'ReportScheduleChanged' }]);
    expect(await open({ nominalAt: new Date('2027-03-05T01:30:00Z') })).toEqual({ kind: 'none', reason: 'paused' });
  });

  it('gives a run to one of many that open it at the same moment', async () => {
    await schedule();

    const results = await Promise.all([1, 2, 3, 4].map(() => open()));

    expect(results.filter(({ kind }) => kind === 'opened')).toHaveLength(1);
    expect(await rowsOf(db, 'SELECT 1 FROM report_runs')).toHaveLength(1);
  });
});
