// Many people at once, written as rows with the counts the services would have kept. Used by suites about long lists.
import { newId } from '../../src/ids';
import type { TestDatabase } from '../support/database';

const columns = [
  'organization_id',
  'id',
  'source',
  'user_name',
  'user_name_key',
  'external_id',
  'display_name',
  'scim_active',
  'account_state',
  'row_version',
  'state_since',
  'created_at',
  'updated_at',
];

/** Adds people whose userNames run against their order of creation; every third has no displayName, every fourth no externalId, others share one. */
export async function addPeople(db: TestDatabase, people: number): Promise<void> {
  const at = new Date('2026-03-01T09:00:00.123Z');
  for (let start = 0; start < people; start += 5000) {
    const rows = Array.from({ length: Math.min(5000, people - start) }, (_, index) => {
      const number = start + index;
      const name = `u${String(people - number).padStart(7, '0')}`;
      const displayName = number % 3 === 0 ? null : `Name ${number % 7}`;
      const externalId = number % 4 === 0 ? null : `Ext ${number % 11}`;
      const state = number % 5 === 0 ? 'deactivated' : 'enabled';
      return [db.organizationId, newId(), 'scim', name, name, externalId, displayName, 1, state, 1, at, at, at];
    });
    await db.sql.query(`INSERT INTO users (${columns.join(', ')}) VALUES ?`, [rows]);
  }
  await db.sql.query(
    `INSERT INTO adoption_counts (organization_id, flags, last_used_on, people) VALUES (?, 1, '1000-01-01', ?)`,
    [db.organizationId, people],
  );
}
