// What each writing process has promised and kept of the SCIM request log. Called by service/request-log-writer.
import type { ScanConnection } from './connection';

/** A writer's promise: rows up to this number of its own count may come, so many are written or counted as dropped. */
export interface Promised {
  readonly promised: number;
  /** Rows written by the same transaction. */
  readonly written: number;
  /** Rows given up since the writer began. */
  readonly dropped: number;
}

/** A writer that ended without saying so. */
export interface DeadWriter {
  readonly writerId: string;
  readonly seenAt: Date;
  /** Promised rows that were neither written nor dropped. */
  readonly missing: number;
}

/** Rows that are missing from the log: given up while the database was away, or lost in a crash, at least and at most. */
export interface MissingRows {
  readonly dropped: number;
  readonly lostLeast: number;
  readonly lostMost: number;
}

/** Writers of the whole installation. */
export function createRequestLogWriterScan({ prepared }: ScanConnection) {
  return {
    keep: async (writerId: string, it: Promised, at: Date): Promise<void> => {
      await prepared(
        `INSERT INTO request_log_writers (writer_id, started_at, seen_at, promised, written, dropped) VALUES (?, ?, ?, ?, ?, ?)
         ON DUPLICATE KEY UPDATE seen_at = VALUES(seen_at), promised = GREATEST(promised, VALUES(promised)),
           written = written + VALUES(written), dropped = GREATEST(dropped, VALUES(dropped))`,
        [writerId, at, at, it.promised, it.written, it.dropped],
      );
    },
    /** Ends a writer; false when another process did. */
    close: async (writerId: string, lost: { least: number; most: number }, at: Date): Promise<boolean> => {
      const { affectedRows } = await prepared(
        'UPDATE request_log_writers SET closed_at = ?, lost_least = ?, lost_most = ? WHERE writer_id = ? AND closed_at IS NULL',
        [at, lost.least, lost.most, writerId],
      );
      return affectedRows === 1;
    },
    /** Writers that were last seen before an instant and never closed. */
    listDead: async (before: Date): Promise<DeadWriter[]> => {
      const { rows } = await prepared(
        'SELECT writer_id, seen_at, promised, written, dropped FROM request_log_writers WHERE closed_at IS NULL AND seen_at < ?',
        [before],
      );
      return rows.map((row) => ({
        writerId: row['writer_id'] as string,
        seenAt: row['seen_at'] as Date,
        missing: Math.max(0, Number(row['promised']) - Number(row['written']) - Number(row['dropped'])),
      }));
    },
    /** Changes of an organization within a span whose request is not in the log. */
    countUnlogged: async (organizationId: number, from: Date, until: Date): Promise<number> => {
      const { rows } = await prepared(
        `SELECT COUNT(DISTINCT a.request_id) AS n FROM audit_entries a
         LEFT JOIN scim_request_log l ON l.organization_id = a.organization_id AND l.request_id = a.request_id
         WHERE a.organization_id = ? AND a.happened_at BETWEEN ? AND ? AND a.actor_kind = 'scim' AND l.id IS NULL`,
        [organizationId, from, until],
      );
      return Number(rows[0]?.['n']);
    },
    /** Rows that were told as lost for certain, of processes last seen within a span. */
    sumTold: async (from: Date, until: Date): Promise<number> => {
      const { rows } = await prepared(
        'SELECT COALESCE(SUM(lost_least), 0) AS n FROM request_log_writers WHERE closed_at IS NOT NULL AND seen_at BETWEEN ? AND ?',
        [from, until],
      );
      return Number(rows[0]?.['n']);
    },
    /** What is missing of the processes that were seen since an instant. */
    sumMissing: async (since: Date): Promise<MissingRows> => {
      const { rows } = await prepared(
        `SELECT SUM(dropped) AS dropped, SUM(lost_least) AS least, SUM(lost_most) AS most FROM request_log_writers
         WHERE seen_at >= ?`,
        [since],
      );
      const { dropped, least, most } = rows[0] ?? {};
      return { dropped: Number(dropped ?? 0), lostLeast: Number(least ?? 0), lostMost: Number(most ?? 0) };
    },
    /** Forgets writers that ended before an instant. */
    purge: async (before: Date): Promise<void> => {
      await prepared('DELETE FROM request_log_writers WHERE closed_at < ?', [before]);
    },
  };
}
