// The alert of a report whose runs fail: a step at the end of the transaction that closes a run. Called by report-runs and
// report-watch.
import type { ReportRun, RunStatus } from '../domain/report';
import type { NewId } from '../ids';
import type { Stores } from '../store/stores';
import { closeAlert, raiseAlert } from './alert-step';

/** How a run ended. */
export interface RunEnd {
  readonly status: RunStatus;
  readonly reason: string | null;
  /** Whether the report is paused now. */
  readonly isPaused: boolean;
}

/** A run that failed, in whole or in part, alerts; one that succeeds ends the alert; any other end says nothing. */
export async function tellRun(
  stores: Stores,
  { newId, at }: { readonly newId: NewId; readonly at: Date },
  { id: runId, reportId: subjectId, runKey }: ReportRun,
  { status, reason, isPaused }: RunEnd,
): Promise<void> {
  const kind = 'report_failed';
  if (status === 'succeeded') await closeAlert(stores, { kind, subjectId, at });
  if (status !== 'failed' && status !== 'partial') return;
  const detail = () => ({ runId, runKey, status, reason: reason ?? 'destination', isPaused });
  await raiseAlert(stores, { newId, kind, subjectId, detail, at });
}
