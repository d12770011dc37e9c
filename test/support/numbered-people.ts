// Many enabled people whose ids tell their numbers, written as rows with the counts the services would have kept. Used by
// suites that compare what becomes of the same people in several organizations.
import type { TestDatabase } from './database';

const batch = 2000;

/** The id of the n-th person of an organization; in the order of the numbers. */
function numbered(organizationId: number, number: number): string {
  return `${String(organizationId).padStart(8, '0')}-0000-7000-8000-${String(number).padStart(12, '0')}`;
}

/** The number of a person. */
export function numberOf(id: unknown): number {
  return Number(String(id).slice(-12));
}

/** Adds so many people; answers their ids. */
export async function addNumbered(
  { sql }: Pick<TestDatabase, 'sql'>,
  organizationId: number,
  count: number,
): Promise<string[]> {
  const at = new Date('2026-01-01T00:00:00Z');
  const ids = Array.from({ length: count }, (_, number) => numbered(organizationId, number));
  for (let start = 0; start < count; start += batch) {
    const rows = ids.slice(start, start + batch).map((id) => {
      const name = `${id}@example.com`;
      return [organizationId, id, 'scim', name, name, 1, 'enabled', at, 1, at, at];
    });
    await sql.query(
      `INSERT INTO users (organization_id, id, source, user_name, user_name_key, scim_active, account_state, state_since, row_version, updated_at, created_at) VALUES ?`,
      [rows],
    );
  }
  await sql.query(
    'INSERT INTO adoption_deltas (organization_id, to_flags, to_on) SELECT organization_id, flags, last_used_on FROM users WHERE organization_id = ?',
    [organizationId],
  );
  return ids;
}
