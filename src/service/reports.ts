// Report definitions, runs by hand and what became of a run. Called by migrate (the first report), by the report
// command. Running itself is report-runs, schedules are report-schedules.
import type { Clock } from '../clock';
import type { Caller } from '../domain/caller';
import { manualRunKey, type ReportDefinition, type RunStatus } from '../domain/report';
import { AppError } from '../errors';
import type { NewId } from '../ids';
import type { Database } from '../store/database';
import type { Stores } from '../store/stores';
import { assertMayReport } from './report-rights';

/** A run that was asked for. */
export interface RequestedRun {
  readonly runId: string;
  readonly reportId: string;
  readonly runKey: string;
}

/** Where a run stands, and its files. */
export interface RunReport {
  readonly runId: string;
  readonly status: RunStatus;
  /** Why it ended so, as a code; null while it goes on and when all went well. */
  readonly reason: string | null;
  /** The tables, by name; the manifest is not among them. */
  readonly files: readonly { readonly path: string; readonly sha256: string; readonly rows: number }[];
}

/** The verbs of reports. */
export interface Reports {
  /** All definitions but archived ones. */
  list(caller: Caller): Promise<ReportDefinition[]>;
  /**
   * Asks for a run as of now; the worker builds it.
   * @throws AppError `report.not_found`, `role.missing`
   */
  requestRun(caller: Caller, slug: string): Promise<RequestedRun>;
  /** @throws AppError `run.not_found` */
  runStatus(caller: Caller, runId: string): Promise<RunReport>;
}

interface Dependencies {
  readonly database: Database;
  readonly clock: Clock;
  readonly newId: NewId;
}

/** Definitions and runs by hand. */
export function createReports({ database, clock, newId }: Dependencies): Reports {
  return {
    list: (caller) => database.read(caller.organizationId, (stores) => stores.reports.list()),
    requestRun: (caller, slug) =>
      database.inTransaction(caller.organizationId, async (stores) => {
        await assertMayReport(caller, stores, 'run');
        const report = await stores.reports.findBySlug(slug);
        if (!report || report.state === 'archived') throw new AppError('report.not_found', { slug: slug.slice(0, 40) });
        const [id, at] = [newId(), clock.now()];
        const requested = { runId: id, reportId: report.id, runKey: manualRunKey(id) };
        await stores.reportRuns.add({ ...queuedRun(report, requested, at), requestedBy: caller.actor.id }, at);
        const event = { topic: 'ReportRunRequested', reportId: report.id, runKey: requested.runKey } as const;
        await stores.outbox.add([{ event, lane: 0 }], at);
        const target = { targetKind: 'report', targetId: report.id, detail: { run_id: id } };
        await stores.audit.add({ caller, action: 'report.run_requested', ...target, at });
        return requested;
      }),
    runStatus: (caller, runId) =>
      database.read(caller.organizationId, async (stores) => {
        const run = await stores.reportRuns.find(runId);
        if (!run) throw new AppError('run.not_found', { runId: runId.slice(0, 40) });
        const artifacts = await stores.reportDeliveries.listArtifacts(runId);
        const tables = (['xlsx', 'csv'] as const).flatMap((format) => artifacts.filter((one) => one.format === format));
        const files = tables.map(({ path, sha256, rows }) => ({ path, sha256, rows: rows ?? 0 }));
        return { runId, status: run.status, reason: run.reason, files };
      }),
  };
}

function queuedRun(report: ReportDefinition, { runId, runKey }: RequestedRun, at: Date) {
  return {
    id: runId,
    reportId: report.id,
    definitionVersion: report.version,
    triggerKind: 'manual' as const,
    runKey,
    asOf: at,
    knownAt: at,
    status: 'queued' as const,
  };
}

/**
 * The report every organization begins with: "Users and adoption", kept in the report folder. It can be run by hand at
 * once; it runs by itself when it is given a schedule. A part of createFirstOrganization's transaction.
 */
export function createFirstReport({ newId }: { readonly newId: NewId }) {
  return async (stores: Stores, at: Date): Promise<void> => {
    const formats = ['xlsx', 'csv'] as const;
    const reportId = newId();
    const words = { slug: 'users-and-adoption', name: 'Users and adoption', reportKind: 'user_list' as const };
    const begin = { formats, state: 'active' as const, version: 1, retentionDays: 400 };
    await stores.reports.add({ id: reportId, ...words, ...begin }, at);
    const folder = { id: newId(), reportId, kind: 'folder' as const, recipients: [], required: true, formats };
    await stores.reports.addDestination(folder, at);
  };
}
