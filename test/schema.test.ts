// docs/schema.md lists exactly the tables the migrations make, and the organization stands first in their keys.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { useDatabase } from './support/database';
import { root } from './support/source';

const document = readFileSync(join(root, 'docs/schema.md'), 'utf8');
const rows = [...document.matchAll(/^\| `(\w+)` \| (.+) \| (.+) \|$/gm)];

describe('docs/schema.md', () => {
  const db = useDatabase();

  it('lists every table once', async () => {
    const [found] = await db.sql.query(
      `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name NOT LIKE 'migrations%'`,
    );

    const tables = (found as { name: string }[]).map(({ name }) => name);

    expect(rows.map(([, name]) => name).toSorted()).toEqual(tables.toSorted());
  });

  it('says which tables have no owner, and every other table has its organization', async () => {
    const [found] = await db.sql.query(
      `SELECT table_name AS name FROM information_schema.columns WHERE table_schema = DATABASE() AND column_name = 'organization_id'`,
    );

    const owned = new Set((found as { name: string }[]).map(({ name }) => name));

    const without = rows.filter(([, name]) => !owned.has(name!)).map(([, name]) => name);
    expect(without.toSorted()).toEqual(
      rows
        .filter(([, name, use]) => use!.includes('no owner') && name !== 'organizations')
        .map(([, name]) => name)
        .toSorted(),
    );
  });

  it('has the organization first in every foreign key', async () => {
    const [found] = await db.sql.query(
      `SELECT constraint_name AS name, column_name AS col FROM information_schema.key_column_usage
       WHERE table_schema = DATABASE() AND referenced_table_name IS NOT NULL AND ordinal_position = 1`,
    );

    const foreign = (found as { name: string; col: string }[]).filter(({ col }) => col !== 'organization_id');

    expect(foreign).toEqual([]);
  });

  it('refuses a row about a person who is not there', async () => {
    const insert = `INSERT INTO user_state_intervals (organization_id, id, user_id, state, started_at, cause, created_at) VALUES (?, ?, ?, 'enabled', NOW(6), 'scim', NOW(6))`;

    const attempt = db.sql.query(insert, [db.organizationId, 'a'.repeat(36), 'b'.repeat(36)]);

    await expect(attempt).rejects.toMatchObject({ errno: 1452 });
  });
});
