// What the suites of reports, snapshots and schedules share: the first report, a log that says nothing.
import { newId } from '../../src/ids';
import type { Log } from '../../src/log';
import { createFirstReport } from '../../src/service/reports';
import type { TestDatabase } from './database';

/** A log for suites that do not look at it. */
export const quietLog: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** Makes the report `users-and-adoption` of an organization, as the first start does; answers its id. */
export async function addFirstReport(
  db: TestDatabase,
  at: Date,
  organizationId: number = db.organizationId,
): Promise<string> {
  await db.database.inTransaction(organizationId, (stores) => createFirstReport({ newId })(stores, at));
  const reports = await db.database.read(organizationId, (stores) => stores.reports.list());
  return reports[0]?.id ?? '';
}

/** The rows of a query, for looking at what was written. */
export async function rowsOf(
  db: TestDatabase,
  sql: string,
  values: unknown[] = [],
): Promise<Record<string, unknown>[]> {
  const [rows] = await db.sql.query(sql, values);
  return rows as Record<string, unknown>[];
}
