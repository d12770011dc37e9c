// What arrived and what became of it, one row a request, written in batches after the answer. Never in a request's way: the
// queue is bounded, what does not fit is counted. Called by exchange.ts; the writer is handed in.
import type { IncomingMessage } from 'node:http';
import type { Caller } from '../domain/caller';
import type { IgnoredName } from '../domain/finding';
import type { AnsweredRequest } from '../domain/request-record';
import type { Json, UserProfile } from '../domain/user';
import type { Log } from '../log';
import { AppError } from '../errors';

/** What there is to say of a request. */
export interface LoggedRequest {
  readonly req: IncomingMessage;
  readonly requestId: string;
  readonly receivedAt: Date;
  /** From a steady clock, in milliseconds. */
  readonly startedMs: number;
  readonly url: string;
  caller: (Caller & { readonly credentialId: string }) | undefined;
  body: unknown;
  /** The normalized operations. */
  operations: readonly object[] | undefined;
  readonly warnings: string[];
  /** Names that were left out. */
  readonly ignored: IgnoredName[];
  /** The one resource an answer is about. */
  target: { readonly location: string; readonly version: string } | undefined;
  /** The id of the resource the request is about. */
  subjectId: string | undefined;
  /** What was done, in one word. */
  decision: string | undefined;
  /** What it touched, where that is not one user. */
  affected: Json | undefined;
  change: { readonly before: UserProfile; readonly after: UserProfile } | undefined;
}

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

interface Waiting {
  readonly request: LoggedRequest;
  readonly statusCode: number;
  readonly scimType: string | undefined;
  readonly durationMs: number;
}

const queueLimit = 10_000;
const batchSize = 500;
const payloadLimit = 16_384;
const queryLimit = 4096;
/** Larger bodies are noted by size alone, so that the queue stays small. */
const bodyLimit = 65_536;
const retryMs = 2000;
/** Rows promised ahead at rest: what a crash may be thought to have cost at most. */
const leastRoom = 16;

/** Makes the log. */
export function createRequestLog({ write, log, flushMs = 200 }: Dependencies): RequestLog {
  const queue: Waiting[] = [];
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

function toRow({ request, statusCode, scimType, durationMs }: Waiting): AnsweredRequest {
  const { caller, req, subjectId, change, decision, warnings } = request;
  const fields = change === undefined ? undefined : changedFields(change.before, change.after);
  const isSame = fields?.length === 0 && decision === 'changed';
  return {
    organizationId: caller?.organizationId ?? 0,
    requestId: request.requestId,
    credentialId: caller?.credentialId ?? null,
    clientRequestId: clientId(req.headers['client-request-id']),
    receivedAt: request.receivedAt,
    method: (req.method ?? '').slice(0, 8),
    path: pathOf(request.url).slice(0, 500),
    subjectId: subjectId ?? null,
    statusCode,
    scimType: scimType ?? null,
    decision: isSame ? 'unchanged' : (decision ?? null),
    affected: request.affected ?? affectedUser(subjectId, fields, isManagerChange(request) && statusCode >= 400),
    warnings: warnings.length === 0 ? null : warnings.slice(0, 50),
    payload: payloadOf(request),
    durationMs,
    ignored: request.ignored,
  };
}

function affectedUser(subjectId: string | undefined, fields: string[] | undefined, isReference: boolean): Json {
  if (subjectId === undefined) return null;
  return { user: subjectId, ...(fields && { fields }), ...(isReference && { reference: 'manager' }) };
}

/** Whether a PATCH is about nothing but the manager: directories count its failure apart. */
function isManagerChange({ req, operations = [] }: LoggedRequest): boolean {
  const paths = operations.map((it) => (it as { readonly path?: unknown }).path);
  return (
    req.method === 'PATCH' && paths.length > 0 && paths.every((path) => /(^|:)manager(\.\w+)?$/.test(String(path)))
  );
}

/** Entra's own id of the request, where it is one. */
function clientId(header: string | string[] | undefined): string | null {
  return typeof header === 'string' && /^[\x21-\x7e]{1,64}$/.test(header) ? header : null;
}

function changedFields(before: UserProfile, after: UserProfile): string[] {
  if (before === after) return [];
  const names = Object.keys(after) as (keyof UserProfile)[];
  return names.filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
}

/** Without the query: a filter may hold an address, and the path is kept for longer than the payload. */
function pathOf(url: string): string {
  return url.split('?', 1)[0] ?? '';
}

/** The query, the body and what was read out of it, without secrets, cut at 16 KiB. */
function payloadOf({ url, body, operations, req }: LoggedRequest): string | null {
  const start = pathOf(url).length + 1;
  const query = url.slice(start, start + queryLimit) || undefined;
  if (body === undefined) return query === undefined ? null : JSON.stringify({ query });
  const sizeBytes = Number(req.headers['content-length'] ?? 0);
  if (sizeBytes > bodyLimit) return JSON.stringify({ query, sizeBytes });
  return JSON.stringify({ query, body, operations }, redact).slice(0, payloadLimit);
}

const secret = /password|passwd|secret|token|assertion|authorization/i;

function redact(key: string, value: unknown): unknown {
  if (secret.test(key)) return '[redacted]';
  const path = (value as { path?: unknown } | null)?.path;
  const isSecret = typeof path === 'string' && secret.test(path);
  return isSecret ? { ...(value as object), value: '[redacted]' } : value;
}
