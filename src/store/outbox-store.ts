// What must follow a committed change. Written by services in the transaction of its cause, claimed by the relay.
// A parked row is one whose available_at lies at the end of time: it waits for a person.
import type { Lane, OutboxEvent, OutboxRow } from '../domain/event';
import { subjectOf } from '../domain/event';
import type { Connection, Row, ScanConnection } from './connection';
import { jsonOf } from './connection';

/** One consequence to write. Without `availableAt` it is available at once. */
export interface NewOutboxRow {
  readonly event: OutboxEvent;
  readonly lane: Lane;
  readonly availableAt?: Date;
}

/** What a relay asks for. `lanes` in the order of their right of way. */
export interface OutboxClaim {
  readonly lanes: readonly Lane[];
  readonly limit: number;
  readonly now: Date;
  readonly leaseUntil: Date;
}

/** What waits: rows by lane, and since when the oldest does; parked rows are counted apart. */
export interface OutboxDepth {
  readonly lane: Lane;
  readonly waiting: number;
  readonly oldestAt: Date | null;
  readonly parked: number;
}

const endOfTime = '9999-12-31 00:00:00.000000';
const parkedFrom = '9999-01-01 00:00:00.000000';
const columns = 'id, organization_id, lane, topic, payload, attempts';

/** The outbox of one organization: it only writes. */
export function createOutboxStore(connection: Connection) {
  return {
    /** Writes consequences; the row ids are the versions journeys compare. `at` = when the cause happened. */
    add: async (rows: readonly NewOutboxRow[], at: Date): Promise<void> => {
      await connection.insertMany(
        'INSERT INTO outbox (organization_id, topic, subject_id, lane, payload, created_at, available_at, attempts) VALUES ?',
        rows.map(({ event, lane, availableAt }) => {
          const { topic, ...payload } = event;
          return [
            connection.organizationId,
            topic,
            subjectOf(event),
            lane,
            JSON.stringify(payload),
            at,
            availableAt ?? at,
            0,
          ];
        }),
      );
    },
  };
}

/** Across organizations: the relay's claims and what becomes of them. */
export function createOutboxScan(connection: ScanConnection) {
  const claimLane = async (lane: Lane, limit: number, now: Date): Promise<readonly Row[]> => {
    const { rows } = await connection.run(
      `SELECT ${columns} FROM outbox WHERE dispatched_at IS NULL AND lane = ? AND available_at <= ?
         AND (claimed_until IS NULL OR claimed_until <= ?) ORDER BY available_at, id LIMIT ? FOR UPDATE SKIP LOCKED`,
      [lane, now, now, limit],
    );
    return rows;
  };
  return {
    /** Takes due rows under a lease; rows another relay holds are passed over. Lanes in their order, ids in commit order. */
    claim: async ({ lanes, limit, now, leaseUntil }: OutboxClaim): Promise<OutboxRow[]> => {
      const found: Row[] = [];
      for (const lane of lanes) {
        if (found.length < limit) found.push(...(await claimLane(lane, limit - found.length, now)));
      }
      if (found.length === 0) return [];
      await connection.run('UPDATE outbox SET claimed_until = ?, attempts = attempts + 1 WHERE id IN (?)', [
        leaseUntil,
        found.map((row) => row['id'] as number),
      ]);
      return found.map(toOutboxRow);
    },
    /** Marks rows as done. */
    markDispatched: async (ids: readonly number[], at: Date): Promise<void> => {
      if (ids.length === 0) return;
      await connection.run(
        'UPDATE outbox SET dispatched_at = ?, claimed_until = NULL, last_error = NULL WHERE id IN (?)',
        [at, ids],
      );
    },
    /** Gives a row back for a later try. `error` is a code, never a message that could hold a value. */
    giveBack: async (id: number, { availableAt, error }: { availableAt: Date; error: string }): Promise<void> => {
      await connection.run(
        'UPDATE outbox SET claimed_until = NULL, available_at = ?, last_error = ? WHERE id = ? AND dispatched_at IS NULL',
        [availableAt, error.slice(0, 500), id],
      );
    },
    /** Gives rows back at once and takes back the counted try: nothing was wrong with them. */
    release: async (ids: readonly number[], availableAt: Date): Promise<void> => {
      if (ids.length === 0) return;
      await connection.run(
        'UPDATE outbox SET claimed_until = NULL, attempts = attempts - 1, available_at = GREATEST(available_at, ?) WHERE id IN (?) AND dispatched_at IS NULL',
        [availableAt, ids],
      );
    },
    /** Puts a row aside until a person releases it. */
    park: async (id: number, error: string): Promise<void> => {
      await connection.run(
        'UPDATE outbox SET claimed_until = NULL, available_at = ?, last_error = ? WHERE id = ? AND dispatched_at IS NULL',
        [endOfTime, error.slice(0, 500), id],
      );
    },
    /** How much waits, by lane. */
    depth: async (now: Date): Promise<OutboxDepth[]> => {
      const { rows } = await connection.run(
        `SELECT lane, SUM(available_at <= ?) AS waiting, MIN(available_at) AS oldest_at, SUM(available_at >= ?) AS parked
           FROM outbox WHERE dispatched_at IS NULL GROUP BY lane ORDER BY lane`,
        [now, parkedFrom],
      );
      return rows.map((row) => ({
        lane: row['lane'] as Lane,
        waiting: Number(row['waiting']),
        oldestAt: (row['oldest_at'] as Date) <= now ? (row['oldest_at'] as Date) : null,
        parked: Number(row['parked']),
      }));
    },
  };
}

function toOutboxRow(row: Row): OutboxRow {
  const payload = jsonOf(row['payload']) as object;
  return {
    id: row['id'] as number,
    organizationId: row['organization_id'] as number,
    lane: row['lane'] as Lane,
    attempts: (row['attempts'] as number) + 1,
    event: { topic: row['topic'], ...payload } as OutboxRow['event'],
  };
}
