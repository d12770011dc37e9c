// Finds runs that nobody started: a local time the clock skipped, a lost Schedule, a rebuilt server, other zone data.
// Called by temporal/schedule-loop every five minutes.
import type { Clock } from '../clock';
import type { ReportDefinition } from '../domain/report';
import { runsBetween, type DueRun } from '../domain/report-calendar';
import type { NewId } from '../ids';
import type { Database } from '../store/database';
import type { ReportSchedule } from '../store/schedule-store';
import type { Stores } from '../store/stores';
import { eachApart } from './apart';
import { timetableOf } from './report-timetable';

/** What a pass of the watch did. */
export interface WatchResult {
  readonly requested: number;
  /** Older than the schedule's catch-up span: recorded as missed, not run. */
  readonly missed: number;
  /** Open for a day: nobody works on them any more (their workflow is gone), so they are closed as failed. */
  readonly lost: number;
}

/** The watch over expected runs. */
export interface ReportWatch {
  /** Requests each expected run that has no row, in every organization. Repeating it changes nothing. */
  pass(): Promise<WatchResult>;
}

interface Dependencies {
  readonly database: Database;
  readonly clock: Clock;
  readonly newId: NewId;
}

const hourMs = 3_600_000;
/** A Schedule gets this long to start its run before the watch does. */
const graceMs = 2 * 60_000;
/** Longer than all tries of a run's steps together. */
const lostAfterMs = 24 * hourMs;

/** Watches over the expected runs of every active schedule. */
export function createReportWatch({ database, clock, newId }: Dependencies): ReportWatch {
  const watchOne = (organizationId: number): Promise<WatchResult> =>
    database.inTransaction(organizationId, async (stores) => {
      const found = { requested: 0, missed: 0, lost: await closeLost(stores, clock.now()) };
      for (const schedule of await stores.schedules.list()) {
        const report = schedule.state === 'active' ? await stores.reports.lock(schedule.reportId) : undefined;
        if (report?.state !== 'active') continue;
        for (const run of await unstarted(stores, schedule, clock.now())) {
          const isMissed = run.at.getTime() < clock.now().getTime() - schedule.catchUpHours * hourMs;
          await record(stores, report, { id: newId(), run, isMissed, at: clock.now() });
          if (isMissed) found.missed += 1;
          else found.requested += 1;
        }
      }
      return found;
    });
  const pass = async (): Promise<WatchResult> => {
    const organizations = await database.acrossOrganizations((scan) => scan.organizations.list());
    const total = { requested: 0, missed: 0, lost: 0 };
    const active = organizations.filter(({ status }) => status === 'active');
    await eachApart(active, async ({ organizationId }) => {
      const { requested, missed, lost } = await watchOne(organizationId);
      total.requested += requested;
      total.missed += missed;
      total.lost += lost;
    });
    return total;
  };
  return { pass };
}

async function closeLost(stores: Stores, now: Date): Promise<number> {
  const lost = await stores.reportRuns.listOpenSince(new Date(now.getTime() - lostAfterMs));
  for (const runId of lost) await stores.reportRuns.close(runId, 'failed', 'lost', now);
  return lost.length;
}

/** Expected runs without a row, from the beginning of the schedule (twice the catch-up span at most) until the grace. */
async function unstarted(stores: Stores, schedule: ReportSchedule, now: Date): Promise<DueRun[]> {
  const oldestMs = now.getTime() - 2 * schedule.catchUpHours * hourMs;
  const from = new Date(Math.max(schedule.createdAt.getTime(), oldestMs));
  const expected = runsBetween(timetableOf(schedule), from, new Date(now.getTime() - graceMs));
  const [first, last] = [expected[0], expected.at(-1)];
  if (!first || !last) return [];
  const started = new Set(await stores.reportRuns.listKeys(schedule.reportId, first.runKey, last.runKey));
  return expected.filter(({ runKey }) => !started.has(runKey));
}

/** A row first, so that the next pass does not find the run again; then the request, unless it is too old to run. */
async function record(
  stores: Stores,
  report: ReportDefinition,
  { id, run, isMissed, at }: { id: string; run: DueRun; isMissed: boolean; at: Date },
): Promise<void> {
  const status = isMissed ? ('missed' as const) : ('queued' as const);
  const row = { id, reportId: report.id, definitionVersion: report.version, triggerKind: 'schedule' as const };
  const added = { ...row, runKey: run.runKey, asOf: run.at, knownAt: at, status, requestedBy: null };
  if (!(await stores.reportRuns.add(added, at)) || isMissed) return;
  const event = { topic: 'ReportRunRequested', reportId: report.id, runKey: run.runKey } as const;
  await stores.outbox.add([{ event, lane: 0 }], at);
}
