// What a process that died has cost the request log: told once, by the next one, between two bounds.
import { newId } from '../../src/ids';
import type { LoggedRequest } from '../../src/scim/logged-request';
import { createRequestLog } from '../../src/scim/request-log';
import { createRequestLogWriter } from '../../src/service/request-log-writer';
import { aRequest } from '../scim/logged-request';
import { scimCaller, testClock } from '../support/builders';
import { useDatabase } from '../support/database';

describe('the writer of the request log', () => {
  const db = useDatabase();
  const clock = testClock();
  const warnings: object[] = [];
  const silent = () => undefined;
  const log = { debug: silent, info: silent, error: silent, warn: (facts: object) => void warnings.push(facts) };
  const aProcess = () => {
    const writer = createRequestLogWriter({ database: db.database, clock, newId, log });
    return { writer, requestLog: createRequestLog({ write: writer.write, log, flushMs: 60_000 }) };
  };
  const request = (requestId: string) =>
    aRequest({
      req: { method: 'PATCH', headers: {} } as LoggedRequest['req'],
      requestId,
      receivedAt: clock.now(),
      caller: { ...scimCaller(db.organizationId, requestId), credentialId: newId() },
      decision: 'changed',
    });
  const noteChange = (requestId: string) =>
    db.database.inTransaction(db.organizationId, (stores) =>
      stores.audit.add({
        caller: scimCaller(db.organizationId, requestId),
        action: 'user.changed',
        targetKind: 'user',
        targetId: newId(),
        at: clock.now(),
      }),
    );

  beforeEach(() => {
    clock.set('2026-03-02T09:00:00Z');
    warnings.length = 0;
  });

  it('tells within bounds, once, what a killed process had answered and not written', async () => {
    const first = aProcess();
    await first.requestLog.promise();
    for (const id of ['a', 'b']) first.requestLog.add(request(id), 200);
    for (const id of ['a', 'b', 'c', 'd', 'e']) await noteChange(id);
    await first.requestLog.close();
    for (const id of ['c', 'd', 'e']) first.requestLog.add(request(id), 200);
    const second = aProcess();

    await second.writer.tellLosses();
    const early = [...warnings];
    clock.advance(30_001);
    await second.writer.tellLosses();
    await second.writer.tellLosses();

    expect(early).toEqual([]);
    expect(warnings).toEqual([expect.objectContaining({ least: 3, most: 16 })]);
    await first.requestLog.close();
  });

  it('tells each lost change once when two processes die within a minute', async () => {
    const [first, second] = [aProcess(), aProcess()];
    await first.requestLog.promise();
    await second.requestLog.promise();
    for (const id of ['a', 'b', 'c', 'd', 'e']) await noteChange(id);
    clock.advance(30_001);

    await aProcess().writer.tellLosses();

    expect(warnings).toMatchObject([{ least: 5 }, { least: 0 }]);
  });

  it('tells nothing of a process that has ended well, or lives', async () => {
    const [ended, living] = [aProcess(), aProcess()];
    await ended.requestLog.promise();
    await living.requestLog.promise();
    ended.requestLog.add(request('x'), 200);
    await ended.requestLog.close();
    await ended.writer.close();
    clock.advance(30_001);
    await living.requestLog.promise();

    await living.writer.tellLosses();

    expect(warnings).toEqual([]);
    const [rows] = await db.sql.query(
      'SELECT closed_at IS NULL AS is_open, written FROM request_log_writers ORDER BY written',
    );
    expect(rows).toEqual([
      { is_open: 1, written: 0 },
      { is_open: 0, written: 1 },
    ]);
  });

  it('promises more under load before its promise is used up, and nothing while the database is away', async () => {
    const { requestLog } = aProcess();
    await requestLog.promise();

    for (let no = 0; no < 40; no += 1) requestLog.add(request(`r${no}`), 200);
    await requestLog.close();

    const [rows] = await db.sql.query('SELECT promised, written, dropped FROM request_log_writers');
    expect(rows).toEqual([{ promised: 200, written: 40, dropped: 0 }]);
  });
});
