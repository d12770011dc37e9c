// A group of thousands with a license rule is deleted: the answer does not wait for the seats, which the worker moves behind
// it, also when it dies by SIGKILL again and again before and behind its commits (docs/adr/0011).
import { createConnection, type Connection } from 'mysql2/promise';
import { licenseFaults } from '../support/licenses';
import { addNumbered } from '../support/numbered-people';
import { findSeatDifference } from '../support/oracle';
import { useProduct } from '../support/product';

const [size, others, seats] = [2500, 400, 2000];

describe('a large group that goes', () => {
  const product = useProduct({ roles: ['web'] });
  let sql: Connection;
  beforeAll(async () => {
    sql = await createConnection({ uri: product.databaseUrl, timezone: 'Z', dateStrings: ['DATE'] });
  });
  afterAll(() => sql?.end());

  const count = async (table: string): Promise<number> => {
    const [row] = await product.rows<{ n: number }>(`SELECT COUNT(*) AS n FROM ${table}`);
    return Number(row?.n);
  };
  /** Counts are folded by the worker, so what the suites of services compare them with is not there. */
  const faults = async (): Promise<string[]> =>
    (await licenseFaults({ sql })).filter((it) => !it.startsWith('counts and people differ'));

  /** A group with members and a rule for the app. */
  async function addGroup(displayName: string, people: readonly string[]): Promise<string> {
    const { id } = (await product.scim('POST', '/Groups', { displayName })).body as { id: string };
    for (let start = 0; start < people.length; start += 1000) {
      const value = people.slice(start, start + 1000).map((userId) => ({ value: userId }));
      const { status } = await product.scim('PATCH', `/Groups/${id}`, {
        Operations: [{ op: 'Add', path: 'members', value }],
      });
      expect([200, 204]).toContain(status);
    }
    await product.uptake('license-rule', 'add', '--source', 'groups', '--pool', 'APP', '--match', id);
    return id;
  }

  test('is answered at once, and its seats go over while workers die', async () => {
    await product.uptake('pool', 'set', 'APP', '--seats', String(seats));
    const people = await addNumbered({ sql }, 1, size + others);
    const large = await addGroup('Large', people.slice(0, size));
    await addGroup('Others', people.slice(size));

    const deleted = await product.scim('DELETE', `/Groups/${large}`);
    const statuses = [deleted.status, (await product.scim('GET', `/Groups/${large}`)).status];
    const held = await count('license_assignments WHERE is_open = 1');
    const places = new Set<string>();
    for (const fault of ['before', 'after', 'before', 'after'].map((side, n) => `tx.${side}Commit=kill@${5 + 3 * n}`)) {
      await product.worker.start({ FAULTS: fault });
      expect(await product.worker.ended()).toEqual({ code: null, signal: 'SIGKILL' });
      expect(await faults()).toEqual([]);
      for (const row of await product.rows('SELECT step, after_user_id FROM group_moves'))
        places.add(JSON.stringify(row));
    }
    await product.worker.start();
    await product.until('the move is settled', async () => (await count('group_moves')) === 0, 60_000);

    expect([statuses, held]).toEqual([[204, 404], seats]);
    expect(places.size).toBeGreaterThan(1);
    expect(await faults()).toEqual([]);
    expect(await findSeatDifference(product)).toBe(0);
    const holders = await product.rows<{ id: string }>(
      'SELECT user_id AS id FROM license_assignments WHERE is_open = 1 ORDER BY user_id',
    );
    expect(holders.map(({ id }) => id)).toEqual(people.slice(size));
    const told = await product.rows(
      `SELECT subject_id FROM outbox WHERE topic IN ('SeatAssigned', 'SeatReleased') GROUP BY subject_id, topic HAVING COUNT(*) > 1
       UNION ALL SELECT target_id FROM audit_entries WHERE action IN ('license.assigned', 'license.released') GROUP BY target_id, action HAVING COUNT(*) > 1`,
    );
    expect(told).toEqual([]);
    const requestId = deleted.headers.get('x-request-id');
    expect(await count(`audit_entries WHERE action = 'license.released' AND request_id = '${requestId}'`)).toBe(seats);
  }, 240_000);
});
