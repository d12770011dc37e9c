// License pools, their dated terms and the rules that grant them. Written by the first start and by administration.
import type { ClaimSource, Pool } from '../domain/license';
import type { NewId } from '../ids';
import type { Connection, Row } from './connection';

/** A pool with its first term. */
export interface NewPool {
  readonly code: string;
  readonly name: string;
  readonly isApp: boolean;
  readonly seats: number;
  readonly sortOrder: number;
}

/** A pool as administration sees it. */
export interface PoolOverview extends Pool {
  readonly name: string;
  readonly waitlisted: number;
}

const poolColumns = `p.id, p.code, p.name, p.is_app, p.over_seat, p.assigned, p.sort_order,
  (SELECT COALESCE(SUM(t.seats), 0) FROM license_pool_terms t WHERE t.organization_id = p.organization_id AND t.pool_id = p.id
    AND t.started_at <= ? AND (t.ended_at IS NULL OR t.ended_at > ?)) AS seats`;

/** The store of pools. */
export function createPoolStore(connection: Connection) {
  const { organizationId } = connection;
  return {
    /** Makes a pool whose seats are valid from `at` on; answers its id. */
    create: async (newId: NewId, it: NewPool, at: Date): Promise<string> => {
      const id = newId();
      await connection.run(
        `INSERT INTO license_pools (organization_id, id, code, name, is_app, over_seat, assigned, sort_order, created_at) VALUES (?, ?, ?, ?, ?, 'waitlist', 0, ?, ?)`,
        [organizationId, id, it.code, it.name, it.isApp ? 1 : 0, it.sortOrder, at],
      );
      await connection.run(
        'INSERT INTO license_pool_terms (organization_id, id, pool_id, seats, started_at, created_at) VALUES (?, ?, ?, ?, ?, ?)',
        [organizationId, newId(), id, it.seats, at, at],
      );
      return id;
    },
    /** Grants a pool by a carrier: `auto` to every enabled user (match value `*`). */
    addRule: async (id: string, poolId: string, source: ClaimSource, matchValue: string, at: Date): Promise<void> => {
      await connection.run(
        'INSERT INTO license_rules (organization_id, id, pool_id, source, match_value, created_at) VALUES (?, ?, ?, ?, ?, ?)',
        [organizationId, id, poolId, source, matchValue, at],
      );
    },
    /** Open pools and what they give, lowest sort order first. */
    listKinds: async (): Promise<{ id: string; isApp: boolean }[]> => {
      const { rows } = await connection.prepared(
        'SELECT id, is_app FROM license_pools WHERE organization_id = ? AND closed_at IS NULL ORDER BY sort_order, id',
        [organizationId],
      );
      return rows.map((row) => ({ id: row['id'] as string, isApp: Number(row['is_app']) === 1 }));
    },
    /** Open pools with the seats of the terms valid at `at`, lowest sort order first. */
    list: async (at: Date): Promise<Pool[]> => {
      const { rows } = await connection.prepared(
        `SELECT ${poolColumns} FROM license_pools p WHERE p.organization_id = ? AND p.closed_at IS NULL ORDER BY p.sort_order, p.id`,
        [at, at, organizationId],
      );
      return rows.map(toPool);
    },
    /** The same with names and queues. */
    overview: async (at: Date): Promise<PoolOverview[]> => {
      const { rows } = await connection.prepared(
        `SELECT ${poolColumns}, (SELECT COUNT(*) FROM license_waitlist w WHERE w.organization_id = p.organization_id AND w.pool_id = p.id AND w.is_open = 1) AS waitlisted
         FROM license_pools p WHERE p.organization_id = ? AND p.closed_at IS NULL ORDER BY p.sort_order, p.id`,
        [at, at, organizationId],
      );
      return rows.map((row) => ({
        ...toPool(row),
        name: row['name'] as string,
        waitlisted: Number(row['waitlisted']),
      }));
    },
    /** Other seats from `at` on: the open terms end, one begins. What was stays as it was. */
    setSeats: async (newId: NewId, poolId: string, seats: number, at: Date): Promise<void> => {
      await connection.run(
        'UPDATE license_pool_terms SET ended_at = ? WHERE organization_id = ? AND pool_id = ? AND started_at <= ? AND (ended_at IS NULL OR ended_at > ?)',
        [at, organizationId, poolId, at, at],
      );
      await connection.run(
        'INSERT INTO license_pool_terms (organization_id, id, pool_id, seats, started_at, created_at) VALUES (?, ?, ?, ?, ?, ?)',
        [organizationId, newId(), poolId, seats, at, at],
      );
    },
    /** Changes what of a pool is not dated. */
    save: async (poolId: string, { overSeat, name }: { overSeat: Pool['overSeat']; name?: string }): Promise<void> => {
      await connection.run(
        'UPDATE license_pools SET over_seat = ?, name = COALESCE(?, name) WHERE organization_id = ? AND id = ?',
        [overSeat, name ?? null, organizationId, poolId],
      );
    },
  };
}

/** The store of pools. */
export type PoolStore = ReturnType<typeof createPoolStore>;

function toPool(row: Row): Pool {
  return {
    id: row['id'] as string,
    code: row['code'] as string,
    isApp: Number(row['is_app']) === 1,
    overSeat: row['over_seat'] as Pool['overSeat'],
    seats: Number(row['seats']),
    assigned: Number(row['assigned']),
    sortOrder: Number(row['sort_order']),
  };
}
