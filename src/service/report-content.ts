// What a run's files hold: the people as of its instant, the counts beside them and what is said about both, all from
// one snapshot. Called by the report activity, which hands the content to the writers.
import type { Caller } from '../domain/caller';
import { countWords } from '../domain/count-words';
import { definitionsVersion, type ReportFormat, type ReportRun } from '../domain/report';
import type { UserListValues } from '../domain/user-list';
import { AppError } from '../errors';
import type { Database } from '../store/database';
import type { CountRow } from '../store/snapshot-store';
import type { Stores } from '../store/stores';
import type { CountsAsOf } from './snapshots';

/** Everything a file of a run says. */
export interface RunContent {
  readonly run: ReportRun;
  readonly kind: string;
  readonly slug: string;
  readonly title: string;
  readonly organization: { readonly slug: string; readonly name: string };
  /** IANA zone of the workbook's times. */
  readonly zone: string;
  readonly formats: readonly ReportFormat[];
  /** The filter in words. */
  readonly filter: string;
  readonly definitions: readonly { readonly metric: string; readonly version: string; readonly description: string }[];
  readonly counts: readonly { readonly label: string; readonly value: number }[];
  /** People in batches, by id; to be read once, before `write` ends. */
  readonly rows: AsyncIterable<readonly UserListValues[]>;
}

/** Reads runs' contents. */
export interface ReportContents {
  /**
   * Reads the content of a run and hands it to `write`, inside one snapshot; it may be handed over again after a fault.
   * @throws AppError `run.not_found`, `report.not_found`
   */
  read<T>(caller: Caller, runId: string, write: (content: RunContent) => Promise<T>): Promise<T>;
}

interface Dependencies {
  /** A pool of few connections of its own, so that reports never take those of requests. */
  readonly database: Pick<Database, 'inSnapshot'>;
  readonly countsAsOf: CountsAsOf;
}

/** The contents of runs. */
export function createReportContents({ database, countsAsOf }: Dependencies): ReportContents {
  return {
    read: ({ organizationId }, runId, write) =>
      database.inSnapshot(organizationId, async (stores) => write(await contentOf(stores, runId, countsAsOf))),
  };
}

async function contentOf(stores: Stores, runId: string, countsAsOf: CountsAsOf): Promise<RunContent> {
  const run = await stores.reportRuns.find(runId);
  if (!run) throw new AppError('run.not_found', { runId });
  const report = await stores.reports.find(run.reportId);
  if (!report) throw new AppError('report.not_found', { reportId: run.reportId });
  const organization = await stores.organization.get();
  const schedule = await stores.schedules.find(report.id);
  const counts = await countsAsOf(stores, run.asOf, run.knownAt);
  const { slug, name, productName } = organization;
  return {
    run,
    kind: report.reportKind,
    slug: report.slug,
    title: report.name,
    organization: { slug, name },
    zone: schedule?.timeZone ?? organization.timeZone,
    formats: report.formats,
    filter: 'Enabled and deactivated users',
    definitions: countWords.map(({ column, description }) => ({
      metric: column,
      version: String(definitionsVersion),
      description,
    })),
    counts: countWords.map(({ column, label }) => ({ label, value: counts[column as keyof CountRow] })),
    rows: stores.reportRows.userList({ asOf: run.asOf, productName }),
  };
}
