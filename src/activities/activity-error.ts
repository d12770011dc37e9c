// How an error of ours looks to Temporal: a code, whether to try again, and when. Never a sentence, a value or a cause, since
// failures stand in histories. Each is logged once, here. Called by every file of activities.
import { ApplicationFailure, TemporalFailure } from '@temporalio/common';
import { toAppError, type AppError, type ErrorKind } from '../errors';
import type { Log } from '../log';

/** Worth another try: the database or a relay is away, a version moved, or nobody knows (a bug, tried to its limit). */
const retryable: readonly ErrorKind[] = ['unavailable', 'stale', 'limited', 'bug'];

/** The error types workflows never retry: somebody has to mend a template or a setting first. */
export type FinalFailure = 'TemplateError' | 'ConfigError';

/** A failure that is tried again after a time of our choosing. */
export function retryAfter(code: string, ms: number): ApplicationFailure {
  return ApplicationFailure.create({ message: code, type: code, nextRetryDelay: Math.max(1, Math.ceil(ms)) });
}

/** A failure that waits for a person. */
export function finalFailure(type: FinalFailure, code: string): ApplicationFailure {
  return ApplicationFailure.create({ message: code, type, nonRetryable: true });
}

/** Any thrown value as Temporal's failure; what is one already passes. */
export function toFailure(error: unknown): Error {
  if (error instanceof TemporalFailure) return error;
  const it = toAppError(error);
  if (it.code === 'template.failed') return finalFailure('TemplateError', it.code);
  if (it.kind === 'limited') return retryAfter(it.code, waitMs(it));
  return ApplicationFailure.create({ message: it.code, type: it.code, nonRetryable: !retryable.includes(it.kind) });
}

/** Wraps an activity: its errors are logged once, with the verb, and translated. */
export function createGuard(log: Pick<Log, 'warn' | 'error'>) {
  return <A, R>(verb: string, work: (args: A) => Promise<R>) =>
    async (args: A): Promise<R> => {
      try {
        return await work(args);
      } catch (error) {
        const isPlanned = error instanceof TemporalFailure;
        if (!isPlanned) log[toAppError(error).kind === 'bug' ? 'error' : 'warn']({ verb, error }, 'an activity failed');
        throw toFailure(error);
      }
    };
}

function waitMs(error: AppError): number {
  const seconds = error.details['retryAfter'];
  return (typeof seconds === 'number' ? seconds : 1) * 1000;
}
