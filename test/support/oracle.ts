// What must hold of the tables after any outage. Called by journeys that kill the database or web.
import type { Product } from './product';

type Tables = Pick<Product, 'rows'>;

/** Ids that were answered with 201 and are not there. */
export async function findLost({ rows }: Tables, created: ReadonlyMap<string, string>): Promise<string[]> {
  const found = await rows<{ id: string }>('SELECT id FROM users');
  const ids = new Set(found.map(({ id }) => id));
  return [...created.values()].filter((id) => !ids.has(id));
}

/** People without exactly one of each row that is written in the transaction of their creation. */
export async function findHalfWritten({ rows }: Tables): Promise<string[]> {
  const found = await rows<{ id: string }>(
    `SELECT users.id FROM users
     LEFT JOIN license_assignments seats ON seats.user_id = users.id
     LEFT JOIN user_state_intervals states ON states.user_id = users.id
     LEFT JOIN outbox ON outbox.subject_id = users.id AND outbox.topic = 'SeatAssigned'
     LEFT JOIN audit_entries entries ON entries.target_id = users.id AND entries.action = 'user.created'
     GROUP BY users.id
     HAVING COUNT(DISTINCT seats.id) <> 1 OR COUNT(DISTINCT states.id) <> 1 OR COUNT(DISTINCT outbox.id) <> 1
       OR COUNT(DISTINCT entries.id) <> 1`,
  );
  return found.map(({ id }) => id);
}

/** Open app seats less what the pool counts; 0 when both agree. */
export async function findSeatDifference({ rows }: Tables): Promise<number> {
  const [row] = await rows<{ difference: number }>(
    `SELECT COUNT(seats.id) - MAX(pools.assigned) AS difference FROM license_pools pools
     LEFT JOIN license_assignments seats ON seats.pool_id = pools.id AND seats.released_at IS NULL`,
  );
  return Number(row?.difference);
}
