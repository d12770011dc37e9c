// Every SCIM request as it was answered; written in batches beside the request's path, so rows may be of many organizations.
import type { RequestRecord } from '../domain/request-record';
import type { ScanConnection } from './connection';

/** Across organizations: one multi-row INSERT a batch. */
export function createRequestLogScan(connection: ScanConnection) {
  return {
    add: async (rows: readonly RequestRecord[]): Promise<void> => {
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
