// Which Temporal server the worker last saw, when, and whether the relay takes mail. Written by the worker, read by both
// roles' health. Belongs to the installation.
import { dateOf, type Row, type ScanConnection } from './connection';

/** What the worker saw. */
export interface TemporalServer {
  readonly namespace: string;
  readonly namespaceId: string;
  readonly lastSeenAt: Date;
  /** Since when no mail leaves; null = mail leaves, or nobody tried. */
  readonly smtpFailingSince: Date | null;
}

const columns = 'namespace, namespace_id, last_seen_at, smtp_failing_since';

/** The row of the server. */
export function createTemporalServerScan(connection: ScanConnection) {
  return {
    /** The server last seen, of whatever namespace: what health asks. */
    find: async (): Promise<TemporalServer | undefined> => {
      const { rows } = await connection.prepared(
        `SELECT ${columns} FROM temporal_server ORDER BY last_seen_at DESC LIMIT 1`,
      );
      return rows[0] && toServer(rows[0]);
    },
    findByNamespace: async (namespace: string): Promise<TemporalServer | undefined> => {
      const { rows } = await connection.prepared(`SELECT ${columns} FROM temporal_server WHERE namespace = ?`, [
        namespace,
      ]);
      return rows[0] && toServer(rows[0]);
    },
    /** Notes that the server was seen. A failing relay keeps the instant at which it began to fail. */
    see: async (it: { namespace: string; namespaceId: string; at: Date; isMailFailing: boolean }): Promise<void> => {
      const failingSince = it.isMailFailing ? it.at : null;
      await connection.prepared(
        `INSERT INTO temporal_server (namespace, namespace_id, last_seen_at, smtp_failing_since) VALUES (?, ?, ?, ?)
         ON DUPLICATE KEY UPDATE namespace_id = VALUES(namespace_id), last_seen_at = VALUES(last_seen_at),
           smtp_failing_since = IF(VALUES(smtp_failing_since) IS NULL, NULL, COALESCE(smtp_failing_since, VALUES(smtp_failing_since)))`,
        [it.namespace, it.namespaceId, it.at, failingSince],
      );
    },
  };
}

function toServer(row: Row): TemporalServer {
  return {
    namespace: row['namespace'] as string,
    namespaceId: row['namespace_id'] as string,
    lastSeenAt: row['last_seen_at'] as Date,
    smtpFailingSince: dateOf(row['smtp_failing_since']),
  };
}
