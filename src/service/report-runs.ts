// The life of one run: opened once per run key, its files recorded, closed with an honest state.
// Called by the report activities; every verb may be called twice for the same run.
import type { Clock } from '../clock';
import type { Caller } from '../domain/caller';
import {
  closedStatus,
  isFinal,
  runOfManualKey,
  type ReportArtifact,
  type ReportDefinition,
  type ReportRun,
  type RunStatus,
} from '../domain/report';
import { dueRunOf } from '../domain/report-calendar';
import { localMinute } from '../domain/zone-calendar';
import { AppError } from '../errors';
import type { NewId } from '../ids';
import type { Database } from '../store/database';
import type { Stores } from '../store/stores';
import { tellRun } from './report-alerts';
import { timetableOf } from './report-timetable';

/** Which run is to be opened. */
export interface OpenOrder {
  readonly reportId: string;
  /** The time the Schedule fired for. */
  readonly nominalAt: Date;
  /** A run by hand or a missed one; undefined = the run of the nominal time. */
  readonly runKey?: string;
  /** The id a new row gets: that of the workflow's execution, so that its own repeat is told from another's. */
  readonly owner: string;
  /** The same workflow asked before and may have missed the answer. */
  readonly isRetry: boolean;
}

/** A run to build and its destinations, or why there is none. */
export type OpenResult =
  | { readonly kind: 'opened'; readonly runId: string; readonly destinationIds: string[] }
  | { readonly kind: 'none'; readonly reason: 'taken' | 'not_due' | 'paused' };

/** What the building of a run has made. */
export interface BuiltRun {
  readonly rows: number;
  /** Digest of the rows alone, the same for every format. */
  readonly rowsSha256: string;
  readonly files: readonly ReportArtifact[];
}

/** The verbs of a run. */
export interface ReportRuns {
  /** @throws AppError `report.not_found` */
  open(caller: Caller, order: OpenOrder): Promise<OpenResult>;
  /** Notes how far the writing is. */
  progress(caller: Caller, runId: string, rowsDone: number): Promise<void>;
  /** Records the files; the run goes on to its deliveries. @throws AppError `run.not_found` */
  recordArtifacts(caller: Caller, runId: string, built: BuiltRun): Promise<void>;
  /** Ends the run; `failure` is the code of what stopped it before delivery. Answers its final status. */
  close(caller: Caller, runId: string, failure?: string): Promise<RunStatus>;
}

interface Dependencies {
  readonly database: Database;
  readonly clock: Clock;
  readonly newId: NewId;
}

const dayMs = 86_400_000;
/** After so many failed runs in a row a report pauses. */
const failuresUntilPause = 3;

/** Runs of reports. */
export function createReportRuns(dependencies: Dependencies): ReportRuns {
  const { database } = dependencies;
  return {
    open: opening(dependencies),
    progress: ({ organizationId }, runId, rowsDone) =>
      database.read(organizationId, (stores) => stores.reportRuns.saveProgress(runId, rowsDone)),
    recordArtifacts: recording(dependencies),
    close: closing(dependencies),
  };
}

/** Steps: 1. the definition under its lock 2. the run of that key: found, taken or made 3. a delivery per destination. */
function opening({ database, clock, newId }: Dependencies): ReportRuns['open'] {
  return (caller, order) =>
    database.inTransaction(caller.organizationId, async (stores) => {
      const report = await stores.reports.lock(order.reportId);
      if (!report) throw new AppError('report.not_found', { reportId: order.reportId });
      const at = clock.now();
      const found = await runOf(stores, report, order, at);
      if ('reason' in found) return { kind: 'none', reason: found.reason };
      const destinations = await stores.reports.listDestinations(report.id);
      const destinationIds = destinations.map(({ id }) => id);
      const rows = destinationIds.map((destinationId) => ({ id: newId(), destinationId }));
      await stores.reportDeliveries.addDeliveries(found.runId, rows, at);
      return { kind: 'opened', runId: found.runId, destinationIds };
    });
}

type Found = { readonly runId: string } | { readonly reason: 'taken' | 'not_due' | 'paused' };

const taken: Found = { reason: 'taken' };

async function runOf(stores: Stores, report: ReportDefinition, order: OpenOrder, at: Date): Promise<Found> {
  const manual = order.runKey === undefined ? undefined : runOfManualKey(order.runKey);
  if (manual !== undefined) return takeManual(stores, manual, at);
  const schedule = await stores.schedules.find(report.id);
  if (!schedule || report.state !== 'active' || schedule.state !== 'active') return { reason: 'paused' };
  const runKey = order.runKey ?? localMinute(order.nominalAt, schedule.timeZone);
  const known = await stores.reportRuns.findByKey(report.id, runKey);
  if (known) return takeKnown(stores, known, order, at);
  const due = dueRunOf(timetableOf(schedule), runKey);
  if (!due) return { reason: 'not_due' };
  const made = { id: order.owner, reportId: report.id, definitionVersion: report.version, runKey, asOf: due.at };
  const state = { triggerKind: 'schedule' as const, knownAt: at, status: 'building' as const, requestedBy: null };
  return (await stores.reportRuns.add({ ...made, ...state }, at)) ? { runId: order.owner } : taken;
}

