// One run of a report: open, render, deliver to each destination on its own, close. Started by the Schedule
// report/<reportId>, or by the relay for a run by hand or a missed one. Waits for nothing; ends with the run's honest
// state, also after a failure or a cancellation. Each step may repeat: same run, same names, same bytes, no mail twice.
import {
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  isCancellation,
  proxyActivities,
} from '@temporalio/workflow';
import { queues, type ReportActivities, type RunArgs, type ScheduledReportArgs } from './contract';
import { nominalTime } from './nominal-time';

/** Answers the run's final status, or why there was no run (`taken`, `not_due`, `paused`). */
export async function scheduledReport(args: ScheduledReportArgs): Promise<string> {
  const { openRun, closeRun } = proxyActivities<ReportActivities>({
    taskQueue: queues.main,
    startToCloseTimeout: '30s',
    retry: { initialInterval: '2s', maximumInterval: '2 minutes' },
  });
  const nominalIso = args.nominalIso ?? nominalTime().toISOString();
  const opened = await CancellationScope.nonCancellable(() => openRun({ ...args, nominalIso }));
  if (opened.kind === 'none') return opened.reason;
  const run = { organizationId: args.organizationId, runId: opened.runId };
  try {
    await buildAndDeliver(run, opened.destinationIds);
  } catch (error) {
    const status = await CancellationScope.nonCancellable(() => closeRun({ ...run, failure: failureCode(error) }));
    if (isCancellation(error)) throw error;
    return status;
  }
  return CancellationScope.nonCancellable(() => closeRun(run));
}

async function buildAndDeliver(run: RunArgs, destinationIds: readonly string[]): Promise<void> {
  const priority = { fairnessKey: String(run.organizationId) };
  const { renderReport } = proxyActivities<ReportActivities>({
    taskQueue: queues.report,
    startToCloseTimeout: '2 hours',
    heartbeatTimeout: '60s',
    cancellationType: 'WAIT_CANCELLATION_COMPLETED',
    priority,
    retry: {
      initialInterval: '10s',
      maximumInterval: '10 minutes',
      maximumAttempts: 6,
      nonRetryableErrorTypes: ['DefinitionError'],
    },
  });
  const { deliverReport } = proxyActivities<ReportActivities>({
    taskQueue: queues.report,
    startToCloseTimeout: '15 minutes',
    heartbeatTimeout: '60s',
    cancellationType: 'WAIT_CANCELLATION_COMPLETED',
    priority,
    retry: {
      initialInterval: '30s',
      maximumInterval: '30 minutes',
      maximumAttempts: 12,
      nonRetryableErrorTypes: ['DestinationError'],
    },
  });
  await renderReport(run);
  await Promise.all(destinationIds.map((destinationId) => deliverReport({ ...run, destinationId }).catch(keepGoing)));
}

/** A dead destination is its own row's matter; the others go on. A cancellation ends them all. */
function keepGoing(error: unknown): void {
  if (isCancellation(error) || !(error instanceof ActivityFailure)) throw error;
}

function failureCode(error: unknown): string {
  if (isCancellation(error)) return 'cancelled';
  const cause = error instanceof ActivityFailure ? error.cause : error;
  return cause instanceof ApplicationFailure && cause.type ? cause.type : 'failed';
}
