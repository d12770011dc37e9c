// What tests of licenses look at and what must hold of them after any change.
import type { TestDatabase } from './database';

type Row = Record<string, unknown>;

/** Rows of a query over the raw connection. */
export async function rowsOf(db: Pick<TestDatabase, 'sql'>, sql: string, values: unknown[] = []): Promise<Row[]> {
  const [found] = await db.sql.query(sql, values);
  return found as Row[];
}

/** Open assignments of the first organization as `pool by source`, and places in queues as `pool?`, in their order. */
export async function heldBy(db: TestDatabase, userId: string): Promise<string[]> {
  const rows = await rowsOf(
    db,
    `SELECT CONCAT(p.code, ' by ', a.source) AS held FROM license_assignments a JOIN license_pools p ON p.id = a.pool_id WHERE a.user_id = ? AND a.is_open = 1
     UNION ALL SELECT CONCAT(p.code, '?') FROM license_waitlist w JOIN license_pools p ON p.id = w.pool_id WHERE w.user_id = ? AND w.is_open = 1 ORDER BY held`,
    [userId, userId],
  );
  return rows.map((row) => row['held'] as string);
}

/** Open claims as `pool by source`, denies as `no pool by source`. */
export async function claimedBy(db: TestDatabase, userId: string): Promise<string[]> {
  const rows = await rowsOf(
    db,
    `SELECT CONCAT(IF(c.effect = 'deny', 'no ', ''), p.code, ' by ', c.source) AS claim FROM license_claims c JOIN license_pools p ON p.id = c.pool_id
     WHERE c.user_id = ? AND c.is_open = 1 ORDER BY claim`,
    [userId],
  );
  return rows.map((row) => row['claim'] as string);
}

/** Holds every test of a describe to the invariants. */
export function useLicenseChecks(db: TestDatabase): void {
  afterEach(async () => {
    expect(await licenseFaults(db)).toEqual([]);
  });
}

/** Faults of the invariants; empty while they hold. Each query names what it looks for. */
export async function licenseFaults(db: Pick<TestDatabase, 'sql'>): Promise<string[]> {
  const faults: string[] = [];
  for (const [fault, sql] of Object.entries(invariants)) {
    const rows = await rowsOf(db, sql);
    if (rows.length > 0) faults.push(`${fault}: ${JSON.stringify(rows.slice(0, 3))}`);
  }
  return faults;
}

const granted = (user: string, pool: string): string =>
  `EXISTS (SELECT 1 FROM license_claims c WHERE c.user_id = ${user} AND c.pool_id = ${pool} AND c.is_open = 1 AND c.effect = 'grant')
   AND NOT EXISTS (SELECT 1 FROM license_claims c WHERE c.user_id = ${user} AND c.pool_id = ${pool} AND c.is_open = 1 AND c.effect = 'deny')`;

const seats = `(SELECT COALESCE(SUM(t.seats), 0) FROM license_pool_terms t WHERE t.pool_id = p.id AND t.ended_at IS NULL)`;

const alerted = (kind: string): string =>
  `EXISTS (SELECT 1 FROM alerts x WHERE x.kind = '${kind}' AND x.subject_id = p.id AND x.is_open = 1)`;

/** The seats of a large move are still to follow. */
const moving = (group: string): string => `EXISTS (SELECT 1 FROM group_moves v WHERE v.group_id = ${group})`;

