// Runs of reports: what was asked for, what is under way, how it ended. Called by service/report-runs and reports.
import { definitionsVersion, type ReportRun, type RunStatus } from '../domain/report';
import type { Connection, Row } from './connection';
import { dateOf } from './connection';

/** A run about to be made; `requestedBy` is the admin or token behind a run by hand. */
export interface NewRun extends Omit<ReportRun, 'reason' | 'totalRows'> {
  readonly requestedBy: string | null;
}

const columns = 'id, report_id, definition_version, trigger_kind, run_key, as_of, known_at, status, reason, total_rows';
const open = "status IN ('queued', 'building', 'delivering')";

/** Runs of one organization. */
export function createReportRunStore(connection: Connection) {
  return { ...reads(connection), ...changes(connection) };
}

function reads({ organizationId, prepared }: Connection) {
  const one = async (where: string, keys: readonly string[]): Promise<ReportRun | undefined> => {
    const { rows } = await prepared(`SELECT ${columns} FROM report_runs WHERE organization_id = ? AND ${where}`, [
      organizationId,
      ...keys,
    ]);
    return rows[0] && toRun(rows[0]);
  };
  return {
    find: (id: string) => one('id = ?', [id]),
    lock: (id: string) => one('id = ? FOR UPDATE', [id]),
    findByKey: (reportId: string, runKey: string) => one('report_id = ? AND run_key = ?', [reportId, runKey]),
    /** The run keys of a report among those asked for. */
    listKeys: async (reportId: string, fromKey: string, toKey: string): Promise<string[]> => {
      const { rows } = await prepared(
        'SELECT run_key FROM report_runs WHERE organization_id = ? AND report_id = ? AND run_key BETWEEN ? AND ?',
        [organizationId, reportId, fromKey, toKey],
      );
      return rows.map((row) => row['run_key'] as string);
    },
    /** Runs that were asked for before an instant and have not ended. */
    listOpenSince: async (before: Date): Promise<string[]> => {
      const { rows } = await prepared(
        `SELECT id FROM report_runs WHERE organization_id = ? AND ${open} AND COALESCE(started_at, created_at) < ? ORDER BY id LIMIT 1000`,
        [organizationId, before],
      );
      return rows.map((row) => row['id'] as string);
    },
    /** The last run of a report that was delivered, before a given one. */
    findPrevious: (reportId: string, before: Date) =>
      one("report_id = ? AND status = 'succeeded' AND as_of < ? ORDER BY as_of DESC LIMIT 1", [
        reportId,
        before.toISOString().slice(0, -1).replace('T', ' '),
      ]),
  };
}

function changes({ organizationId, prepared }: Connection) {
  return {
    /** Adds a run; false when its report has one of that key already, which then stays as it is. */
    add: async (it: NewRun, createdAt: Date): Promise<boolean> => {
      const startedAt = it.status === 'building' ? createdAt : null;
      await prepared(
        `INSERT INTO report_runs (organization_id, id, report_id, definition_version, trigger_kind, run_key, as_of, known_at, definitions_version, status, started_at, requested_by, created_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE run_key = VALUES(run_key)`,
        [
          organizationId,
          it.id,
          it.reportId,
          it.definitionVersion,
          it.triggerKind,
          it.runKey,
          it.asOf,
          it.knownAt,
          definitionsVersion,
          it.status,
          startedAt,
          it.requestedBy,
          createdAt,
        ],
      );
      const { rows } = await prepared(
        'SELECT id FROM report_runs WHERE organization_id = ? AND report_id = ? AND run_key = ?',
        [organizationId, it.reportId, it.runKey],
      );
      return rows[0]?.['id'] === it.id;
    },
    /** Takes a queued run; false when it is not queued any more. */
    take: async (id: string, knownAt: Date): Promise<boolean> => {
      const { affectedRows } = await prepared(
        "UPDATE report_runs SET status = 'building', started_at = ?, known_at = ? WHERE organization_id = ? AND id = ? AND status = 'queued'",
        [knownAt, knownAt, organizationId, id],
      );
      return affectedRows === 1;
    },
    /** Says how many rows are written so far. */
    saveProgress: async (id: string, rowsDone: number): Promise<void> => {
      await prepared(`UPDATE report_runs SET rows_done = ? WHERE organization_id = ? AND id = ? AND ${open}`, [
        rowsDone,
        organizationId,
        id,
      ]);
    },
    /** The files are there: on to the deliveries. */
    saveBuilt: async (id: string, it: { rows: number; rowsSha256: string; previousRunId: string | null }) => {
      await prepared(
        `UPDATE report_runs SET status = 'delivering', rows_done = ?, total_rows = ?, rows_sha256 = ?, previous_run_id = ? WHERE organization_id = ? AND id = ? AND ${open}`,
        [it.rows, it.rows, it.rowsSha256, it.previousRunId, organizationId, id],
      );
    },
    /** Ends a run; a run that has ended keeps its end. */
    close: async (id: string, status: RunStatus, reason: string | null, at: Date): Promise<void> => {
      await prepared(
        `UPDATE report_runs SET status = ?, reason = ?, finished_at = ? WHERE organization_id = ? AND id = ? AND ${open}`,
        [status, reason, at, organizationId, id],
      );
    },
  };
}

function toRun(row: Row): ReportRun {
  return {
    id: row['id'] as string,
    reportId: row['report_id'] as string,
    definitionVersion: row['definition_version'] as number,
    triggerKind: row['trigger_kind'] as ReportRun['triggerKind'],
    runKey: row['run_key'] as string,
    asOf: row['as_of'] as Date,
    knownAt: dateOf(row['known_at']) ?? (row['as_of'] as Date),
    status: row['status'] as RunStatus,
    reason: row['reason'] as string | null,
    totalRows: row['total_rows'] as number | null,
  };
}
