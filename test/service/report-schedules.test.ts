// Scheduling a report: what is checked, what is written in one transaction, what is said about allowed domains.
import { systemCaller } from '../../src/domain/caller';
import { newId } from '../../src/ids';
import { createReportSchedules } from '../../src/service/report-schedules';
import { testClock } from '../support/builders';
import { useDatabase } from '../support/database';
import { addFirstReport, rowsOf } from '../support/reports';

describe('schedule', () => {
  const db = useDatabase();
  const clock = testClock('2027-03-01T09:00:00Z');
  const order = { cron: '0 8 * * 1', zone: 'europe/berlin', to: ['admin@example.com', 'Audit@Example.com'] };
  let reportId: string;
  const schedule = (over: Partial<typeof order> = {}, organizationId = db.organizationId) =>
    createReportSchedules({ database: db.database, clock, newId }).schedule(
      systemCaller(organizationId, 'test'),
      'users-and-adoption',
      { ...order, ...over },
    );

  beforeEach(async () => {
    reportId = await addFirstReport(db, clock.now());
  });

  it('answers the schedule, the next five runs and the domain it allowed', async () => {
    const made = await schedule();

    expect(made).toMatchObject({
      reportId,
      cron: '0 8 * * 1',
      timeZone: 'Europe/Berlin',
      to: ['admin@example.com', 'Audit@Example.com'],
      newlyAllowedDomains: ['example.com'],
    });
    expect(made.nextRuns.map(({ runKey }) => runKey)).toEqual([
      '2027-03-08T08:00',
      '2027-03-15T08:00',
      '2027-03-22T08:00',
      '2027-03-29T08:00',
      '2027-04-05T08:00',
    ]);
  });

  it('writes schedule, destination, domains, outbox and audit together', async () => {
    await schedule();

    expect(await rowsOf(db, 'SELECT time_zone, state, version, catch_up_hours FROM report_schedules')).toEqual([
      { time_zone: 'Europe/Berlin', state: 'active', version: 1, catch_up_hours: 168 },
    ]);
    expect(await rowsOf(db, 'SELECT kind, required FROM report_destinations ORDER BY kind')).toEqual([
      { kind: 'folder', required: 1 },
      { kind: 'mail', required: 1 },
    ]);
    expect(await rowsOf(db, 'SELECT topic, subject_id, lane FROM outbox')).toEqual([
      { topic: 'ReportScheduleChanged', subject_id: reportId, lane: 0 },
    ]);
    const [audit] = await rowsOf(db, 'SELECT action, target_id, detail FROM audit_entries');
    expect(audit).toMatchObject({ action: 'report.scheduled', target_id: reportId });
    expect(JSON.stringify(audit)).not.toContain('admin@');
  });

  it('replaces the schedule and its recipients, and names only new domains', async () => {
    await schedule();

    const again = await schedule({ cron: '30 6 * * *', to: ['admin@example.com', 'owner@example.org'] });

    expect(again.newlyAllowedDomains).toEqual(['example.org']);
    expect(await rowsOf(db, 'SELECT version FROM report_schedules')).toEqual([{ version: 2 }]);
    const destinations = await db.database.read(db.organizationId, (stores) =>
      stores.reports.listDestinations(reportId),
    );
    expect(destinations.filter(({ kind }) => kind === 'mail').map(({ recipients }) => recipients)).toEqual([
      ['admin@example.com', 'owner@example.org'],
    ]);
  });

  it.each([
    ['a cron line of four fields', { cron: '0 8 * *' }, 'five fields'],
    ['an unknown zone', { zone: 'Mars/Olympus' }, 'IANA'],
    ['no recipient', { to: [] }, 'at least one'],
    ['a list as one recipient', { to: ['a@example.com,b@example.com'] }, 'Recipient 1'],
    ['a name beside an address', { to: ['admin@example.com', 'B <b@example.com>'] }, 'Recipient 2'],
    ['a line end in an address', { to: ['a@example.com\r\nBcc: b@example.com'] }, 'Recipient 1'],
    ['an address that the mailer would refuse', { to: ['a..b@example.com'] }, 'Recipient 1'],
    ['a number as a domain', { to: ['a@example.com', 'a@127.0.0.1'] }, 'Recipient 2'],
    ['too many recipients', { to: Array.from({ length: 51 }, (_, index) => `a${index}@example.com`) }, 'At most 50'],
  ])('refuses %s with a sentence and writes nothing', async (_, over, sentence) => {
    await expect(schedule(over)).rejects.toMatchObject({
      code: 'input.invalid',
      message: expect.stringContaining(sentence),
    });

    expect(await rowsOf(db, 'SELECT 1 FROM report_schedules')).toEqual([]);
    expect(await rowsOf(db, 'SELECT 1 FROM outbox')).toEqual([]);
  });

  it('knows no report of another organization', async () => {
    await expect(schedule({}, db.secondOrganizationId)).rejects.toMatchObject({ code: 'report.not_found' });
  });

  it('is a Super Admin’s, since it may allow a domain', async () => {
    const id = newId();
    await db.sql.query('INSERT INTO admins SET ?', {
      organization_id: db.organizationId,
      id,
      email: 'a@example.com',
      email_key: 'a@example.com',
      display_name: 'Admin',
      role: 'admin',
      status: 'active',
      created_at: clock.now(),
    });
    const { schedule: verb } = createReportSchedules({ database: db.database, clock, newId });
    const caller = { organizationId: db.organizationId, actor: { kind: 'admin' as const, id }, requestId: 'test' };

    await expect(verb(caller, 'users-and-adoption', order)).rejects.toMatchObject({ code: 'role.missing' });
    await db.sql.query("UPDATE admins SET role = 'super_admin'");
    expect(await verb(caller, 'users-and-adoption', order)).toMatchObject({ reportId });
  });
});
