// An answered request -> its row of the request log, without secrets. Pure; called by request-log.ts when the row is written.
import type { AnsweredRequest } from '../domain/request-record';
import type { Json, UserProfile } from '../domain/user';
import { ignored } from './coerce';
import type { LoggedRequest } from './logged-request';
import { isResourceId } from './resource';
import {
  isSuspect,
  presentedSecrets,
  redactExpression,
  redactPath,
  redactQuery,
  redactText,
  redactValue,
} from './redaction';

/** A request and how it ended. */
export interface Finished {
  readonly request: LoggedRequest;
  readonly statusCode: number;
  readonly scimType: string | undefined;
  readonly durationMs: number;
}

const payloadLimit = 16_384;
const queryLimit = 4096;
/** Whom a request is found by beside its subject; a larger group is found by its own id alone. */
const mostConcerned = 100_000;
/** Larger bodies are noted by size alone. */
const bodyLimit = 65_536;

/** Makes the row. */
export function toRow({ request, statusCode, scimType, durationMs }: Finished): AnsweredRequest {
  const { caller, req, change, decision } = request;
  const path = pathOf(request.url);
  const subjectId = request.subjectId ?? subjectOf(path);
  const fields = change === undefined ? undefined : changedFields(change.before, change.after);
  const isSame = fields?.length === 0 && decision === 'changed';
  const known = presentedSecrets(req);
  const concerned = new Set(request.concerned.filter(isResourceId));
  concerned.delete(subjectId ?? '');
  const warnings = [...(concerned.size > mostConcerned ? ['people_omitted'] : []), ...request.warnings];
  return {
    organizationId: caller?.organizationId ?? 0,
    requestId: request.requestId,
    credentialId: caller?.credentialId ?? null,
    clientRequestId: clientId(req.headers['client-request-id'], known),
    receivedAt: request.receivedAt,
    method: (req.method ?? '').slice(0, 8),
    path: redactPath(path, known).slice(0, 500),
    subjectId: subjectId ?? null,
    concerned: [...concerned].slice(0, mostConcerned),
    takenNames: request.takenNames,
    statusCode,
    scimType: scimType ?? null,
    decision: isSame ? 'unchanged' : (decision ?? null),
    affected:
      request.affected ?? affectedUser(request.subjectId, fields, isManagerChange(request) && statusCode >= 400),
    warnings: warnings.length === 0 ? null : warnings.slice(0, 50).map((it) => redactWarning(it, known)),
    payload: payloadOf(request, known),
    durationMs,
    ignored: request.ignored.map((it) => ({ ...it, name: redactExpression(it.name, known) })),
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
function clientId(header: string | string[] | undefined, known: readonly string[]): string | null {
  const isId = typeof header === 'string' && /^[\x21-\x7e]{1,64}$/.test(header) && redactText(header, known) === header;
  return isId ? header : null;
}

/** A warning that names what was left out repeats a text of the client. */
function redactWarning(warning: string, known: readonly string[]): string {
  const start = ignored('');
  return warning.startsWith(start)
    ? start + redactExpression(warning.slice(start.length), known)
    : redactText(warning, known);
}

function changedFields(before: UserProfile, after: UserProfile): string[] {
  if (before === after) return [];
  const names = Object.keys(after) as (keyof UserProfile)[];
  return names.filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
}

/** The resource a path names, for what was refused before anybody looked at it. */
function subjectOf(path: string): string | undefined {
  const id = /\/(?:users|groups)\/([^/]+)\/?$/i.exec(path)?.[1];
  return id !== undefined && isResourceId(id) ? id : undefined;
}

/** Without the query: a filter may hold an address, and the path is kept for longer than the payload. */
function pathOf(url: string): string {
  return url.split('?', 1)[0] ?? '';
}

/** The query, the body and what was read out of it, without secrets, cut at 16 KiB. */
function payloadOf({ url, body, operations, req }: LoggedRequest, known: readonly string[]): string | null {
  const sent = url.slice(pathOf(url).length + 1);
  // Cut last: half an assertion would not be known for one.
  const query = redactQuery(sent, known).slice(0, queryLimit) || undefined;
  if (body === undefined) return query === undefined ? null : JSON.stringify({ query });
  const sizeBytes = Number(req.headers['content-length'] ?? 0);
  if (sizeBytes > bodyLimit) return JSON.stringify({ query, sizeBytes });
  const text = JSON.stringify({ query, body, operations });
  if (!isSuspect(text, known)) return text.slice(0, payloadLimit);
  const clean = redactValue({ body, operations }, known) as object;
  return JSON.stringify({ query, ...clean }).slice(0, payloadLimit);
}
