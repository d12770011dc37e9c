// The request log: what a row says, what it leaves out, and that it is never in the way.
import { AppError } from '../../src/errors';
import type { AnsweredRequest, RequestRecord } from '../../src/domain/request-record';
import { createRequestLog } from '../../src/scim/request-log';
import { useDatabase } from '../support/database';
import { createRequestHistory } from '../../src/service/request-history';
import { scimCaller } from '../support/builders';
import { doorNames, idOf, useDoors } from './doors';
import { aRequest } from './logged-request';

const silent = () => undefined;
const log = { debug: silent, info: silent, warn: silent, error: silent };

describe('the request log', () => {
  const db = useDatabase();
  const doors = useDoors(db);

  it('names caller, subject, decision, changed fields and warnings, and keeps secrets out', async () => {
    const body = { userName: 'u', password: 'hunter2', nonsense: 1 };
    const made = await doors.send('hot', 'POST', '/Users', { body, headers: { 'client-request-id': 'entra-1' } });
    const id = idOf(made);
    const Operations = [
      { op: 'Replace', path: 'title', value: 'T' },
      { op: 'add', path: 'password', value: 'hunter3' },
    ];
    await doors.send('app', 'PATCH', `/Users/${id}`, { body: { Operations } });
    await doors.send('hot', 'GET', '/Users?filter=externalId+eq+x');
    await doors.send('hot', 'PATCH', `/Users/${id}`, { body: { Operations: [{ op: 'x' }] } });
    await doors.send('hot', 'GET', '/Users', { token: 'wrong' });

    await doors.flush();

    expect(doors.rows.map((row) => [row.method, row.statusCode, row.decision, row.subjectId, row.scimType])).toEqual([
      ['POST', 201, 'created', id, null],
      ['PATCH', 200, 'changed', id, null],
      ['GET', 200, 'listed', null, null],
      ['PATCH', 400, 'body.shape', id, 'invalidSyntax'],
    ]);
    expect(doors.rows[0]).toMatchObject({
      clientRequestId: 'entra-1',
      requestId: made.headers['x-request-id'],
      warnings: ['Ignored: nonsense'],
      organizationId: db.organizationId,
    });
    expect(doors.rows[1]).toMatchObject({ affected: { user: id, fields: ['title'] } });
    expect(JSON.stringify(doors.rows)).not.toMatch(/hunter|upt_scim/);
    expect(JSON.parse(doors.rows[1]?.payload ?? '')).toMatchObject({
      operations: [{ op: 'replace', path: 'title', value: 'T' }],
    });
  });

  it('keeps a query with the payload, which leaves earlier, and never in the path', async () => {
    const filter = 'userName eq "jane@example.com"';
    const query = `filter=${encodeURIComponent(filter)}`;
    await doors.send('hot', 'GET', `/Users?${query}`);
    await doors.send('app', 'PUT', '/Users/none?attributes=id', { body: { userName: 'u' } });
    await doors.send('hot', 'GET', '/Users?');

    await doors.flush();

    expect(doors.rows.map((row) => row.path)).toEqual(['/scim/v2/Users', '/scim/v2/Users/none', '/scim/v2/Users']);
    expect(doors.rows.map((row) => JSON.parse(row.payload ?? 'null') as unknown)).toEqual([
      { query },
      expect.objectContaining({ query: 'attributes=id', body: { userName: 'u' } }),
      null,
    ]);
  });

  it.each(doorNames)(
    'holds what a limiter has refused at the %s door, and counts it among the failures',
    async (door) => {
      await db.sql.query(`UPDATE organization_settings SET value_json = '2' WHERE setting = 'limit.scim'`);
      for (let no = 0; no < 4; no += 1) await doors.send(door, 'POST', '/Users', { body: { userName: `u${no}` } });
      await doors.send(door, 'POST', '/Users', { body: { userName: 'stranger' }, token: 'wrong' });
      await doors.flush();
      await db.database.acrossOrganizations((scan) => scan.requestLog.add(doors.rows));
      const history = createRequestHistory({ database: db.database, clock: doors.clock });
      const caller = scimCaller(db.organizationId);

      const [page, health] = [
        await history.ask(caller, { statusCode: 429, limit: 10 }),
        await history.health(caller, 24),
      ];

      expect(page.items.map(({ decision, path, payload }) => [decision, path, payload])).toEqual([
        ['rate.limited', '/scim/v2/Users', null],
        ['rate.limited', '/scim/v2/Users', null],
      ]);
      expect(health).toMatchObject({ requests: 4, failures: 2, byStatus: { 201: 2, 429: 2 } });
    },
  );

  it('marks a failed change of the manager alone, which directories count apart', async () => {
    const id = idOf(await doors.send('hot', 'POST', '/Users', { body: { userName: 'u' } }));
    const manager = {
      op: 'replace',
      path: 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager',
      value: 'm',
    };
    const title = { op: 'replace', path: 'title', value: 't' };
    const stale = { 'If-Match': 'W/"99"' };
    const patch = (Operations: object[], headers: Record<string, string> = {}) =>
      doors.send('hot', 'PATCH', `/Users/${id}`, { body: { Operations }, headers });

    await patch([manager], stale);
    await patch([manager, title], stale);
    await patch([{ op: 'remove', path: 'manager' }], stale);
    await patch([manager]);
    await doors.flush();

    const marks = doors.rows
      .slice(1)
      .map(({ statusCode, affected }) => [statusCode, (affected as { reference?: string }).reference]);
    expect(marks).toEqual([
      [412, 'manager'],
      [412, undefined],
      [412, 'manager'],
      [200, undefined],
    ]);
  });

  it('fits the table', async () => {
    await doors.send('hot', 'POST', '/Users', { body: { userName: '漢😀', title: 'x'.repeat(30_000) } });
    await doors.send('hot', 'GET', `/Users?filter=${encodeURIComponent(`userName eq "${'é'.repeat(400)}"`)}`);
    await doors.flush();

    await db.database.acrossOrganizations((scan) => scan.requestLog.add(doors.rows));

    const [rows] = await db.sql.query(
      'SELECT method, LENGTH(payload_redacted) <= 65536 AS fits FROM scim_request_log ORDER BY id',
    );
    expect(rows).toEqual([
      { method: 'POST', fits: 1 },
      { method: 'GET', fits: 1 },
    ]);
  });

  it('keeps rows while the database is away, and counts what its queue cannot hold', async () => {
    const written: RequestRecord[] = [];
    let isAway = true;
    const write = async (rows: readonly RequestRecord[]) => {
      if (isAway) throw new AppError('database.unavailable');
      written.push(...rows);
    };
    const requestLog = createRequestLog({ write, log, flushMs: 1 });

    for (let no = 0; no < 10_050; no += 1) requestLog.add(aRequest({ requestId: `r${no}` }), 200);
    const full = requestLog.stats();
    await requestLog.close();
    isAway = false;
    await requestLog.close();

    expect(full).toEqual({ queued: 10_000, dropped: 50 });
    expect(written).toHaveLength(10_000);
    expect(new Set(written.map((row) => row.requestId)).size).toBe(10_000);
    expect(requestLog.stats()).toEqual({ queued: 0, dropped: 50 });
  });

  it('names everybody a request concerned once, up to 100,000, and says when there are more', async () => {
    const written: AnsweredRequest[] = [];
    const requestLog = createRequestLog({ write: async (rows) => void written.push(...rows), log });
    const ids = Array.from({ length: 100_001 }, (_, no) => `0190a1b2-c3d4-7e5f-8a9b-${String(no).padStart(12, '0')}`);

    requestLog.add(aRequest({ subjectId: ids[0], concerned: [...ids.slice(0, 9), ...ids.slice(0, 9), 'nobody'] }), 200);
    requestLog.add(aRequest({ concerned: ids }), 200);
    requestLog.add(aRequest({ url: `/scim/v2/Groups/${ids[0]}?x=1`, decision: 'rate.limited' }), 429);
    await requestLog.close();

    expect(written.map(({ concerned, warnings }) => [concerned.length, warnings])).toEqual([
      [8, null],
      [100_000, ['people_omitted']],
      [0, null],
    ]);
    expect(written[2]).toMatchObject({ subjectId: ids[0], affected: null });
  });

  it('loses a row that the database refuses, and no other', async () => {
    const written: string[] = [];
    const write = async (rows: readonly RequestRecord[]) => {
      if (rows.some((row) => row.requestId === 'bad')) throw new AppError('bug');
      written.push(...rows.map((row) => row.requestId));
    };
    const requestLog = createRequestLog({ write, log });

    for (const requestId of ['a', 'bad', 'b']) requestLog.add(aRequest({ requestId }), 200);
    await requestLog.close();

    expect(written).toEqual(['a', 'b']);
    expect(requestLog.stats()).toEqual({ queued: 0, dropped: 1 });
  });
});
