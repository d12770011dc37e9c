// The SCIM request log as it is counted: how much was asked and what failed, each by a key. Called by service/scim-standing and
// service/provisioning-watch.
import type { Connection } from './connection';

/** What was found among failures that were looked at. */
export interface JudgedFailures {
  readonly looked: number;
  readonly references: number;
  readonly searches: number;
}

/** Counts of one organization. */
export function createRequestCountView({ organizationId, run, prepared }: Connection) {
  return {
    /** Answers since an instant, by status; from the key alone. */
    countByStatus: async (statusCodes: readonly number[], since: Date): Promise<Map<number, number>> => {
      const { rows } = await run(
        `SELECT status_code, COUNT(*) AS n FROM scim_request_log
         WHERE organization_id = ? AND status_code IN (?) AND received_at >= ? GROUP BY status_code`,
        [organizationId, statusCodes, since],
      );
      return new Map(rows.map((row) => [row['status_code'] as number, Number(row['n'])]));
    },
    /** The newest failures of a status since an instant: how many are about members and managers, how many are searches. */
    judgeFailures: async (statusCode: number, since: Date, limit: number): Promise<JudgedFailures> => {
      const { rows } = await run(
        `SELECT COUNT(*) AS looked, SUM(method = 'PATCH' AND (path LIKE '%/groups/%' OR JSON_CONTAINS_PATH(affected, 'one', '$.reference'))) AS reference_failures,
           SUM(method = 'GET' OR path LIKE '%/.search') AS searches
         FROM (SELECT method, path, affected FROM scim_request_log
           WHERE organization_id = ? AND status_code = ? AND received_at >= ? ORDER BY received_at DESC LIMIT ?) failed`,
        [organizationId, statusCode, since, limit],
      );
      const { looked, reference_failures: references, searches } = rows[0] ?? {};
      return { looked: Number(looked ?? 0), references: Number(references ?? 0), searches: Number(searches ?? 0) };
    },
    /** When the directory last asked. */
    lastAt: async (): Promise<Date | undefined> => {
      const { rows } = await prepared(
        'SELECT received_at FROM scim_request_log WHERE organization_id = ? ORDER BY received_at DESC LIMIT 1',
        [organizationId],
      );
      return rows[0] && (rows[0]['received_at'] as Date);
    },
    /** Requests since an instant, from the key alone. */
    countSince: async (since: Date): Promise<number> => {
      const { rows } = await prepared(
        'SELECT COUNT(*) AS n FROM scim_request_log WHERE organization_id = ? AND received_at >= ?',
        [organizationId, since],
      );
      return Number(rows[0]?.['n']);
    },
  };
}
