// What a change of members costs in a group of 20,000: statements and rows read are those of the change.
import { newId } from '../../src/ids';
import type { Connection } from '../../src/store/connection';
import { createGroupMemberStore } from '../../src/store/group-member-store';
import { createGroupStore } from '../../src/store/group-store';
import { useDatabase } from '../support/database';

const at = new Date('2026-03-02T09:00:00Z');
const size = 20_000;

describe('members of a large group', () => {
  const db = useDatabase();

  /** The stores over the raw connection, whose session counts what it reads. */
  function connection(): Connection {
    const run: Connection['run'] = async (sql, values = []) => {
      db.statements.push(sql);
      const [result] = await db.sql.query(sql, values as unknown[]);
      const rows = Array.isArray(result) ? (result as Record<string, unknown>[]) : [];
      return { rows, affectedRows: 0, insertId: 0 };
    };
    const insertMany: Connection['insertMany'] = async (sql, rows) => {
      if (rows.length > 0) await run(sql, [rows]);
      return rows.length;
    };
    return { organizationId: db.organizationId, run, prepared: run, insertMany };
  }

  async function addUsers(count: number): Promise<string[]> {
    const ids = Array.from({ length: count }, () => newId());
    for (let start = 0; start < count; start += 2000) {
      await db.sql.query(
        `INSERT INTO users (organization_id, id, source, user_name, user_name_key, scim_active, account_state, state_since, row_version, updated_at, created_at) VALUES ?`,
        [
          ids
            .slice(start, start + 2000)
            .map((id) => [db.organizationId, id, 'scim', id, id, 1, 'enabled', at, 1, at, at]),
        ],
      );
    }
    return ids;
  }

  /** Rows read by the session since the last call. */
  async function rowsRead(): Promise<number> {
    const [rows] = await db.sql.query(`SHOW SESSION STATUS LIKE 'Handler_read%'`);
    const sum = (rows as { Value: string }[]).reduce((total, { Value }) => total + Number(Value), 0);
    await db.sql.query('FLUSH STATUS');
    return sum;
  }

  it('S10 in short: adding one and removing one reads a handful of rows, whatever the group holds', async () => {
    const ids = await addUsers(size + 1);
    const [newcomer, ...members] = ids as [string, ...string[]];
    const groups = createGroupStore(connection());
    const store = createGroupMemberStore(connection());
    const group = {
      id: newId(),
      source: 'scim' as const,
      profile: { displayName: 'All', externalId: null },
      memberCount: size,
      rowVersion: 1,
      createdAt: at,
      updatedAt: at,
    };
    await groups.insert(group);
    for (let start = 0; start < size; start += 2000)
      await store.open(newId, group.id, members.slice(start, start + 2000), at);
    await db.sql.query('ANALYZE TABLE directory_group_members, users');
    const cost = async (work: () => Promise<unknown>): Promise<number> => {
      await rowsRead();
      await work();
      return rowsRead();
    };

    const addOne = async () => {
      await groups.lock(group.id);
      expect(await store.openAmong(group.id, [newcomer])).toEqual([]);
      expect(await store.lockUsers([newcomer])).toEqual([newcomer]);
      await store.open(newId, group.id, [newcomer], at);
      await groups.save({ ...group, memberCount: size + 1 });
    };
    const removeOne = async () => {
      await groups.lock(group.id);
      expect(await store.openAmong(group.id, [newcomer])).toEqual([newcomer]);
      await store.close(group.id, [newcomer], at);
      await groups.save(group);
    };
    // Once beside the count: MySQL counts what it reads of its own dictionary when it opens a table, 40 rows or so.
    await addOne();
    await removeOne();
    const add = await cost(addOne);
    const remove = await cost(removeOne);
    const thousand = await cost(() => store.openAmong(group.id, members.slice(0, 1000)));

    expect(add).toBeLessThan(20);
    expect(remove).toBeLessThan(20);
    // Three reads a name: the list itself, the sort of it, the key.
    expect(thousand).toBeLessThan(3100);
    expect(await store.page(group.id, '', 1000)).toEqual(members.slice(0, 1000).toSorted());
  }, 120_000);
});
