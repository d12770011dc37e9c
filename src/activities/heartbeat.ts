// A sign of life while an activity works, so that a killed worker is noticed in seconds. Called by files of activities.
import { heartbeat } from '@temporalio/activity';

/** Tells Temporal every `everyMs` that the work goes on. */
export async function withHeartbeat<T>(everyMs: number, work: () => Promise<T>): Promise<T> {
  heartbeat();
  const timer = setInterval(() => heartbeat(), everyMs);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
