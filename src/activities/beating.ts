// Heartbeats by time around an activity's work, and its end when Temporal cancels it. Called by the activities of this
// room that run for longer than a moment.
import { Context } from '@temporalio/activity';
import { systemCaller, type Caller } from '../domain/caller';

/** Half of the heartbeat time-out is 30 s; a third of that leaves room for a busy loop. */
const everyMs = 10_000;

/**
 * Does the work with a heartbeat every 10 s. A cancelled activity ends as cancelled, whatever its work threw.
 * @param work gets a function that beats at once, and the signal that ends the work
 */
export async function beating<T>(
  work: (beat: (detail: unknown) => void, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const context = Context.current();
  let last: unknown;
  const beat = (detail: unknown): void => {
    last = detail;
    context.heartbeat(detail);
  };
  const timer = setInterval(() => context.heartbeat(last), everyMs);
  try {
    return await work(beat, context.cancellationSignal);
  } catch (error) {
    if (context.cancellationSignal.aborted) await context.cancelled;
    throw error;
  } finally {
    clearInterval(timer);
  }
}

/** The product acting for a workflow, whose id stands as the request id in the audit. */
export function workflowCaller(organizationId: number): Caller {
  const { workflowExecution } = Context.current().info;
  return systemCaller(organizationId, (workflowExecution?.workflowId ?? 'activity').slice(0, 64));
}
