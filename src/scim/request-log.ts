// What arrived and what became of it, one row a request, written in batches after the answer. Never in a request's way: the
// queue is bounded, what does not fit is counted. Called by exchange.ts; the writer is handed in.
import type { AnsweredRequest } from '../domain/request-record';
import type { Log } from '../log';
import { AppError } from '../errors';
import type { LoggedRequest } from './logged-request';
import { type Finished, toRow } from './request-row';

/** The log of one process. */
export interface RequestLog {
  /** Notes an answered request of a known caller. Never throws, never waits. */
  add(request: LoggedRequest, statusCode: number, scimType?: string): void;
  /** Rows waiting, and rows lost to overflow or refused by the database since the start. */
  stats(): { readonly queued: number; readonly dropped: number };
  /** Promises the rows that may come next, before they come. */
  promise(): Promise<void>;
  /** Writes what waits, once, and stops. */
  close(): Promise<void>;
}

/** Rows of this process: how far its count may have come before the next promise, and how many it gave up. */
export interface LogPromise {
  readonly promised: number;
  readonly dropped: number;
}

interface Dependencies {
  /** Writes rows and what is promised beyond them, all or none. */
  readonly write: (rows: readonly AnsweredRequest[], promise: LogPromise) => Promise<void>;
  readonly log: Log;
  readonly flushMs?: number;
}

const queueLimit = 10_000;
const batchSize = 500;
const retryMs = 2000;
/** Rows promised ahead at rest: what a crash may be thought to have cost at most. */
const leastRoom = 16;

/** Makes the log. */
export function createRequestLog({ write, log, flushMs = 200 }: Dependencies): RequestLog {
  const queue: Finished[] = [];
  let dropped = 0;
  let accepted = 0;
  let promised = 0;
  let room = leastRoom;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;

  const schedule = (delayMs: number): void => {
    timer ??= setTimeout(() => {
      timer = undefined;
      running = flush().finally(() => (running = undefined));
    }, delayMs).unref();
  };

  const flush = async (): Promise<void> => {
    const batch = queue.splice(0, batchSize);
    if (batch.length === 0) return;
    room = Math.max(leastRoom, 4 * batch.length);
    const isWritten = await attempt(batch.map(toRow));
    if (!isWritten) queue.unshift(...batch.slice(0, Math.max(0, queueLimit - queue.length)));
    if (queue.length > 0) schedule(isWritten ? 0 : retryMs);
  };

  /** A promise stands once it is written. */
  const keep = async (rows: readonly AnsweredRequest[]): Promise<void> => {
    const next = Math.max(promised, accepted + room);
    await write(rows, { promised: next, dropped });
    promised = Math.max(promised, next);
  };

  /** False when the database is away: the rows are kept. A row it refuses is lost, and counted. */
  const attempt = async (rows: readonly AnsweredRequest[]): Promise<boolean> => {
    try {
      await keep(rows);
      return true;
    } catch (error) {
      if (error instanceof AppError && error.kind === 'unavailable') return false;
      if (rows.length > 1) {
        for (const row of rows) await attempt([row]);
        return true;
      }
      dropped += 1;
      log.error({ error, requestId: rows[0]?.requestId }, 'a row of the SCIM request log was refused');
      return true;
    }
  };

  return {
    add: (request, statusCode, scimType) => {
      accepted += 1;
      if (queue.length >= queueLimit) {
        dropped += 1;
        if (dropped % 1000 === 1) log.warn({ dropped }, 'the SCIM request log overflows');
        return;
      }
      queue.push({ request, statusCode, scimType, durationMs: performance.now() - request.startedMs });
      if (accepted === promised + 1) {
        clearTimeout(timer);
        timer = undefined;
      }
      schedule(accepted > promised ? 0 : flushMs);
    },
    promise: () => keep([]),
    stats: () => ({ queued: queue.length, dropped }),
    close: async () => {
      clearTimeout(timer);
      await running;
      for (let left = Math.ceil(queue.length / batchSize); left > 0; left -= 1) await flush();
      clearTimeout(timer);
    },
  };
}
