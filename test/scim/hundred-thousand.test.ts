// A hundred thousand people, and a group of them: what is found, walked or changed reads a few rows and takes a few
// statements, as with ten people. Times are measured by npm run bench -- scim-million and scim-groups.
import { join } from 'node:path';
import { newId } from '../../src/ids';
import { useDatabase } from '../support/database';
import { type Answered, type Body, idOf, textOf, useDoors } from './doors';
import { addPeople } from './many-people';

const people = 100_000;
const { byKey } = jest.requireActual<{ byKey: Record<string, { sql: string }> }>(
  join(__dirname, '..', '..', 'bench', 'floor', 'scim-statements.js'),
);

describe('a hundred thousand people', () => {
  const db = useDatabase();
  const doors = useDoors(db);
  const get = async (path: string): Promise<Answered> => {
    const answer = await doors.send('hot', 'GET', path);
    expect(answer.status).toBe(200);
    return answer;
  };
  const idsIn = ({ body }: Answered): string[] =>
    (body['Resources'] as unknown as Body[]).map((it) => textOf(it, 'id'));

  /** Rows that a statement reads, over a connection of its own. */
  const readsOf = async (sql: string, values: readonly unknown[]): Promise<number> => {
    await db.sql.query('FLUSH STATUS');
    await db.sql.query(sql, [...values]);
    const [rows] = await db.sql.query("SHOW SESSION STATUS LIKE 'Handler_read%'");
    return (rows as { Value: string }[]).reduce((sum, { Value }) => sum + Number(Value), 0);
  };

  it('S6, S25, S26: equality is a look into an index; a walk sees everybody once and pays by key', async () => {
    await addPeople(db, people);
    const [[one]] = (await db.sql.query(
      `SELECT id, user_name AS name FROM users WHERE organization_id = ? AND user_name LIKE 'u%77777'`,
      [db.organizationId],
    )) as unknown as [[{ id: string; name: string }]];
    await db.sql.query(`UPDATE users SET external_id = CONCAT('e-', user_name), manager_raw = IF(id = ?, 'm', NULL)`, [
      one.id,
    ]);
    await db.sql.query(
      `INSERT INTO user_values (organization_id, user_id, attribute, ordinal, type_key, value_key, value, is_primary)
       SELECT organization_id, id, 'emails', 0, 'work', CONCAT(user_name, '@example.com'), CONCAT(user_name, '@example.com'), 1 FROM users`,
    );
    await db.sql.query('ANALYZE TABLE users, user_values');
    const o = db.organizationId;
    const email = `${one.name}@example.com`;
    const searches: [string, string, unknown[]][] = [
      ['userName', `userName eq "${one.name.toUpperCase()}"`, [o, one.name]],
      ['externalId', `externalId eq "e-${one.name}"`, [o, `e-${one.name}`]],
      ['work e-mail', `emails[type eq "work"].value eq "${email}"`, [o, 'emails', 'work', email]],
      ['id and manager', `id eq "${one.id}" and manager eq "m"`, [o, one.id, 'm']],
    ];
    await get('/Users?count=0');
    for (const [name, filter, values] of searches) {
      db.statements.length = 0;
      const found = await get(`/Users?filter=${encodeURIComponent(filter)}`);
      const sql = byKey[name]?.sql ?? '';
      const [plan] = await db.sql.query(`EXPLAIN ${sql}`, values);

      expect([name, idsIn(found), db.statements.length]).toEqual([name, [one.id], 1]);
      const driving = (plan as { type: string; select_type: string }[]).filter(({ select_type: it }) =>
        ['PRIMARY', 'SIMPLE'].includes(it),
      );
      for (const { type } of driving) expect(['const', 'eq_ref', 'ref']).toContain(type);
      expect(await readsOf(sql, values)).toBeLessThan(20);
    }

    const fields = 'count=200&attributes=id';
    db.statements.length = 0;
    const byIndex: string[] = [];
    while (byIndex.length < people)
      byIndex.push(...idsIn(await get(`/Users?${fields}&startIndex=${byIndex.length + 1}`)));
    const pages = db.statements.filter((sql) => sql.includes('FROM users u'));
    const late: string[] = [];
    const byCursor: string[] = [];
    for (let cursor: string | undefined = ''; cursor !== undefined;) {
      const page = await get(`/Users?${fields}&cursor=${cursor}`);
      byCursor.push(...idsIn(page));
      cursor = page.body['nextCursor'] as string | undefined;
      if (byCursor.length % 20_000 === 0)
        late.push(idOf(await doors.send('hot', 'POST', '/Users', { body: { userName: `late${byCursor.length}` } })));
    }

    expect([byIndex.length, new Set(byIndex).size]).toEqual([people, people]);
    expect(pages).toHaveLength(people / 200);
    expect(pages.some((sql) => sql.includes('OFFSET'))).toBe(false);
    expect([late.length > 3, byCursor.slice(0, people)]).toEqual([true, byIndex]);
    expect(late).toEqual(expect.arrayContaining(byCursor.slice(people)));
  }, 300_000);

  it('S10: a change of members costs what it names, and members that are not shown are not read', async () => {
    await addPeople(db, people + 1000);
    const [rows] = await db.sql.query('SELECT id FROM users WHERE organization_id = ? ORDER BY id', [
      db.organizationId,
    ]);
    const ids = (rows as { id: string }[]).map(({ id }) => id);
    const id = idOf(await doors.send('hot', 'POST', '/Groups', { body: { displayName: 'All' } }));
    for (let start = 0; start < people; start += 5000) {
      const some = ids.slice(start, start + 5000);
      const at = '2026-03-02 09:00:00';
      await db.sql.query(
        'INSERT INTO directory_group_members (organization_id, id, group_id, user_id, joined_at, created_at) VALUES ?',
        [some.map((userId) => [db.organizationId, newId(), id, userId, at, at])],
      );
    }
    await db.sql.query('UPDATE directory_groups SET member_count = ? WHERE id = ?', [people, id]);
    const change = async (op: string, some: readonly string[]): Promise<number> => {
      const body = { Operations: [{ op, path: 'members', value: some.map((value) => ({ value })) }] };
      db.statements.length = 0;
      expect((await doors.send('hot', 'PATCH', `/Groups/${id}`, { body })).status).toBe(204);
      return db.statements.length;
    };
    const spare = ids.slice(people);

    const one = [await change('Add', spare.slice(0, 1)), await change('Remove', spare.slice(0, 1))];
    const thousand = [await change('Add', spare), await change('Remove', spare)];
    db.statements.length = 0;
    await get(`/Groups/${id}?excludedAttributes=members`);
    await get('/Groups?excludedAttributes=members&filter=displayName+eq+%22all%22');

    expect(one).toEqual(thousand);
    expect(Math.max(...one)).toBeLessThan(12);
    expect(db.statements.filter((sql) => sql.includes('directory_group_members'))).toEqual([]);
    expect(db.statements).toHaveLength(2);
    const amongSql =
      'SELECT m.user_id FROM directory_group_members m WHERE m.organization_id = ? AND m.group_id = ? AND m.is_open = 1 AND m.user_id IN (?)';
    expect(await readsOf(amongSql, [db.organizationId, id, [spare[0], ids[50_000]]])).toBeLessThan(6);
  }, 300_000);
});
