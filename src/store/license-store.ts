// Seats: who claims, holds and waits. A pool counts its own `assigned`, moved only by statements that lock its row, so
// that of many requests exactly one gets the last seat (docs/adr/0006).
import type { ClaimSource, ReleaseReason } from '../domain/license';
import type { Connection, Row } from './connection';

/** An open grant or deny of a user, with the pool it is about. */
export interface ClaimRow {
  readonly poolId: string;
  readonly isApp: boolean;
  readonly source: ClaimSource;
  readonly sourceRef: string;
  readonly effect: 'grant' | 'deny';
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

/** An open assignment or place in the queue of a user. */
export interface Holding {
  readonly kind: 'assignment' | 'wait';
  readonly id: string;
  readonly poolId: string;
  readonly isApp: boolean;
}

/** A seat about to be given. */
export interface NewAssignment {
  readonly id: string;
  readonly userId: string;
  readonly poolId: string;
  readonly isApp: boolean;
  readonly source: ClaimSource;
  readonly sourceRef: string;
  readonly actorId: string | null;
}

/** Who is next in the queue of a pool, and by which grant. */
export interface Waiter {
  readonly waitId: string;
  readonly userId: string;
  readonly flags: number;
  readonly lastUsedOn: string;
  readonly source: ClaimSource;
  readonly sourceRef: string;
}

/** The store of licenses. */
export function createLicenseStore(connection: Connection) {
  const { organizationId } = connection;
  return {
    /** Pools that every enabled user is granted, lowest order first. */
    listAutoRules: async (): Promise<ClaimRow[]> => {
      const { rows } = await connection.prepared(
        `SELECT p.id AS pool_id, p.is_app, r.id AS source_ref FROM license_rules r
         JOIN license_pools p ON p.organization_id = r.organization_id AND p.id = r.pool_id
         WHERE r.organization_id = ? AND r.source = 'auto' AND r.ended_at IS NULL AND p.closed_at IS NULL ORDER BY p.sort_order, p.id`,
        [organizationId],
      );
      return rows.map((row) => toClaim({ ...row, source: 'auto', effect: 'grant' }));
    },
    listClaims: async (userId: string): Promise<ClaimRow[]> => {
      const { rows } = await connection.prepared(
        `SELECT c.pool_id, p.is_app, c.source, c.source_ref, c.effect FROM license_claims c
         JOIN license_pools p ON p.organization_id = c.organization_id AND p.id = c.pool_id
         WHERE c.organization_id = ? AND c.user_id = ? AND c.is_open = 1 AND p.closed_at IS NULL ORDER BY p.sort_order, p.id`,
        [organizationId, userId],
      );
      return rows.map(toClaim);
    },
    addClaims: async (claims: readonly NewClaim[], at: Date): Promise<void> => {
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
    /** Ends all claims of a user who is removed. */
    withdrawClaims: async (userId: string, at: Date): Promise<void> => {
      await connection.run(
        'UPDATE license_claims SET withdrawn_at = ? WHERE organization_id = ? AND user_id = ? AND is_open = 1',
        [at, organizationId, userId],
      );
    },
    listHoldings: async (userId: string): Promise<Holding[]> => {
      const { rows } = await connection.prepared(
        `SELECT 'assignment' AS kind, a.id, a.pool_id, a.is_app FROM license_assignments a WHERE a.organization_id = ? AND a.user_id = ? AND a.is_open = 1
         UNION ALL SELECT 'wait', w.id, w.pool_id, p.is_app FROM license_waitlist w
           JOIN license_pools p ON p.organization_id = w.organization_id AND p.id = w.pool_id
           WHERE w.organization_id = ? AND w.user_id = ? AND w.is_open = 1`,
        [organizationId, userId, organizationId, userId],
      );
      return rows.map(toHolding);
    },
    /**
     * Takes one seat where the terms valid at `at` leave one, or the pool allows more. One statement that locks the pool's
     * row in any case: a seat that is freed meanwhile must find whoever was told that there is none. What it added comes
     * back as the statement's insert id.
     */
    takeSeat: async (poolId: string, at: Date): Promise<boolean> => {
      const { insertId } = await connection.prepared(
        `UPDATE license_pools SET assigned = assigned + LAST_INSERT_ID(IF(closed_at IS NULL AND (over_seat = 'allow' OR assigned <
           (SELECT COALESCE(SUM(t.seats), 0) FROM license_pool_terms t WHERE t.organization_id = ? AND t.pool_id = ? AND t.started_at <= ?
             AND (t.ended_at IS NULL OR t.ended_at > ?))), 1, 0)) WHERE organization_id = ? AND id = ?`,
        [organizationId, poolId, at, at, organizationId, poolId],
      );
      return insertId === 1;
    },
    freeSeat: async (poolId: string): Promise<void> => {
      await connection.prepared(
        'UPDATE license_pools SET assigned = assigned - 1 WHERE organization_id = ? AND id = ?',
        [organizationId, poolId],
      );
    },
    addAssignment: async (it: NewAssignment, at: Date): Promise<void> => {
      await connection.prepared(
        `INSERT INTO license_assignments (organization_id, id, user_id, pool_id, is_app, source, source_ref, assigned_at, actor_id, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        [organizationId, it.id, it.userId, it.poolId, it.isApp ? 1 : 0, it.source, it.sourceRef, at, it.actorId, at],
      );
    },
    endAssignment: async (id: string, reason: ReleaseReason, at: Date): Promise<void> => {
      await connection.prepared(
        'UPDATE license_assignments SET released_at = ?, release_reason = ? WHERE organization_id = ? AND id = ? AND is_open = 1',
        [at, reason, organizationId, id],
      );
    },
    addWait: async (id: string, userId: string, poolId: string, at: Date): Promise<void> => {
      await connection.run(
        'INSERT INTO license_waitlist (organization_id, id, user_id, pool_id, waiting_since, created_at) VALUES (?, ?, ?, ?, ?, ?)',
        [organizationId, id, userId, poolId, at, at],
      );
    },
    endWait: async (id: string, outcome: 'assigned' | 'withdrawn' | 'deactivated', at: Date): Promise<void> => {
      await connection.run(
        'UPDATE license_waitlist SET ended_at = ?, outcome = ? WHERE organization_id = ? AND id = ? AND is_open = 1',
        [at, outcome, organizationId, id],
      );
    },
    /**
     * The oldest waiter of a pool who is enabled and has no app seat, with the grant behind it; queue row and user row
     * locked. Called under the pool's lock.
     */
    lockOldestWaiter: async (poolId: string): Promise<Waiter | undefined> => {
      const { rows } = await connection.prepared(
        `SELECT w.id AS wait_id, w.user_id, u.flags, u.last_used_on, c.source, c.source_ref FROM license_waitlist w
         JOIN users u ON u.organization_id = w.organization_id AND u.id = w.user_id
         JOIN license_claims c ON c.organization_id = w.organization_id AND c.user_id = w.user_id AND c.pool_id = w.pool_id
           AND c.is_open = 1 AND c.effect = 'grant'
         WHERE w.organization_id = ? AND w.pool_id = ? AND w.is_open = 1 AND u.account_state = 'enabled' AND u.licensed_at IS NULL
         ORDER BY w.waiting_since, w.id LIMIT 1 FOR UPDATE`,
        [organizationId, poolId],
      );
      return rows[0] && toWaiter(rows[0]);
    },
  };
}

/** The store of licenses. */
export type LicenseStore = ReturnType<typeof createLicenseStore>;

function toClaim(row: Row): ClaimRow {
  return {
    poolId: row['pool_id'] as string,
    isApp: Number(row['is_app']) === 1,
    source: row['source'] as ClaimSource,
    sourceRef: row['source_ref'] as string,
    effect: row['effect'] as 'grant' | 'deny',
  };
}

function toHolding(row: Row): Holding {
  return {
    kind: row['kind'] as Holding['kind'],
    id: row['id'] as string,
    poolId: row['pool_id'] as string,
    isApp: Number(row['is_app']) === 1,
  };
}

function toWaiter(row: Row): Waiter {
  return {
    waitId: row['wait_id'] as string,
    userId: row['user_id'] as string,
    flags: Number(row['flags']),
    lastUsedOn: row['last_used_on'] as string,
    source: row['source'] as ClaimSource,
    sourceRef: row['source_ref'] as string,
  };
}
