// The first report and runs by hand: what a fresh organization has, who may ask, what is not there.
import { systemCaller } from '../../src/domain/caller';
import { newId } from '../../src/ids';
import { createReports } from '../../src/service/reports';
import { testClock } from '../support/builders';
import { useDatabase } from '../support/database';
import { addFirstReport, rowsOf } from '../support/reports';

describe('reports', () => {
  const db = useDatabase();
  const clock = testClock();
  const reports = () => createReports({ database: db.database, clock, newId });
  const caller = () => systemCaller(db.organizationId, 'test');

  it('begin with users-and-adoption, as workbook and CSV, kept in the folder', async () => {
    const reportId = await addFirstReport(db, clock.now());

    expect(await reports().list(caller())).toMatchObject([
      { id: reportId, slug: 'users-and-adoption', reportKind: 'user_list', formats: ['xlsx', 'csv'], state: 'active' },
    ]);
    const destinations = await db.database.read(db.organizationId, (stores) =>
      stores.reports.listDestinations(reportId),
    );
    expect(destinations).toMatchObject([{ kind: 'folder', required: true, recipients: [] }]);
    expect(await reports().list(systemCaller(db.secondOrganizationId, 'test'))).toEqual([]);
  });

  it('write run, request and audit entry together', async () => {
    const reportId = await addFirstReport(db, clock.now());

    const { runId, runKey } = await reports().requestRun(caller(), 'users-and-adoption');

    expect(runKey).toBe(`manual-${runId}`);
    expect(await rowsOf(db, 'SELECT id, status, run_key FROM report_runs')).toEqual([
      { id: runId, status: 'queued', run_key: runKey },
    ]);
    expect(await rowsOf(db, 'SELECT topic, lane FROM outbox')).toEqual([{ topic: 'ReportRunRequested', lane: 0 }]);
    expect(await rowsOf(db, 'SELECT action, target_id FROM audit_entries')).toEqual([
      { action: 'report.run_requested', target_id: reportId },
    ]);
  });

  it.each(['nothing-like-it', '', '../users', 'Users-And-Adoption', 'x'.repeat(500)])(
    'know no report %j',
    async (slug) => {
      await addFirstReport(db, clock.now());

      await expect(reports().requestRun(caller(), slug)).rejects.toMatchObject({ code: 'report.not_found' });
      expect(await rowsOf(db, 'SELECT 1 FROM outbox')).toEqual([]);
    },
  );

  it('may be run by a token and by any active admin, by nobody else', async () => {
    await addFirstReport(db, clock.now());
    const admin = { organization_id: db.organizationId, display_name: 'A', created_at: clock.now() };
    const [auditor, blocked] = [newId(), newId()];
    await db.sql.query('INSERT INTO admins SET ?', {
      ...admin,
      id: auditor,
      email: 'a@x.example',
      email_key: 'a@x.example',
      role: 'auditor',
      status: 'active',
    });
    await db.sql.query('INSERT INTO admins SET ?', {
      ...admin,
      id: blocked,
      email: 'b@x.example',
      email_key: 'b@x.example',
      role: 'super_admin',
      status: 'blocked',
    });
    const by = (kind: 'admin' | 'token' | 'scim' | 'user', id: string) =>
      reports().requestRun(
        { organizationId: db.organizationId, actor: { kind, id }, requestId: 'test' },
        'users-and-adoption',
      );

    await expect(by('token', newId())).resolves.toBeDefined();
    await expect(by('admin', auditor)).resolves.toBeDefined();
    await expect(by('admin', blocked)).rejects.toMatchObject({ code: 'role.missing' });
    await expect(by('scim', newId())).rejects.toMatchObject({ code: 'role.missing' });
    await expect(by('user', newId())).rejects.toMatchObject({ code: 'role.missing' });
  });
});
