// License rules, and the pages of people that a rule which begins or ends is applied to. Called by service/license-rules.ts.
import type { CarrierProfile, LicenseRule } from '../domain/license-carrier';
import { licenseExtension } from '../domain/license-carrier';
import { jsonOf, type Connection, type Row } from './connection';
import { inChunks } from './id-chunks';

/** A rule as administration sees it. */
export interface RuleRow extends LicenseRule {
  readonly poolCode: string;
  readonly groupId: string | null;
  readonly createdAt: Date;
  readonly endedAt: Date | null;
  /** The last person it is applied to; null = it is applied to everybody. */
  readonly pendingAfter: string | null;
}

/** A rule to be made. */
export interface NewRule {
  readonly id: string;
  readonly poolId: string;
  readonly source: LicenseRule['source'];
  readonly matchValue: string;
  readonly groupId: string | null;
}

const columns = `SELECT r.id, r.source, r.match_value, r.group_id, r.pending_after, r.created_at, r.ended_at, p.id AS pool_id, p.code, p.is_app
  FROM license_rules r JOIN license_pools p ON p.organization_id = r.organization_id AND p.id = r.pool_id`;

/** The store of rules. */
export function createRuleStore(connection: Connection) {
  const { organizationId } = connection;
  const ids = async (sql: string, values: Parameters<typeof connection.run>[1]): Promise<string[]> =>
    (await connection.run(sql, values)).rows.map((row) => row['id'] as string);
  return {
    add: async (it: NewRule, at: Date): Promise<void> => {
      await connection.run(
        'INSERT INTO license_rules (organization_id, id, pool_id, source, match_value, group_id, pending_after, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
        [organizationId, it.id, it.poolId, it.source, it.matchValue, it.groupId, beforeAll, at],
      );
    },
    /** Rules by pool, open ones first. */
    list: async (): Promise<RuleRow[]> => {
      const { rows } = await connection.run(
        `${columns} WHERE r.organization_id = ? ORDER BY r.ended_at IS NOT NULL, p.sort_order, p.id, r.id`,
        [organizationId],
      );
      return rows.map(toRule);
    },
    /** Locks the rule itself, not its pool. */
    lock: async (id: string): Promise<RuleRow | undefined> => {
      await connection.run('SELECT id FROM license_rules WHERE organization_id = ? AND id = ? FOR UPDATE', [
        organizationId,
        id,
      ]);
      const { rows } = await connection.run(`${columns} WHERE r.organization_id = ? AND r.id = ?`, [
        organizationId,
        id,
      ]);
      return rows[0] && toRule(rows[0]);
    },
    /** Ends an open rule; what it granted is withdrawn by pages. */
    end: async (id: string, at: Date): Promise<void> => {
      await connection.run(
        'UPDATE license_rules SET ended_at = ?, pending_after = ? WHERE organization_id = ? AND id = ? AND ended_at IS NULL',
        [at, beforeAll, organizationId, id],
      );
    },
    /** Ends the open rules of a group whose memberships end too, so nothing is left to withdraw; answers them. */
    endOfGroup: async (groupId: string, at: Date): Promise<string[]> => {
      const open = await ids(
        'SELECT id FROM license_rules WHERE organization_id = ? AND group_id = ? AND ended_at IS NULL ORDER BY id FOR UPDATE',
        [organizationId, groupId],
      );
      if (open.length === 0) return [];
      await connection.run(
        'UPDATE license_rules SET ended_at = ?, pending_after = NULL WHERE organization_id = ? AND id IN (?)',
        [at, organizationId, open],
      );
      return open;
    },
    /** Notes how far a rule is applied. */
    setPending: async (id: string, pendingAfter: string): Promise<void> => {
      await connection.run('UPDATE license_rules SET pending_after = ? WHERE organization_id = ? AND id = ?', [
        pendingAfter,
        organizationId,
        id,
      ]);
    },
    /** Notes that a rule is applied to everybody, unless it has been ended since it was read. */
    finish: async (id: string, endedAt: Date | null): Promise<void> => {
      await connection.run(
        'UPDATE license_rules SET pending_after = NULL WHERE organization_id = ? AND id = ? AND ended_at <=> ?',
        [organizationId, id, endedAt],
      );
    },
    /** Live people after one of them in the order of their ids, locked: also those whom a request is just making. */
    lockPeopleAfter: (userId: string, limit: number): Promise<string[]> =>
      ids(
        "SELECT id FROM users FORCE INDEX (PRIMARY) WHERE organization_id = ? AND id > ? AND account_state <> 'removed' ORDER BY id LIMIT ? FOR UPDATE",
        [organizationId, userId, limit],
      ),
    /** Who of some people has an open claim of a rule. */
    listClaimants: (ruleId: string, userIds: readonly string[]): Promise<string[]> =>
      inChunks(userIds, (chunk) =>
        ids(
          'SELECT DISTINCT user_id AS id FROM license_claims WHERE organization_id = ? AND user_id IN (?) AND source_ref = ? AND is_open = 1',
          [organizationId, chunk, ruleId],
        ),
      ),
    /** Who waits for a seat of a pool by a rule, by id, after the one named; `limit` at most. */
    listWaiting: (
      { id, poolId }: Pick<RuleRow, 'id' | 'poolId'>,
      afterUserId: string,
      limit: number,
    ): Promise<string[]> =>
      ids(
        `SELECT w.user_id AS id FROM license_waitlist w FORCE INDEX (license_waitlist_user_id_pool_id_unique)
           STRAIGHT_JOIN license_claims c FORCE INDEX (license_claims_user_id_pool_id_source_source_ref_unique)
             ON c.organization_id = w.organization_id AND c.user_id = w.user_id AND c.pool_id = w.pool_id AND c.source_ref = ? AND c.is_open = 1
         WHERE w.organization_id = ? AND w.pool_id = ? AND w.is_open = 1 AND w.user_id > ? ORDER BY w.user_id LIMIT ?`,
        [id, organizationId, poolId, afterUserId, limit],
      ),
    /** What the profiles of people carry. */
    listCarriers: async (userIds: readonly string[]): Promise<Map<string, CarrierProfile>> => {
      if (userIds.length === 0) return new Map();
      const { rows } = await connection.run(
        `SELECT u.id, u.scim_extra, v.attribute, v.value, v.display FROM users u
         LEFT JOIN user_values v ON v.organization_id = u.organization_id AND v.user_id = u.id AND v.attribute IN ('roles', 'entitlements')
         WHERE u.organization_id = ? AND u.id IN (?) ORDER BY u.id, v.attribute, v.ordinal`,
        [organizationId, userIds],
      );
      const found = new Map<string, CarrierProfile>();
      for (const row of rows) found.set(row['id'] as string, withRow(found.get(row['id'] as string), row));
      return found;
    },
  };
}