/** A run by hand has one workflow, so a second call for it is a repeat. */
async function takeManual(stores: Stores, runId: string, at: Date): Promise<Found> {
  const run = await stores.reportRuns.lock(runId);
  if (!run || isFinal(run.status)) return taken;
  await stores.reportRuns.take(runId, at);
  return { runId };
}

/**
 * A run that has a row: the watch's, still queued, is whoever's comes first; one under way belongs to whoever made or
 * took it. Which of two took a queued one is not kept: a repeated question for exactly this key gets it, since two that
 * build one run write the same names and bytes and send no mail twice.
 */
async function takeKnown(stores: Stores, run: ReportRun, order: OpenOrder, at: Date): Promise<Found> {
  if (isFinal(run.status)) return taken;
  if (run.status === 'queued') return (await stores.reportRuns.take(run.id, at)) ? { runId: run.id } : taken;
  return run.id === order.owner || order.isRetry ? { runId: run.id } : taken;
}

function recording({ database, clock, newId }: Dependencies): ReportRuns['recordArtifacts'] {
  return ({ organizationId }, runId, { rows, rowsSha256, files }) =>
    database.inTransaction(organizationId, async (stores) => {
      const run = await stores.reportRuns.lock(runId);
      if (!run) throw new AppError('run.not_found', { runId });
      const report = await stores.reports.find(run.reportId);
      const at = clock.now();
      const expiresAt = new Date(at.getTime() + (report?.retentionDays ?? 400) * dayMs);
      for (const file of files)
        await stores.reportDeliveries.saveArtifact({ ...file, id: newId(), runId, expiresAt }, at);
      const previous = await stores.reportRuns.findPrevious(run.reportId, run.asOf);
      await stores.reportRuns.saveBuilt(runId, { rows, rowsSha256, previousRunId: previous?.id ?? null });
    });
}

/** Steps: 1. report and run under their locks 2. what nobody delivered has failed 3. the end 4. failures in a row. */
function closing({ database, clock, newId }: Dependencies): ReportRuns['close'] {
  return (caller, runId, failure) =>
    database.inTransaction(caller.organizationId, async (stores) => {
      const { run, report } = await lockRun(stores, runId);
      if (isFinal(run.status)) return run.status;
      const deliveries = await endDeliveries(stores, runId);
      const isBuilt = run.status === 'delivering' && failure === undefined;
      const stopped = failure === 'cancelled' ? ('cancelled' as const) : ('failed' as const);
      const status = isBuilt ? closedStatus(deliveries) : stopped;
      const reason = status === 'succeeded' ? null : (failure ?? 'destination');
      const at = clock.now();
      await stores.reportRuns.close(runId, status, reason?.slice(0, 64) ?? null, at);
      const detail = { run_id: runId, status, reason };
      const target = { targetKind: 'report', targetId: run.reportId };
      await stores.audit.add({ caller, action: 'report.run_closed', ...target, detail, at });
      const isPaused = report !== undefined && (await countFailures(stores, caller, report, { status, at }));
      await tellRun(stores, { newId, at }, run, { status, reason, isPaused });
      return status;
    });
}

/** Report before run, the order of opening. */
async function lockRun(stores: Stores, runId: string) {
  const { reportId } = (await stores.reportRuns.find(runId)) ?? {};
  const report = reportId === undefined ? undefined : await stores.reports.lock(reportId);
  const run = await stores.reportRuns.lock(runId);
  if (!run) throw new AppError('run.not_found', { runId });
  return { run, report };
}

async function endDeliveries(stores: Stores, runId: string) {
  const open = ['pending', 'sending'];
  for (const { destinationId, status } of await stores.reportDeliveries.listDeliveries(runId)) {
    if (!open.includes(status)) continue;
    await stores.reportDeliveries.saveDelivery(runId, destinationId, { status: 'failed', lastError: 'run.closed' });
  }
  return stores.reportDeliveries.listDeliveries(runId);
}

/** Failed runs in a row; the third pauses the report, whose Schedule then pauses as well. Answers whether it is paused. */
async function countFailures(
  stores: Stores,
  caller: Caller,
  report: ReportDefinition,
  { status, at }: { status: RunStatus; at: Date },
): Promise<boolean> {
  if (status !== 'succeeded' && status !== 'failed') return report.state === 'paused';
  const reportId = report.id;
  const failures = status === 'failed' ? report.consecutiveFailures + 1 : 0;
  if (failures !== report.consecutiveFailures) await stores.reports.saveFailures(reportId, failures);
  if (failures < failuresUntilPause || report.state !== 'active') return report.state === 'paused';
  await stores.reports.saveState(reportId, 'paused');
  await stores.outbox.add([{ event: { topic: 'ReportScheduleChanged', reportId }, lane: 0 }], at);
  const target = { targetKind: 'report', targetId: reportId, detail: { failures } };
  await stores.audit.add({ caller, action: 'report.paused', ...target, at });
  return true;
}
