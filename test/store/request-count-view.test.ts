// What the alerts about directories and `scim health` count: by a key at any size of the log, in one organization.
import { cycleMs, forecastMs } from '../../src/domain/entra-quarantine';
import type { Stores } from '../../src/store/stores';
import { useDatabase } from '../support/database';

interface Plan {
  readonly table: string | null;
  readonly type: string;
  readonly key: string;
  readonly Extra: string | null;
}

const now = new Date('2026-03-02T09:00:00Z');
const before = (ms: number) => new Date(now.getTime() - ms);
const byStatus = 'scim_request_log_status_code_received_at_index';
const byTime = 'scim_request_log_received_at_index';
const rows = 100_000;

describe('the request log as it is counted', () => {
  const db = useDatabase();
  const counting = <T>(work: (view: Stores['requestCounts']) => Promise<T>) =>
    db.database.read(db.organizationId, ({ requestCounts }) => work(requestCounts));

  /** A hundred days, of which the last has half of the requests; four of ten fail, a tenth of them about managers. */
  async function fill(organizationId: number, count: number): Promise<void> {
    await db.sql.query('CREATE TEMPORARY TABLE numbers (n INT PRIMARY KEY)');
    await db.sql.query('INSERT INTO numbers VALUES ?', [Array.from({ length: count / 2 }, (_, n) => [n])]);
    for (const spanMs of [forecastMs, 100 * forecastMs]) {
      await db.sql.query(
        `INSERT INTO scim_request_log (organization_id, request_id, received_at, method, path, status_code, affected, payload_redacted, duration_ms)
         SELECT ?, UUID(), ? - INTERVAL n * ? SECOND, IF(n % 10 = 2, 'GET', 'PATCH'), '/scim/v2/Users/x',
           ELT(1 + n % 10, 409, 409, 404, 412, 200, 200, 200, 200, 201, 204), IF(n % 100 = 0, '{"reference":"manager"}', NULL),
           REPEAT('x', 200), 5 FROM numbers`,
        [organizationId, now, (2 * spanMs) / count / 1000],
      );
    }
    await db.sql.query('DROP TEMPORARY TABLE numbers');
  }

  it('is read by a key that holds no more than the span, without sorting, whatever the log holds', async () => {
    await fill(db.organizationId, rows);
    await db.sql.query('ANALYZE TABLE scim_request_log');
    const cycle = before(cycleMs);
    const statuses = [200, 201, 204, 304, 400, 404, 409, 412, 429, 500, 503];
    const asked: [string, unknown[], string, () => Promise<unknown>][] = [
      ['a cycle', [statuses, cycle], byStatus, () => counting((it) => it.countByStatus(statuses, cycle))],
      ['a day', [statuses, before(forecastMs)], byStatus, () => counting((it) => it.countByStatus(statuses, now))],
      ['failures', [409, cycle, 5000], byStatus, () => counting((it) => it.judgeFailures(409, cycle, 5000))],
      ['the last', [], byTime, () => counting((it) => it.lastAt())],
      ['the last cycle', [cycle], byTime, () => counting((it) => it.countSince(cycle))],
    ];

    for (const [name, values, key, ask] of asked) {
      db.statements.length = 0;
      await ask();
      const sql = db.statements.find((it) => /FROM scim_request_log/.test(it)) ?? '';
      const [plan] = await db.sql.query(`EXPLAIN FORMAT=TRADITIONAL ${sql}`, [db.organizationId, ...values]);

      const found = (plan as Plan[]).find(({ table }) => table === 'scim_request_log');
      expect([name, found?.key, found?.type]).toEqual([name, key, expect.stringMatching(/^(range|ref)$/)]);
      expect(`${name}: ${found?.Extra}`).not.toMatch(/filesort|temporary/);
      expect(sql).toMatch(/WHERE organization_id = \?/);
    }
  });

  it('counts one organization, and tells of failures what they were about', async () => {
    await fill(db.organizationId, 1000);
    await fill(db.secondOrganizationId, 200);

    const [counts, all] = [
      await counting((it) => it.countByStatus([404, 409], before(forecastMs))),
      await counting((it) => it.judgeFailures(409, before(200 * forecastMs), 5000)),
    ];
    const [searches, newest, none] = [
      await counting((it) => it.judgeFailures(404, before(200 * forecastMs), 5000)),
      await counting((it) => it.judgeFailures(409, before(200 * forecastMs), 30)),
      await counting((it) => it.judgeFailures(500, before(200 * forecastMs), 30)),
    ];

    expect(counts.get(409)).toBe(2 * counts.get(404)!);
    expect(all).toEqual({ looked: 200, references: 10, searches: 0 });
    expect(searches).toEqual({ looked: 100, references: 0, searches: 100 });
    expect([newest.looked, none]).toEqual([30, { looked: 0, references: 0, searches: 0 }]);
    expect(await counting((it) => it.lastAt())).toEqual(now);
  });
});