const invariants = {
  'a pool does not count its own seats':
    'SELECT p.code, p.assigned FROM license_pools p WHERE p.assigned <> (SELECT COUNT(*) FROM license_assignments a WHERE a.pool_id = p.id AND a.is_open = 1)',
  'a seat nobody claims': `SELECT a.user_id, a.pool_id FROM license_assignments a WHERE a.is_open = 1 AND NOT (${granted('a.user_id', 'a.pool_id')})`,
  'a place nobody claims': `SELECT w.user_id, w.pool_id FROM license_waitlist w WHERE w.is_open = 1 AND NOT (${granted('w.user_id', 'w.pool_id')})`,
  'a seat or place of somebody who is not enabled': `SELECT h.user_id FROM (SELECT user_id FROM license_assignments WHERE is_open = 1 UNION SELECT user_id FROM license_waitlist WHERE is_open = 1) h
    JOIN users u ON u.id = h.user_id WHERE u.account_state <> 'enabled'`,
  'a grant without seat or place': `SELECT u.id, p.code FROM users u JOIN license_pools p ON p.organization_id = u.organization_id WHERE u.account_state = 'enabled' AND ${granted('u.id', 'p.id')}
    AND NOT EXISTS (SELECT 1 FROM license_assignments a WHERE a.user_id = u.id AND a.is_open = 1 AND (a.pool_id = p.id OR (p.is_app = 1 AND a.is_app = 1)))
    AND NOT EXISTS (SELECT 1 FROM license_waitlist w WHERE w.user_id = u.id AND w.pool_id = p.id AND w.is_open = 1)`,
  'a member whom a rule of the group does not claim for': `SELECT m.user_id, r.id FROM directory_group_members m JOIN license_rules r ON r.group_id = m.group_id AND r.ended_at IS NULL AND r.pending_after IS NULL
    WHERE m.is_open = 1 AND NOT EXISTS (SELECT 1 FROM license_claims c WHERE c.user_id = m.user_id AND c.source_ref = r.id AND c.is_open = 1) AND NOT ${moving('m.group_id')}`,
  'a claim of a group without membership': `SELECT c.user_id, r.id FROM license_claims c JOIN license_rules r ON r.id = c.source_ref WHERE c.is_open = 1 AND c.source = 'groups'
    AND NOT EXISTS (SELECT 1 FROM directory_group_members m WHERE m.group_id = r.group_id AND m.user_id = c.user_id AND m.is_open = 1) AND NOT ${moving('r.group_id')}`,
  'a rule of a group that is gone': `SELECT r.id FROM license_rules r JOIN directory_groups g ON g.id = r.group_id WHERE r.ended_at IS NULL AND g.removed_at IS NOT NULL`,
  'a free seat while somebody waits': `SELECT p.code FROM license_pools p WHERE (p.over_seat = 'allow' OR p.assigned < ${seats}) AND EXISTS (SELECT 1 FROM license_waitlist w WHERE w.pool_id = p.id AND w.is_open = 1)`,
  'a place beside a seat of the app': `SELECT w.user_id FROM license_waitlist w JOIN license_pools p ON p.id = w.pool_id AND p.is_app = 1
    JOIN license_assignments a ON a.user_id = w.user_id AND a.is_open = 1 AND a.is_app = 1 WHERE w.is_open = 1`,
  'the copy on the user differs': `SELECT u.id FROM users u LEFT JOIN license_assignments a ON a.user_id = u.id AND a.is_open = 1 AND a.is_app = 1
    WHERE NOT (u.licensed_at <=> a.assigned_at) OR NOT (u.app_pool_id <=> a.pool_id)`,
  'somebody waits and no admin was told, or nobody waits and the alert is open': `SELECT p.code FROM license_pools p
    WHERE EXISTS (SELECT 1 FROM license_waitlist w WHERE w.pool_id = p.id AND w.is_open = 1) <> ${alerted('pool_full')}`,
  'more seats given than there are and no admin was told, or it fits and the alert is open': `SELECT p.code FROM license_pools p WHERE (p.assigned > ${seats}) <> ${alerted('over_assigned')}`,
  'counts and people differ': `SELECT flags, SUM(people) AS off FROM (SELECT flags, 1 AS people FROM users WHERE flags IS NOT NULL
    UNION ALL SELECT from_flags, 1 FROM adoption_deltas WHERE from_flags IS NOT NULL UNION ALL SELECT to_flags, -1 FROM adoption_deltas WHERE to_flags IS NOT NULL) x GROUP BY flags HAVING off <> 0`,
};
