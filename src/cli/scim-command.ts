// `uptake scim log` and `uptake scim health`: what the directory sent, and how it fares.
import type { Caller } from '../domain/caller';
import type { RequestHistory, RequestPage, ScimHealth } from '../service/request-history';
import type { Output } from './output';
import { shownChange } from './requested-change';
import type { LogWish } from './scim-verbs';

interface Parts {
  readonly history: RequestHistory;
  readonly caller: Caller;
  readonly output: Output;
}

type Item = RequestPage['items'][number];

/** Shows a page of requests; a single one with its body and what it changed. */
export async function showRequests({ history, caller, output }: Parts, wish: LogWish): Promise<void> {
  const { user, request: requestId, status: statusCode, before, limit } = wish;
  const { items, next } = await history.ask(caller, {
    limit,
    ...(user !== undefined && { user }),
    ...(requestId !== undefined && { requestId }),
    ...(statusCode !== undefined && { statusCode }),
    ...(before !== undefined && { before }),
  });
  const cursor = next === undefined ? null : `${next.receivedAt.toISOString()}/${next.id}`;
  const lines = items.flatMap((it) => [line(it), ...(it.changes === undefined ? [] : details(it))]);
  const more = cursor === null ? [] : [`More: --before ${cursor}`];
  output.result(
    { items: items.map(shown), next_cursor: cursor },
    items.length === 0 ? ['No request.'] : [...lines, ...more],
  );
}

/**
 * Shows the share of failures against the lines of Entra's quarantine; answers whether the directory is clear of them, which is
 * when the alert about failures is, or would be, closed.
 */
export async function showHealth({ history, caller, output }: Parts, hours: number): Promise<boolean> {
  const it = await history.health(caller, hours);
  output.result(
    {
      since: it.since.toISOString(),
      requests: it.requests,
      failures: it.failures,
      reference_failures: it.referenceFailures,
      by_status: it.byStatus,
      ratio: it.ratio,
      state: it.state,
      line: it.line,
      failures_left: it.failuresLeft,
      recent_ratio: it.recentRatio,
      expected_in_s: it.expectedInMs === null ? null : Math.round(it.expectedInMs / 1000),
      last_request_at: it.lastAt?.toISOString() ?? null,
      silent: it.isSilent,
      dropped: it.missing.dropped,
      lost_least: it.missing.lostLeast,
      lost_most: it.missing.lostMost,
    },
    [
      `${it.requests} requests since ${it.since.toISOString()}, ${it.failures} failed (${percent(it.ratio)} without members and managers; ${percent(it.recentRatio)} within the last 40 minutes): ${it.state.replaceAll('_', ' ')}`,
      ...Object.entries(it.byStatus).map(([status, count]) => `  ${status}  ${count}`),
      lineAhead(it),
      ...(it.isSilent ? [`The directory is silent since ${it.lastAt?.toISOString()}.`] : []),
      ...missingLines(it.missing),
    ],
  );
  return it.state === 'ok';
}

function lineAhead(it: ScimHealth): string {
  const { expectedInMs, failuresLeft } = it;
  if (failuresLeft === 0 || expectedInMs === 0) return `Entra quarantines such a job (${it.line}).`;
  const next = `${failuresLeft} failures until Entra's next line`;
  return expectedInMs === null
    ? `${next}.`
    : `${next}; at this pace it is crossed in ${hoursOf(expectedInMs)} hours (${it.line}).`;
}

function hoursOf(ms: number): string {
  return (ms / 3_600_000).toFixed(1);
}

function percent(ratio: number): string {
  return `${(ratio * 100).toFixed(1)} %`;
}

function missingLines({ dropped, lostLeast, lostMost }: ScimHealth['missing']): string[] {
  if (dropped + lostMost === 0) return [];
  return [`Not in the log of this installation: ${dropped} dropped, ${lostLeast} to ${lostMost} lost in crashes.`];
}

function shown(it: Item): object {
  return {
    request_id: it.requestId,
    received_at: it.receivedAt.toISOString(),
    method: it.method,
    path: it.path,
    status: it.statusCode,
    scim_type: it.scimType,
    decision: it.decision,
    user_id: it.subjectId,
    affected: it.affected,
    warnings: it.warnings,
    duration_ms: it.durationMs,
    credential_id: it.credentialId,
    client_request_id: it.clientRequestId,
    payload: payloadOf(it),
    ...(it.changes === undefined
      ? {}
      : {
          changes: it.changes.map(shownChange),
        }),
  };
}

/** A body that was cut is no JSON any more and stays text. */
function payloadOf({ payload }: Item): unknown {
  if (payload === null) return null;
  try {
    return JSON.parse(payload) as unknown;
  } catch {
    return payload;
  }
}

function line(it: Item): string {
  const { receivedAt, statusCode, method, path, decision, requestId } = it;
  const asked = `${method.padEnd(6)} ${path}${queryOf(it)}`;
  return `${receivedAt.toISOString()}  ${statusCode} ${asked}  ${decision ?? ''}  ${requestId}`;
}

/** The query as it was sent, while it is kept. */
function queryOf(it: Item): string {
  const query = (payloadOf(it) as { readonly query?: unknown } | null)?.query;
  return typeof query === 'string' ? `?${query}` : '';
}

function details({ payload, changes = [], warnings }: Item): string[] {
  return [
    ...(payload === null ? [] : [`  sent      ${payload}`]),
    ...(warnings === null ? [] : [`  warnings  ${JSON.stringify(warnings)}`]),
    ...changes.map(
      (it) => `  change    ${it.action} ${it.targetKind} ${it.targetId ?? ''} ${JSON.stringify(it.detail)}`,
    ),
  ];
}