/** The store of rules. */
export type RuleStore = ReturnType<typeof createRuleStore>;

/** Before every id there is. */
const beforeAll = '00000000-0000-0000-0000-000000000000';

function withRow(before: CarrierProfile | undefined, row: Row): CarrierProfile {
  const extra = before?.extra ?? extensionOf(jsonOf(row['scim_extra']));
  const values = before?.values ?? [];
  if (row['attribute'] === null) return { extra, values };
  const value = {
    attribute: row['attribute'] as string,
    value: row['value'] as string | null,
    display: row['display'] as string | null,
  };
  return { extra, values: [...values, value] };
}

function extensionOf(extra: unknown): CarrierProfile['extra'] {
  const held = (extra as CarrierProfile['extra'] | null)?.[licenseExtension.urn];
  return held === undefined ? {} : { [licenseExtension.urn]: held };
}

function toRule(row: Row): RuleRow {
  return {
    id: row['id'] as string,
    source: row['source'] as LicenseRule['source'],
    poolId: row['pool_id'] as string,
    poolCode: row['code'] as string,
    isApp: Number(row['is_app']) === 1,
    matchValue: row['match_value'] as string,
    groupId: row['group_id'] as string | null,
    createdAt: row['created_at'] as Date,
    endedAt: row['ended_at'] as Date | null,
    pendingAfter: row['pending_after'] as string | null,
  };
}
