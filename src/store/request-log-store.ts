// Every SCIM request as it was answered; written in batches beside the request's path, so rows may be of many organizations.
import type { Json } from '../domain/user';
import type { ScanConnection } from './connection';

/** One request. `payload` is already redacted; `affected` and `warnings` hold codes, ids and attribute names. */
export interface RequestLogRow {
  readonly organizationId: number;
  readonly requestId: string;
  readonly credentialId: string | null;
  readonly clientRequestId: string | null;
  readonly receivedAt: Date;
  readonly method: string;
  readonly path: string;
  readonly subjectId: string | null;
  readonly statusCode: number;
  readonly scimType: string | null;
  readonly decision: string | null;
  readonly affected: Json;
  readonly warnings: Json;
  readonly payload: string | null;
  readonly durationMs: number;
}

/** Across organizations: one multi-row INSERT a batch. */
export function createRequestLogScan(connection: ScanConnection) {
  return {
    add: async (rows: readonly RequestLogRow[]): Promise<void> => {
      await connection.insertMany(
        `INSERT INTO scim_request_log (organization_id, request_id, credential_id, client_request_id, received_at, method, path, subject_id, status_code, scim_type, decision, affected, warnings, payload_redacted, duration_ms) VALUES ?`,
        rows.map((it) => [
          it.organizationId,
          it.requestId,
          it.credentialId,
          it.clientRequestId,
          it.receivedAt,
          it.method,
          it.path.slice(0, 500),
          it.subjectId,
          it.statusCode,
          it.scimType,
          it.decision,
          it.affected === null ? null : JSON.stringify(it.affected),
          it.warnings === null ? null : JSON.stringify(it.warnings),
          it.payload,
          Math.max(0, Math.round(it.durationMs)),
        ]),
      );
    },
  };
}
