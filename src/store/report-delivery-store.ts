// A run's files and their way to each destination. Called by service/report-runs and service/report-deliveries.
import type { DeliveryStatus, ReportArtifact, ReportDelivery } from '../domain/report';
import type { Connection, Row } from './connection';

/** What is known of a delivery; a field left out stays as it is. */
export interface DeliveryChange {
  readonly status: DeliveryStatus;
  /** A code, never a message that could hold an address. */
  readonly lastError?: string | null;
  readonly mailId?: string;
  readonly remotePath?: string;
  readonly deliveredAt?: Date;
}

/** Files and deliveries of one organization's runs. */
export function createReportDeliveryStore(connection: Connection) {
  return { ...artifacts(connection), ...deliveries(connection) };
}

function artifacts({ organizationId, prepared, run }: Connection) {
  return {
    /** Records a finished file; the same name again takes the place of the older record. */
    saveArtifact: async (
      it: ReportArtifact & { readonly id: string; readonly runId: string; readonly expiresAt: Date },
      createdAt: Date,
    ): Promise<void> => {
      await run(
        `INSERT INTO report_artifacts (organization_id, id, run_id, file_name, format, size_bytes, content_sha, total_rows, storage_path, expires_at, created_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
         ON DUPLICATE KEY UPDATE size_bytes = VALUES(size_bytes), content_sha = VALUES(content_sha), total_rows = VALUES(total_rows), storage_path = VALUES(storage_path)`,
        [
          organizationId,
          it.id,
          it.runId,
          it.fileName,
          it.format,
          it.sizeBytes,
          it.sha256,
          it.rows,
          it.path,
          it.expiresAt,
          createdAt,
        ],
      );
    },
    /** The files of a run that were not deleted, by name. */
    listArtifacts: async (runId: string): Promise<ReportArtifact[]> => {
      const { rows } = await prepared(
        'SELECT file_name, format, size_bytes, content_sha, total_rows, storage_path FROM report_artifacts WHERE organization_id = ? AND run_id = ? AND deleted_at IS NULL ORDER BY file_name',
        [organizationId, runId],
      );
      return rows.map(toArtifact);
    },
  };
}

function deliveries({ organizationId, prepared, insertMany }: Connection) {
  return {
    /** Opens a delivery for each destination; one that is open already stays as it is. */
    addDeliveries: async (
      runId: string,
      rows: readonly { readonly id: string; readonly destinationId: string }[],
      createdAt: Date,
    ): Promise<void> => {
      await insertMany(
        'INSERT INTO report_deliveries (organization_id, id, run_id, destination_id, status, attempts, created_at) VALUES ? ON DUPLICATE KEY UPDATE attempts = attempts',
        rows.map(({ id, destinationId }) => [organizationId, id, runId, destinationId, 'pending', 0, createdAt]),
      );
    },
    /** The deliveries of a run, with whether their destination is required. */
    listDeliveries: async (runId: string): Promise<ReportDelivery[]> => {
      const { rows } = await prepared(
        `SELECT d.destination_id, d.status, t.required FROM report_deliveries d
           JOIN report_destinations t ON t.organization_id = d.organization_id AND t.id = d.destination_id
          WHERE d.organization_id = ? AND d.run_id = ? ORDER BY d.destination_id`,
        [organizationId, runId],
      );
      return rows.map((row) => ({
        destinationId: row['destination_id'] as string,
        status: row['status'] as DeliveryStatus,
        required: Boolean(row['required']),
      }));
    },
    /** Notes that an attempt begins; a delivery that has ended stays as it is. */
    beginDelivery: async (runId: string, destinationId: string): Promise<void> => {
      await prepared(
        "UPDATE report_deliveries SET status = 'sending', attempts = attempts + 1 WHERE organization_id = ? AND run_id = ? AND destination_id = ? AND status IN ('pending', 'sending', 'failed')",
        [organizationId, runId, destinationId],
      );
    },
    saveDelivery: async (runId: string, destinationId: string, it: DeliveryChange): Promise<void> => {
      await prepared(
        `UPDATE report_deliveries SET status = ?, last_error = ?, mail_id = COALESCE(?, mail_id), remote_path = COALESCE(?, remote_path), delivered_at = COALESCE(?, delivered_at)
          WHERE organization_id = ? AND run_id = ? AND destination_id = ?`,
        [
          it.status,
          it.lastError?.slice(0, 500) ?? null,
          it.mailId ?? null,
          it.remotePath ?? null,
          it.deliveredAt ?? null,
          organizationId,
          runId,
          destinationId,
        ],
      );
    },
  };
}

function toArtifact(row: Row): ReportArtifact {
  return {
    fileName: row['file_name'] as string,
    format: row['format'] as ReportArtifact['format'],
    sizeBytes: Number(row['size_bytes']),
    sha256: row['content_sha'] as string,
    rows: row['total_rows'] as number | null,
    path: row['storage_path'] as string,
  };
}
