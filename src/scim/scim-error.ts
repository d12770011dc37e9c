// Any thrown value -> the error answer of RFC 7644 3.12. The only place that knows which kind has which status; nothing of a
// bug's text leaves the process. Called by exchange.ts.
import type { IncomingHttpHeaders } from 'node:http';
import { Types } from 'scimmy';
import { AppError, type ErrorCode, type ErrorKind } from '../errors';
import { presentedSecrets, redactText } from './redaction';

/** An error as the wire shows it. */
export interface ScimError {
  readonly status: number;
  readonly scimType: string | undefined;
  readonly detail: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** What is refused. */
interface Refused {
  readonly requestId: string;
  readonly req: { readonly headers: IncomingHttpHeaders };
}

const statuses: Readonly<Record<ErrorKind, number>> = {
  not_found: 404,
  method: 405,
  conflict: 409,
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  stale: 412,
  too_large: 413,
  unsupported: 415,
  unimplemented: 501,
  limited: 429,
  unavailable: 503,
  bug: 500,
};

const scimTypes: Partial<Record<ErrorCode, string>> = {
  'body.syntax': 'invalidSyntax',
  'body.shape': 'invalidSyntax',
  'body.value': 'invalidValue',
  'query.value': 'invalidValue',
  'cursor.invalid': 'invalidCursor',
  'cursor.expired': 'expiredCursor',
  'cursor.count': 'invalidCount',
  'filter.invalid': 'invalidFilter',
  'path.invalid': 'invalidPath',
  'path.no_target': 'noTarget',
  'attribute.mutability': 'mutability',
  'result.too_many': 'tooMany',
};

/** Seconds after which a client may ask again. */
const retryAfter = '5';

/** The answer to an error. */
export function toScimError(error: unknown): ScimError {
  if (error instanceof AppError) return fromAppError(error);
  if (error instanceof Types.Error) return fromScimmy(error);
  if (hasStatus(error, 400)) return plain(400, 'invalidValue', 'The address cannot be decoded.');
  return plain(500, undefined, new AppError('bug').message);
}

/** The body of an error, without secrets. The request id stands in its last words, for people who see nothing else. */
export function errorBody({ status, scimType, detail }: ScimError, { requestId, req }: Refused): object {
  return {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
    status: String(status),
    ...(scimType === undefined ? {} : { scimType }),
    detail: `${redactText(detail, presentedSecrets(req))} Request ${requestId}`,
  };
}

/** Whether the error is a fault of ours, to be logged with its stack. */
export function isBug(error: unknown): boolean {
  return toScimError(error).status === 500;
}

function fromAppError(error: AppError): ScimError {
  if (error.code === 'body.slow') return plain(408, undefined, error.message);
  if (error.code === 'url.too_long') return plain(414, undefined, error.message);
  const detail = error.kind === 'bug' ? new AppError('bug').message : error.message;
  const scimType = error.kind === 'conflict' ? 'uniqueness' : scimTypes[error.code];
  return { status: statuses[error.kind], scimType, detail, headers: headersOf(error) };
}

function headersOf(error: AppError): Record<string, string> {
  if (error.kind === 'unauthenticated') return { 'WWW-Authenticate': 'Bearer realm="scim"' };
  if (error.kind === 'unavailable') return { 'Retry-After': retryAfter };
  if (error.kind === 'limited') return { 'Retry-After': String(error.details['retryAfter'] ?? retryAfter) };
  if (error.kind === 'method') return { Allow: String(error.details['allow'] ?? 'GET') };
  return {};
}

/** What the library refuses by itself. */
function fromScimmy(error: { status: unknown; scimType?: unknown; message: string }): ScimError {
  const status = Number(error.status);
  if (status < 400 || status >= 500) return plain(500, undefined, new AppError('bug').message);
  return plain(status, typeof error.scimType === 'string' ? error.scimType : undefined, error.message);
}

function hasStatus(error: unknown, status: number): boolean {
  return error instanceof Error && (error as { status?: unknown }).status === status;
}

function plain(status: number, scimType: string | undefined, detail: string): ScimError {
  return { status, scimType, detail, headers: {} };
}
