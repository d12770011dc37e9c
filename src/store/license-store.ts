// Seats given and queues: assignments, the waitlist and each pool's own count. A seat is taken under the lock of the
// pool's row, so that of parallel requests exactly one gets the last seat (docs/adr/0006).
import type { ClaimSource, Holding, ReleaseReason } from '../domain/license';
import type { Connection, Row, Value } from './connection';
import { inChunks } from './id-chunks';

/** What a user holds or waits for. */
export interface HoldingRow extends Holding {
  readonly userId: string;
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

/** A person as the license engine and the counts need it. */
export interface CountedPerson {
  readonly userId: string;
  readonly flags: number;
  readonly lastUsedOn: string;
}

/** Who is next in the queue of a pool, and by which grant. */
export interface Waiter extends CountedPerson {
  readonly waitId: string;
  readonly source: ClaimSource;
  readonly sourceRef: string;
  /** Whether there are places in queues of further pools. */
  readonly waitsElsewhere: boolean;
}

/** A live user under its lock. */
export interface LockedPerson extends CountedPerson {
  readonly isEnabled: boolean;
  readonly appPoolId: string | null;
}

/** The seats of a pool's terms that are valid; binds organization, pool and twice the instant. */
const validSeats = `(SELECT CAST(COALESCE(SUM(t.seats), 0) AS SIGNED) FROM license_pool_terms t WHERE t.organization_id = ?
  AND t.pool_id = ? AND t.started_at <= ? AND (t.ended_at IS NULL OR t.ended_at > ?))`;
/** Above any number of seats. */
const overBit = 2 ** 33;

/** The store of seats. */
export function createLicenseStore(connection: Connection) {
  const { organizationId } = connection;
  const terms = (poolId: string, at: Date): Value[] => [organizationId, poolId, at, at];
  return {
    /** Locks live users in the order of their ids. */
    lockPeople: (userIds: readonly string[]): Promise<LockedPerson[]> =>
      inChunks(userIds.toSorted(), async (chunk) => {
        const { rows } = await connection.run(
          `SELECT id AS user_id, flags, last_used_on, account_state, app_pool_id FROM users
           WHERE organization_id = ? AND id IN (?) AND account_state <> 'removed' ORDER BY id FOR UPDATE`,
          [organizationId, chunk],
        );
        return rows.map((row) => ({
          ...toPerson(row),
          isEnabled: row['account_state'] === 'enabled',
          appPoolId: row['app_pool_id'] as string | null,
        }));
      }),
    /** Locks pools in the order of their ids; needed where one transaction moves seats of several. */
    lockPools: async (poolIds: readonly string[]): Promise<void> => {
      await connection.run(
        'SELECT id FROM license_pools WHERE organization_id = ? AND id IN (?) ORDER BY id FOR UPDATE',
        [organizationId, poolIds],
      );
    },
    listHoldings: (userIds: readonly string[]): Promise<HoldingRow[]> =>
      inChunks(userIds, async (chunk) => {
        const { rows } = await connection.run(
          `SELECT 'assignment' AS kind, a.id, a.user_id, a.pool_id, a.is_app FROM license_assignments a WHERE a.organization_id = ? AND a.user_id IN (?) AND a.is_open = 1
           UNION ALL SELECT 'wait', w.id, w.user_id, w.pool_id, p.is_app FROM license_waitlist w
             JOIN license_pools p ON p.organization_id = w.organization_id AND p.id = w.pool_id
             WHERE w.organization_id = ? AND w.user_id IN (?) AND w.is_open = 1`,
          [organizationId, chunk, organizationId, chunk],
        );
        return rows.map(toHolding);
      }),
    /**
     * Takes up to `count` seats: as many as the terms valid at `at` leave, or all where the pool allows more; answers how
     * many, and whether the pool then holds more than its seats. One statement that locks the pool's row in any case: a
     * seat that is freed meanwhile must find whoever was told that there is none. What it added comes back as the
     * statement's insert id, the other answer as the bit above it.
     */
    takeSeats: async (poolId: string, count: number, at: Date): Promise<{ seats: number; isOver: boolean }> => {
      const { insertId } = await connection.prepared(
        `UPDATE license_pools SET assigned = assigned + LAST_INSERT_ID(IF(closed_at IS NOT NULL, 0, IF(over_seat = 'allow',
             CAST(? AS SIGNED) + IF(CAST(assigned AS SIGNED) + CAST(? AS SIGNED) > ${validSeats}, ${overBit}, 0),
             LEAST(CAST(? AS SIGNED), GREATEST(0, ${validSeats} - CAST(assigned AS SIGNED)))))) % ${overBit}
         WHERE organization_id = ? AND id = ?`,
        [count, count, ...terms(poolId, at), count, ...terms(poolId, at), organizationId, poolId],
      );
      return { seats: insertId % overBit, isOver: insertId >= overBit };
    },
    /** Gives seats back; true when the pool held more than its seats and now fits. */
    freeSeats: async (poolId: string, count: number, at: Date): Promise<boolean> => {
      const { insertId } = await connection.prepared(
        `UPDATE license_pools SET assigned = assigned - ? + 0 * LAST_INSERT_ID(IF(CAST(assigned AS SIGNED) > ${validSeats}
             AND CAST(assigned AS SIGNED) - CAST(? AS SIGNED) <= ${validSeats}, 1, 0))
         WHERE organization_id = ? AND id = ?`,
        [count, ...terms(poolId, at), count, ...terms(poolId, at), organizationId, poolId],
      );
      return insertId === 1;
    },
    /** Whether anybody waits for a seat of a pool. */
    hasWaiters: async (poolId: string): Promise<boolean> => {
      const { rows } = await connection.prepared(
        'SELECT 1 AS found FROM license_waitlist WHERE organization_id = ? AND pool_id = ? AND is_open = 1 LIMIT 1',
        [organizationId, poolId],
      );
      return rows.length > 0;
    },
    /** Places in queues that some people have. */
    listWaits: (userIds: readonly string[]): Promise<{ userId: string; poolId: string }[]> =>
      inChunks(userIds, async (chunk) => {
        const { rows } = await connection.run(
          'SELECT user_id, pool_id FROM license_waitlist WHERE organization_id = ? AND user_id IN (?) AND is_open = 1',
          [organizationId, chunk],
        );
        return rows.map((row) => ({ userId: row['user_id'] as string, poolId: row['pool_id'] as string }));
      }),
    addAssignments: async (given: readonly NewAssignment[], at: Date): Promise<void> => {
      const rows = given.map((it) => {
        const { id, userId, poolId, source, sourceRef, actorId } = it;
        return [organizationId, id, userId, poolId, it.isApp ? 1 : 0, source, sourceRef, at, actorId, at];
      });
      const sql = `INSERT INTO license_assignments (organization_id, id, user_id, pool_id, is_app, source, source_ref, assigned_at, actor_id, created_at) VALUES`;
      const [only, ...further] = rows;
      if (only !== undefined && further.length === 0) {
        await connection.prepared(`${sql} (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, only);
      } else await connection.insertMany(`${sql} ?`, rows);
    },
    endAssignments: async (ids: readonly string[], reason: ReleaseReason, at: Date): Promise<void> => {
      await inChunks(ids, async (chunk) => {
        await connection.run(
          'UPDATE license_assignments SET released_at = ?, release_reason = ? WHERE organization_id = ? AND id IN (?) AND is_open = 1',
          [at, reason, organizationId, chunk],
        );
      });
    },
    /** The current copy of the app seat on the users' own rows. */
    setAppSeats: async (userIds: readonly string[], poolId: string | null, at: Date): Promise<void> => {
      const licensedAt = poolId === null ? null : at;
      const sql = 'UPDATE users SET licensed_at = ?, app_pool_id = ? WHERE organization_id = ? AND id';
      await inChunks(userIds, async (chunk) => {
        const [only, ...further] = chunk;
        if (only !== undefined && further.length === 0) {
          await connection.prepared(`${sql} = ?`, [licensedAt, poolId, organizationId, only]);
        } else await connection.run(`${sql} IN (?)`, [licensedAt, poolId, organizationId, chunk]);
      });
    },
    addWaits: async (
      waits: readonly { readonly id: string; readonly userId: string; readonly poolId: string }[],
      at: Date,
    ): Promise<void> => {
      await connection.insertMany(
        'INSERT INTO license_waitlist (organization_id, id, user_id, pool_id, waiting_since, created_at) VALUES ?',
        waits.map((it) => [organizationId, it.id, it.userId, it.poolId, at, at]),
      );
    },
    endWaits: async (
      ids: readonly string[],
      outcome: 'assigned' | 'withdrawn' | 'deactivated',
      at: Date,
    ): Promise<void> => {
      await inChunks(ids, async (chunk) => {
        await connection.run(
          'UPDATE license_waitlist SET ended_at = ?, outcome = ? WHERE organization_id = ? AND id IN (?) AND is_open = 1',
          [at, outcome, organizationId, chunk],
        );
      });
    },
    /**
     * The oldest waiters of a pool who are enabled and, for an app pool, have no app seat, each with a grant behind it;
     * queue rows and user rows locked. Called under the pool's lock. The indexes are named, since a plan over the claims of
     * the pool costs 20 ms a waiter at 100,000 people.
     */
    lockOldestWaiters: async (poolId: string, isApp: boolean, limit: number): Promise<Waiter[]> => {
      const { rows } = await connection.run(
        `SELECT w.id AS wait_id, w.user_id, u.flags, u.last_used_on,
           (SELECT CONCAT(c.source, ' ', c.source_ref) FROM license_claims c FORCE INDEX (license_claims_user_id_pool_id_source_source_ref_unique) WHERE c.organization_id = w.organization_id AND c.user_id = w.user_id
             AND c.pool_id = w.pool_id AND c.is_open = 1 AND c.effect = 'grant' ORDER BY c.claimed_at, c.id LIMIT 1) AS granted_by,
           (SELECT COUNT(*) FROM license_waitlist o FORCE INDEX (license_waitlist_user_id_pool_id_unique) WHERE o.organization_id = w.organization_id AND o.user_id = w.user_id AND o.is_open = 1) AS waits
         FROM license_waitlist w FORCE INDEX (license_waitlist_pool_id_waiting_since_index)
           STRAIGHT_JOIN users u FORCE INDEX (PRIMARY) ON u.organization_id = w.organization_id AND u.id = w.user_id
         WHERE w.organization_id = ? AND w.pool_id = ? AND w.is_open = 1 AND u.account_state = 'enabled' AND (? = 0 OR u.licensed_at IS NULL)
         ORDER BY w.waiting_since, w.id LIMIT ? FOR UPDATE`,
        [organizationId, poolId, isApp ? 1 : 0, limit],
      );
      return rows.filter((row) => row['granted_by'] !== null).map(toWaiter);
    },
  };
}

/** The store of seats. */
export type LicenseStore = ReturnType<typeof createLicenseStore>;

function toHolding(row: Row): HoldingRow {
  return {
    kind: row['kind'] as Holding['kind'],
    id: row['id'] as string,
    userId: row['user_id'] as string,
    poolId: row['pool_id'] as string,
    isApp: Number(row['is_app']) === 1,
  };
}

function toPerson(row: Row): CountedPerson {
  return {
    userId: row['user_id'] as string,
    flags: Number(row['flags']),
    lastUsedOn: row['last_used_on'] as string,
  };
}

function toWaiter(row: Row): Waiter {
  const [source = '', sourceRef = ''] = (row['granted_by'] as string).split(/ (.*)/s);
  return {
    ...toPerson(row),
    waitId: row['wait_id'] as string,
    source: source as ClaimSource,
    sourceRef,
    waitsElsewhere: Number(row['waits']) > 1,
  };
}
