// The flight recorder: requests by user, id and status at any size of the log, and the end of old rows.
import { newId } from '../../src/ids';
import { createLicensing } from '../../src/service/licensing';
import { createProvisioning } from '../../src/service/provisioning';
import { createRequestHistory } from '../../src/service/request-history';
import type { RequestRecord } from '../../src/domain/request-record';
import { aProfile, scimCaller, testClock } from '../support/builders';
import { useDatabase } from '../support/database';

const dayMs = 24 * 60 * 60 * 1000;

describe('the flight recorder', () => {
  const db = useDatabase();
  const clock = testClock();
  const history = () => createRequestHistory({ database: db.database, clock });
  const provisioning = () =>
    createProvisioning({
      database: db.database,
      clock,
      newId,
      licensing: createLicensing({ newId }),
      consequences: { endSignIns: () => Promise.resolve(), matchQuarantined: () => Promise.resolve(0) },
    });
  const add = (...rows: Partial<RequestRecord>[]) =>
    db.database.acrossOrganizations((scan) =>
      scan.requestLog.add(
        rows.map((row) => ({
          organizationId: db.organizationId,
          requestId: newId(),
          credentialId: scimCaller(1).actor.id,
          clientRequestId: null,
          receivedAt: clock.now(),
          method: 'PATCH',
          path: '/scim/v2/Users/x',
          subjectId: null,
          statusCode: 200,
          scimType: null,
          decision: 'changed',
          affected: null,
          warnings: null,
          payload: '{"body":1}',
          durationMs: 5,
          ...row,
        })),
      ),
    );

  beforeEach(() => clock.set('2026-03-02T09:00:00Z'));

  it('tells a request with every change it made, those of other people too', async () => {
    await db.sql.query('UPDATE license_pool_terms SET seats = 1 WHERE organization_id = ?', [db.organizationId]);
    const make = (userName: string) =>
      provisioning().createUser(scimCaller(db.organizationId, 'earlier'), aProfile({ userName }));
    const [holder, waiter] = [await make('a@example.com'), await make('b@example.com')];
    const caller = scimCaller(db.organizationId, 'the-request');
    await provisioning().changeUser(caller, holder.id, (it) => ({ ...it, active: false }), { ifMatch: undefined });
    await add({ requestId: 'the-request', subjectId: holder.id });

    const { items } = await history().ask(caller, { requestId: 'the-request', limit: 1 });

    expect(items[0]?.changes?.map(({ action, targetId }) => [action, targetId])).toEqual([
      ['user.deactivated', holder.id],
      ['license.released', holder.id],
      ['license.assigned', waiter.id],
    ]);
    await expect(
      history().ask(scimCaller(db.secondOrganizationId), { requestId: 'the-request', limit: 1 }),
    ).rejects.toMatchObject({ code: 'request.not_found' });
  });

  it('pages through the requests of a user, by id and by userName in any case, removed or not', async () => {
    const caller = scimCaller(db.organizationId);
    const user = await provisioning().createUser(caller, aProfile({ userName: 'Some.One@example.com' }));
    for (let no = 0; no < 5; no += 1) {
      await add({ subjectId: user.id, requestId: `r${no}` }, { subjectId: newId() });
      if (no % 2 === 0) clock.advance(1000);
    }
    await provisioning().removeUser(caller, user.id, { ifMatch: undefined });

    const seen: string[] = [];
    let page = await history().ask(caller, { user: 'SOME.one@example.com', limit: 2 });
    for (;;) {
      seen.push(...page.items.map(({ requestId }) => requestId));
      if (page.next === undefined) break;
      page = await history().ask(caller, { user: user.id, limit: 2, before: page.next });
    }

    expect(seen).toEqual(['r4', 'r3', 'r2', 'r1', 'r0']);
    await expect(history().ask(caller, { user: 'nobody@example.com', limit: 2 })).rejects.toMatchObject({
      code: 'user.not_found',
    });
    const foreign = await history().ask(scimCaller(db.secondOrganizationId), { user: user.id, limit: 2 });
    expect(foreign.items).toEqual([]);
  });

  it('counts failures against the lines, members and managers apart', async () => {
    clock.advance(dayMs);
    await add({ statusCode: 500, receivedAt: new Date(clock.now().getTime() - dayMs - 1) });
    await add({}, {}, { statusCode: 409 }, { statusCode: 404, path: '/scim/v2/Groups/y' }, { statusCode: 201 });
    await add(
      { statusCode: 412, affected: { user: 'u', reference: 'manager' } },
      { statusCode: 412, affected: { user: 'u' } },
    );

    const health = await history().health(scimCaller(db.organizationId), 24);

    expect(health).toMatchObject({ requests: 7, failures: 4, referenceFailures: 2, ratio: 2 / 7, state: 'ok' });
    expect(health.byStatus).toEqual({ 200: 2, 201: 1, 404: 1, 409: 1, 412: 2 });
    expect(await history().health(scimCaller(db.secondOrganizationId), 24)).toMatchObject({ requests: 0 });
  });

  it('says how many rows the counts lack: dropped, and lost in crashes', async () => {
    const at = (seconds: number) => new Date(clock.now().getTime() + seconds * 1000);
    const promised = { promised: 40, written: 10, dropped: 3 };
    await db.database.acrossOrganizations(async ({ requestLogWriters }) => {
      await requestLogWriters.keep('old', promised, at(-dayMs / 1000 - 1));
      await requestLogWriters.keep('dead', promised, at(-60));
      await requestLogWriters.close('dead', { least: 2, most: 16 }, at(0));
      await requestLogWriters.keep('living', { ...promised, dropped: 1 }, at(0));
    });

    const health = await history().health(scimCaller(db.organizationId), 24);

    expect(health.missing).toEqual({ dropped: 4, lostLeast: 2, lostMost: 16 });
  });

  it('takes payloads out after 30 days and rows after 90, once each, in batches', async () => {
    const old = (days: number) => ({ receivedAt: new Date(clock.now().getTime() - days * dayMs) });
    await add(...Array.from({ length: 2100 }, (_, no) => old(31 + no / 2100)), old(30), old(91), old(90));
    await add({ ...old(95), organizationId: db.secondOrganizationId });

    await db.sql.query(
      `INSERT INTO scim_request_subjects (organization_id, subject_id, received_at, log_id)
       SELECT organization_id, UUID(), received_at, id FROM scim_request_log`,
    );
    const first = await history().purge();
    db.statements.length = 0;
    const second = await history().purge();

    expect([first, second]).toEqual([
      { payloads: 2103, rows: 2 },
      { payloads: 0, rows: 0 },
    ]);
    const [left] = await db.sql.query(
      'SELECT COUNT(*) AS n, COUNT(payload_redacted) AS kept FROM scim_request_log WHERE organization_id = ?',
      [db.organizationId],
    );
    expect(left).toEqual([{ n: 2102, kept: 1 }]);
    const [beside] = await db.sql.query(
      `SELECT COUNT(*) AS n, SUM(l.id IS NULL) AS orphans FROM scim_request_subjects s
       LEFT JOIN scim_request_log l ON l.id = s.log_id`,
    );
    expect(beside).toEqual([{ n: 2102, orphans: '0' }]);
  });

  it('S32: reads no more rows than it shows, whatever the log holds', async () => {
    const caller = scimCaller(db.organizationId);
    const user = await provisioning().createUser(caller, aProfile());
    await add(...Array.from({ length: 100 }, (_, no) => ({ subjectId: newId(), statusCode: no === 0 ? 409 : 200 })));
    for (let size = 100; size < 100_000; size *= 2) {
      await db.sql.query(
        `INSERT INTO scim_request_log (organization_id, request_id, credential_id, received_at, method, path, subject_id, status_code, duration_ms)
         SELECT organization_id, UUID(), credential_id, received_at - INTERVAL ? SECOND, method, path, subject_id, status_code, duration_ms FROM scim_request_log`,
        [size],
      );
    }
    await db.sql.query(
      `INSERT INTO scim_request_subjects (organization_id, subject_id, received_at, log_id)
       SELECT organization_id, IF(id % 2, ?, subject_id), received_at, id FROM scim_request_log`,
      [user.id],
    );
    await db.sql.query('ANALYZE TABLE scim_request_log, scim_request_subjects');
    await add({ subjectId: user.id, requestId: 'wanted' }, { subjectId: user.id, statusCode: 409 });
    const reads = async (sql: string, values: unknown[]): Promise<number> => {
      await db.sql.query('FLUSH STATUS');
      await db.sql.query(sql, values);
      const [rows] = await db.sql.query("SHOW SESSION STATUS LIKE 'Handler_read%'");
      return (rows as { Value: string }[]).reduce((sum, { Value }) => sum + Number(Value), 0);
    };
    const statement = async (work: () => Promise<unknown>, table = 'log'): Promise<string> => {
      db.statements.length = 0;
      await work();
      return db.statements.find((sql) => sql.includes(`FROM scim_request_${table}`))!;
    };

    const byUser = await statement(() => history().ask(caller, { user: user.id, limit: 20 }));
    const beside = await statement(() => history().ask(caller, { user: user.id, limit: 20 }), 'subjects');
    const before = { receivedAt: new Date(clock.now().getTime() - 40_000_050), id: 1 };
    const later = await statement(() => history().ask(caller, { user: user.id, limit: 20, before }), 'subjects');
    const byStatus = await statement(() => history().ask(caller, { statusCode: 409, limit: 20 }));
    const newest = await statement(() => history().ask(caller, { limit: 20 }));
    const byRequest = await statement(() => history().ask(caller, { requestId: 'wanted', limit: 1 }));

    expect(await reads(byUser, [db.organizationId, user.id, 21])).toBeLessThan(60);
    expect(await reads(beside, [db.organizationId, user.id, 21])).toBeLessThan(60);
    const { receivedAt, id } = before;
    expect(await reads(later, [db.organizationId, user.id, receivedAt, receivedAt, id, 21])).toBeLessThan(60);
    const [plan] = await db.sql.query(`EXPLAIN FORMAT=TRADITIONAL ${later}`, [
      db.organizationId,
      user.id,
      receivedAt,
      receivedAt,
      id,
      21,
    ]);
    expect((plan as { table: string; key: string }[]).map(({ table, key }) => [table, key])).toEqual([
      ['s', 'PRIMARY'],
      ['l', 'PRIMARY'],
    ]);
    expect(JSON.stringify(plan)).not.toMatch(/filesort|temporary/);
    expect(await reads(byStatus, [db.organizationId, 409, 21])).toBeLessThan(60);
    expect(await reads(newest, [db.organizationId, 21])).toBeLessThan(60);
    expect(await reads(byRequest, [db.organizationId, 'wanted'])).toBeLessThan(5);
  });
});
