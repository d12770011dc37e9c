// Report definitions and their destinations. Called by the report services.
import type { ReportDefinition, ReportDestination, ReportFormat } from '../domain/report';
import type { Connection, Row } from './connection';
import { jsonOf } from './connection';

/** A definition about to be made. */
export type NewReport = Omit<ReportDefinition, 'consecutiveFailures'>;

/** A destination about to be made. */
export type NewDestination = ReportDestination;

const columns = 'id, slug, name, report_kind, config, retention_days, state, version, consecutive_failures';
const destinationColumns = 'id, report_id, kind, config, required, formats';

/** Definitions and destinations of one organization. */
export function createReportStore(connection: Connection) {
  const { organizationId, prepared } = connection;
  const one = async (where: string, key: string): Promise<ReportDefinition | undefined> => {
    const { rows } = await prepared(
      `SELECT ${columns} FROM report_definitions WHERE organization_id = ? AND ${where}`,
      [organizationId, key],
    );
    return rows[0] && toDefinition(rows[0]);
  };
  return {
    find: (id: string) => one('id = ?', id),
    findBySlug: (slug: string) => one('slug = ?', slug),
    lock: (id: string) => one('id = ? FOR UPDATE', id),
    lockBySlug: (slug: string) => one('slug = ? FOR UPDATE', slug),
    /** All definitions but archived ones, by slug. */
    list: async (): Promise<ReportDefinition[]> => {
      const { rows } = await prepared(
        `SELECT ${columns} FROM report_definitions WHERE organization_id = ? AND state <> 'archived' ORDER BY slug`,
        [organizationId],
      );
      return rows.map(toDefinition);
    },
    add: async (it: NewReport, createdAt: Date): Promise<void> => {
      await prepared(
        `INSERT INTO report_definitions (organization_id, id, slug, name, report_kind, config, retention_days, state, version, consecutive_failures, created_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?)`,
        [
          organizationId,
          it.id,
          it.slug,
          it.name,
          it.reportKind,
          JSON.stringify({ formats: it.formats }),
          it.retentionDays,
          it.state,
          it.version,
          createdAt,
        ],
      );
    },
    /** Sets how many runs in a row have failed. */
    saveFailures: async (id: string, consecutiveFailures: number): Promise<void> => {
      await prepared('UPDATE report_definitions SET consecutive_failures = ? WHERE organization_id = ? AND id = ?', [
        consecutiveFailures,
        organizationId,
        id,
      ]);
    },
    saveState: async (id: string, state: ReportDefinition['state']): Promise<void> => {
      await prepared(
        'UPDATE report_definitions SET state = ?, version = version + 1 WHERE organization_id = ? AND id = ?',
        [state, organizationId, id],
      );
    },
    /** The destinations of a report that were not taken away, oldest first. */
    listDestinations: async (reportId: string): Promise<ReportDestination[]> => {
      const { rows } = await prepared(
        `SELECT ${destinationColumns} FROM report_destinations WHERE organization_id = ? AND report_id = ? AND removed_at IS NULL ORDER BY id`,
        [organizationId, reportId],
      );
      return rows.map(toDestination);
    },
    /** A destination, taken away or not: a run under way still ends at it. */
    findDestination: async (id: string): Promise<ReportDestination | undefined> => {
      const { rows } = await prepared(
        `SELECT ${destinationColumns} FROM report_destinations WHERE organization_id = ? AND id = ?`,
        [organizationId, id],
      );
      return rows[0] && toDestination(rows[0]);
    },
    addDestination: async (it: NewDestination, createdAt: Date): Promise<void> => {
      await prepared(
        `INSERT INTO report_destinations (organization_id, id, report_id, kind, config, required, formats, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
        [
          organizationId,
          it.id,
          it.reportId,
          it.kind,
          JSON.stringify({ recipients: it.recipients }),
          it.required,
          JSON.stringify(it.formats),
          createdAt,
        ],
      );
    },
    /** The addresses of admins who can sign in: they may always get reports. */
    listActiveAdminEmails: async (): Promise<string[]> => {
      const { rows } = await prepared("SELECT email FROM admins WHERE organization_id = ? AND status = 'active'", [
        organizationId,
      ]);
      return rows.map((row) => row['email'] as string);
    },
    /** Replaces the addresses of a mail destination. */
    saveRecipients: async (id: string, recipients: readonly string[]): Promise<void> => {
      await prepared('UPDATE report_destinations SET config = ? WHERE organization_id = ? AND id = ?', [
        JSON.stringify({ recipients }),
        organizationId,
        id,
      ]);
    },
  };
}

function toDefinition(row: Row): ReportDefinition {
  const config = jsonOf(row['config']) as { formats: ReportFormat[] };
  return {
    id: row['id'] as string,
    slug: row['slug'] as string,
    name: row['name'] as string,
    reportKind: row['report_kind'] as ReportDefinition['reportKind'],
    formats: config.formats,
    state: row['state'] as ReportDefinition['state'],
    version: row['version'] as number,
    retentionDays: row['retention_days'] as number,
    consecutiveFailures: row['consecutive_failures'] as number,
  };
}

function toDestination(row: Row): ReportDestination {
  const config = jsonOf(row['config']) as { recipients?: string[] };
  return {
    id: row['id'] as string,
    reportId: row['report_id'] as string,
    kind: row['kind'] as ReportDestination['kind'],
    recipients: config.recipients ?? [],
    required: Boolean(row['required']),
    formats: jsonOf(row['formats']) as ReportFormat[],
  };
}
