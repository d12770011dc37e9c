// `uptake report run` and `uptake report schedule`.
import type { Caller } from '../domain/caller';
import type { RunStatus } from '../domain/report';
import type { ReportSchedules, ScheduleOrder } from '../service/report-schedules';
import type { Reports, RunReport } from '../service/reports';
import type { Output } from './output';

interface Parts {
  readonly reports: Reports;
  readonly caller: Caller;
  readonly output: Output;
}

/** States a run does not leave by itself. */
const finished = new Set<RunStatus>([
  'succeeded',
  'partial',
  'failed',
  'missed',
  'skipped_empty',
  'skipped_unchanged',
  'cancelled',
]);
const lookMs = 250;
/** How long --wait waits. */
const waitMs = 600_000;

/** Asks for a run; with `wait` until it has ended. Answers whether it went well (or was only asked for). */
export async function runReport({ reports, caller, output }: Parts, slug: string, wait: boolean): Promise<boolean> {
  const { runId } = await reports.requestRun(caller, slug);
  output.note(`Run ${runId} is asked for; the worker builds it.`);
  const run = wait ? await waitForEnd(reports, caller, runId) : await reports.runStatus(caller, runId);
  if (wait && !finished.has(run.status)) output.note('The run has not ended within ten minutes; it goes on.');
  output.result({ run_id: run.runId, status: run.status, reason: run.reason, files: run.files }, [
    `Run ${run.runId}: ${run.status}${run.reason === null ? '' : ` (${run.reason})`}`,
    ...run.files.map((file) => `${file.path}  ${file.rows} rows  sha256 ${file.sha256}`),
  ]);
  return wait ? run.status === 'succeeded' : true;
}

async function waitForEnd(reports: Reports, caller: Caller, runId: string): Promise<RunReport> {
  const until = Date.now() + waitMs;
  for (;;) {
    const run = await reports.runStatus(caller, runId);
    if (finished.has(run.status) || Date.now() > until) return run;
    await new Promise((resolve) => setTimeout(resolve, lookMs));
  }
}

/** Gives a report its schedule and recipients, and says which domains mail may go to from now on. */
export async function scheduleReport(
  {
    schedules,
    caller,
    output,
  }: { readonly schedules: ReportSchedules; readonly caller: Caller; readonly output: Output },
  slug: string,
  order: ScheduleOrder,
): Promise<void> {
  const it = await schedules.schedule(caller, slug, order);
  const next = it.nextRuns.map((run) => run.at.toISOString());
  const allowed = it.newlyAllowedDomains.map((domain) => `Mail of reports may now go to ${domain}.`);
  for (const line of allowed) output.note(line);
  output.result(
    {
      report_id: it.reportId,
      slug: it.slug,
      cron: it.cron,
      time_zone: it.timeZone,
      to: it.to,
      newly_allowed_domains: it.newlyAllowedDomains,
      next_runs: next,
    },
    [
      `${it.slug} runs at "${it.cron}" (${it.timeZone}) and goes to ${it.to.join(', ')}.`,
      'Next:',
      ...next.map((at) => `  ${at}`),
    ],
  );
}
