// The kept histogram behind the overview: people by flags and day of last use, and the moves not folded in yet.
// Moves are written by whoever changes a user; service/adoption folds and rebuilds.
import { neverUsedOn, type CountBucket, type CountDelta, type CountedBucket } from '../domain/adoption';
import type { Connection, Row, ScanConnection } from './connection';

/** Some open moves, oldest first, and the ids to delete with them. */
export interface OpenDeltas {
  readonly ids: readonly number[];
  readonly deltas: readonly CountDelta[];
}

/** The histogram of one organization. */
export function createAdoptionCountStore(connection: Connection) {
  const { organizationId, run, insertMany } = connection;
  return {
    /** Writes moves in the transaction of their cause; undefined entries (nothing moved) are passed over. */
    add: async (deltas: readonly (CountDelta | undefined)[]): Promise<void> => {
      await insertMany(
        'INSERT INTO adoption_deltas (organization_id, from_flags, from_on, to_flags, to_on) VALUES ?',
        deltas
          .filter((delta) => delta !== undefined)
          .map(({ from, to }) => [organizationId, ...bucketValues(from), ...bucketValues(to)]),
      );
    },
    /**
     * Takes the right to change the histogram until the transaction ends: one bar that is always there is locked, so
     * that two who fold or rebuild wait for each other.
     */
    lock: async (): Promise<void> => {
      await run(
        'INSERT INTO adoption_counts (organization_id, flags, last_used_on, people) VALUES (?, 0, ?, 0) ON DUPLICATE KEY UPDATE people = people',
        [organizationId, neverUsedOn],
      );
    },
    /** The oldest open moves. */
    listDeltas: async (limit: number): Promise<OpenDeltas> => {
      const { rows } = await run(
        'SELECT id, from_flags, from_on, to_flags, to_on FROM adoption_deltas WHERE organization_id = ? ORDER BY id LIMIT ?',
        [organizationId, limit],
      );
      return { ids: rows.map((row) => row['id'] as number), deltas: rows.map(toDelta) };
    },
    /** Removes moves that are folded in. */
    deleteDeltas: async (ids: readonly number[]): Promise<void> => {
      if (ids.length === 0) return;
      await run('DELETE FROM adoption_deltas WHERE organization_id = ? AND id IN (?)', [organizationId, ids]);
    },
    /** Adds people to bars (positive) and takes them away (negative). */
    change: async (changes: readonly CountedBucket[]): Promise<void> => {
      const more = changes.filter(({ people }) => people > 0);
      await insertMany(
        'INSERT INTO adoption_counts (organization_id, flags, last_used_on, people) VALUES ? ON DUPLICATE KEY UPDATE people = people + VALUES(people)',
        more.map(({ flags, lastUsedOn, people }) => [organizationId, flags, lastUsedOn, people]),
      );
      for (const { flags, lastUsedOn, people } of changes.filter((change) => change.people < 0)) {
        await run(
          'UPDATE adoption_counts SET people = people - ? WHERE organization_id = ? AND flags = ? AND last_used_on = ?',
          [-people, organizationId, flags, lastUsedOn],
        );
      }
    },
    /** Drops empty bars, but the one that serves as the lock. */
    deleteEmpty: async (): Promise<void> => {
      await run('DELETE FROM adoption_counts WHERE organization_id = ? AND people = 0 AND flags <> 0', [
        organizationId,
      ]);
    },
    /** Puts other bars in the place of all. */
    replace: async (buckets: readonly CountedBucket[]): Promise<void> => {
      await run('DELETE FROM adoption_counts WHERE organization_id = ? AND (flags <> 0 OR last_used_on <> ?)', [
        organizationId,
        neverUsedOn,
      ]);
      await run('UPDATE adoption_counts SET people = 0 WHERE organization_id = ?', [organizationId]);
      await insertMany(
        'INSERT INTO adoption_counts (organization_id, flags, last_used_on, people) VALUES ? ON DUPLICATE KEY UPDATE people = VALUES(people)',
        buckets.map(({ flags, lastUsedOn, people }) => [organizationId, flags, lastUsedOn, people]),
      );
    },
    /**
     * A recount of all users and the moves it already holds, by one statement, so that both are of one instant.
     */
    recount: async (): Promise<{ buckets: CountedBucket[]; deltaIds: number[] }> => {
      const { rows } = await run(
        `SELECT 'bar' AS kind, flags, CAST(last_used_on AS CHAR) AS last_used_on, COUNT(*) AS people, 0 AS id
           FROM users WHERE organization_id = ? AND flags IS NOT NULL GROUP BY flags, last_used_on
         UNION ALL SELECT 'delta', 0, '', 0, id FROM adoption_deltas WHERE organization_id = ?`,
        [organizationId, organizationId],
      );
      return {
        buckets: rows.filter((row) => row['kind'] === 'bar').map(toCountedBucket),
        deltaIds: rows.filter((row) => row['kind'] === 'delta').map((row) => Number(row['id'])),
      };
    },
    /** People who are there, whatever their state: the bars and the open moves, at one instant. */
    countPeople: async (): Promise<number> => {
      const { rows } = await connection.prepared(
        `SELECT (SELECT COALESCE(SUM(people), 0) FROM adoption_counts WHERE organization_id = ?)
           + (SELECT COALESCE(SUM((to_flags IS NOT NULL) - (from_flags IS NOT NULL)), 0) FROM adoption_deltas WHERE organization_id = ?) AS people`,
        [organizationId, organizationId],
      );
      return Number(rows[0]?.['people']);
    },
    /** All bars as kept, without the open moves. */
    list: async (): Promise<CountedBucket[]> => {
      const { rows } = await run(
        'SELECT flags, last_used_on, people FROM adoption_counts WHERE organization_id = ? AND people > 0 ORDER BY flags, last_used_on',
        [organizationId],
      );
      return rows.map(toCountedBucket);
    },
  };
}

/** Across organizations: where there is something to fold. */
export function createAdoptionCountScan(connection: ScanConnection) {
  return {
    listWithDeltas: async (): Promise<number[]> => {
      const { rows } = await connection.run('SELECT DISTINCT organization_id FROM adoption_deltas');
      return rows.map((row) => row['organization_id'] as number);
    },
  };
}

function bucketValues(bucket: CountBucket | null): (number | string | null)[] {
  return bucket === null ? [null, null] : [bucket.flags, bucket.lastUsedOn];
}

function toDelta(row: Row): CountDelta {
  return {
    from: toBucket(row['from_flags'], row['from_on']),
    to: toBucket(row['to_flags'], row['to_on']),
  };
}

function toBucket(flags: unknown, lastUsedOn: unknown): CountBucket | null {
  return flags === null ? null : { flags: flags as number, lastUsedOn: lastUsedOn as string };
}

function toCountedBucket(row: Row): CountedBucket {
  return {
    flags: Number(row['flags']),
    lastUsedOn: row['last_used_on'] as string,
    people: Number(row['people']),
  };
}
