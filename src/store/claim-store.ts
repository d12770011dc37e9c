// Claims and the rules behind them: who wants a license, from which source. Services write them in the transaction of
// their cause; a claim is never deleted, only withdrawn.
import type { LicenseRule } from '../domain/license-carrier';
import type { ClaimSource, PoolClaim } from '../domain/license';
import type { Connection, Row } from './connection';
import { inChunks } from './id-chunks';

/** An open grant or deny of a user, with the pool it is about. */
export interface ClaimRow extends PoolClaim {
  readonly id: string;
  readonly userId: string;
}

/** A claim to be written. */
export interface NewClaim {
  readonly id: string;
  readonly userId: string;
  readonly poolId: string;
  readonly source: ClaimSource;
  readonly sourceRef: string;
  readonly effect: 'grant' | 'deny';
  readonly actorId: string | null;
}

/** A rule of a group, an ended one and one of a closed pool too: what they granted ends with the membership. */
export interface GroupRule extends LicenseRule {
  readonly isOpen: boolean;
}

const ruleColumns = 'r.id, r.source, r.match_value, p.id AS pool_id, p.is_app';
const ruleTables = `license_rules r
  JOIN license_pools p ON p.organization_id = r.organization_id AND p.id = r.pool_id`;

/** The store of claims. */
export function createClaimStore(connection: Connection) {
  const { organizationId } = connection;
  return {
    /** Open rules that a profile can meet, in the order of their pools. */
    listProfileRules: async (): Promise<LicenseRule[]> => {
      const { rows } = await connection.prepared(
        `SELECT ${ruleColumns} FROM ${ruleTables} WHERE r.organization_id = ? AND r.source IN ('auto', 'roles', 'extension') AND r.ended_at IS NULL
           AND p.closed_at IS NULL ORDER BY p.sort_order, p.id, r.id`,
        [organizationId],
      );
      return rows.map(toRule);
    },
    /** All rules a group ever had, in the order of their pools. */
    listGroupRules: async (groupId: string): Promise<GroupRule[]> => {
      const { rows } = await connection.prepared(
        `SELECT ${ruleColumns}, r.ended_at IS NULL AND p.closed_at IS NULL AS is_open FROM ${ruleTables}
         WHERE r.organization_id = ? AND r.source = 'groups' AND r.group_id = ? ORDER BY p.sort_order, p.id, r.id`,
        [organizationId, groupId],
      );
      return rows.map((row) => ({ ...toRule(row), isOpen: Number(row['is_open']) === 1 }));
    },
    /** Open claims on open pools, those of a person in the order of the pools. */
    list: (userIds: readonly string[]): Promise<ClaimRow[]> =>
      inChunks(userIds, async (chunk) => {
        const { rows } = await connection.run(
          `SELECT c.id, c.user_id, c.pool_id, p.is_app, c.source, c.source_ref, c.effect
           FROM license_claims c FORCE INDEX (license_claims_user_id_pool_id_source_source_ref_unique)
           STRAIGHT_JOIN license_pools p ON p.organization_id = c.organization_id AND p.id = c.pool_id
           WHERE c.organization_id = ? AND c.user_id IN (?) AND c.is_open = 1 AND p.closed_at IS NULL
           ORDER BY p.sort_order, p.id, c.claimed_at, c.id`,
          [organizationId, chunk],
        );
        return rows.map(toClaim);
      }),
    add: async (claims: readonly NewClaim[], at: Date): Promise<void> => {
      await connection.insertMany(
        'INSERT INTO license_claims (organization_id, id, user_id, pool_id, source, source_ref, effect, claimed_at, last_seen_at, actor_id, created_at) VALUES ?',
        claims.map((it) => [
          organizationId,
          it.id,
          it.userId,
          it.poolId,
          it.source,
          it.sourceRef,
          it.effect,
          at,
          at,
          it.actorId,
          at,
        ]),
      );
    },
    /** Ends claims. */
    withdraw: async (ids: readonly string[], at: Date): Promise<void> => {
      await inChunks(ids, async (chunk) => {
        await connection.run(
          'UPDATE license_claims SET withdrawn_at = ? WHERE organization_id = ? AND id IN (?) AND is_open = 1',
          [at, organizationId, chunk],
        );
      });
    },
    /** Notes that a source said again what it had said. */
    see: async (ids: readonly string[], at: Date): Promise<void> => {
      await inChunks(ids, async (chunk) => {
        await connection.run('UPDATE license_claims SET last_seen_at = ? WHERE organization_id = ? AND id IN (?)', [
          at,
          organizationId,
          chunk,
        ]);
      });
    },
    /** Ends all claims of a user who is removed. */
    withdrawAll: async (userId: string, at: Date): Promise<void> => {
      await connection.run(
        'UPDATE license_claims SET withdrawn_at = ? WHERE organization_id = ? AND user_id = ? AND is_open = 1',
        [at, organizationId, userId],
      );
    },
  };
}

/** The store of claims. */
export type ClaimStore = ReturnType<typeof createClaimStore>;

function toRule(row: Row): LicenseRule {
  return {
    id: row['id'] as string,
    source: row['source'] as LicenseRule['source'],
    poolId: row['pool_id'] as string,
    isApp: Number(row['is_app']) === 1,
    matchValue: row['match_value'] as string,
  };
}

function toClaim(row: Row): ClaimRow {
  return {
    id: row['id'] as string,
    userId: row['user_id'] as string,
    poolId: row['pool_id'] as string,
    isApp: Number(row['is_app']) === 1,
    source: row['source'] as ClaimSource,
    sourceRef: row['source_ref'] as string,
    effect: row['effect'] as 'grant' | 'deny',
  };
}
