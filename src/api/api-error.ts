// Any thrown value -> `{"error":true,"code","description"}`. The only place of the API that knows which kind has which
// status. Called as the last layer of router.ts; nothing of a bug's text leaves the process.
import type { NextFunction, Request, Response } from 'express';
import { AppError, toAppError, type ErrorCode, type ErrorKind } from '../errors';
import type { Log } from '../log';
import { reply } from './reply';

const answers: Readonly<Record<ErrorKind, readonly [number, string]>> = {
  not_found: [404, 'not_found'],
  method: [405, 'method_not_allowed'],
  conflict: [409, 'conflict'],
  invalid: [400, 'invalid_request'],
  unauthenticated: [401, 'unauthorized'],
  forbidden: [403, 'scope_missing'],
  stale: [412, 'stale'],
  too_large: [413, 'too_large'],
  unsupported: [415, 'unsupported_type'],
  unimplemented: [404, 'not_found'],
  limited: [429, 'rate_limited'],
  unavailable: [503, 'unavailable'],
  bug: [500, 'unknown_error'],
};

const ownCodes: Readonly<Partial<Record<ErrorCode, string>>> = { 'filter.invalid': 'invalid_filter' };

/** Seconds after which a client may ask again when something we need is down. */
const retryAfter = 5;

/** The error layer of the API's router. */
export function answerErrors(log: Log) {
  return (thrown: unknown, req: Request, res: Response, next: NextFunction): void => {
    if (res.headersSent) return next(thrown);
    const error = isUndecodable(thrown)
      ? new AppError('query.value', { reason: 'The URL cannot be decoded.' })
      : toAppError(thrown);
    const requestId = res.getHeader('X-Request-Id');
    if (error.kind === 'bug') log.error({ error, requestId }, 'api request failed');
    else if (error.kind === 'unavailable') log.warn({ error, requestId }, 'api request could not be answered');
    sendError(req, res, error);
  };
}

function sendError(req: Request, res: Response, error: AppError): void {
  const [status, kindCode] = answers[error.kind];
  setHeaders(res, error);
  // What is left of a body we have not read must not be taken for the next request.
  if (!req.readableEnded && hasBody(req)) res.setHeader('Connection', 'close');
  const isScopeAnswer = error.kind === 'forbidden' && res.locals['scopeAnswersAs401'] === true;
  if (isScopeAnswer) res.setHeader('WWW-Authenticate', 'Bearer');
  const code = ownCodes[error.code] ?? kindCode;
  reply(res, isScopeAnswer ? 401 : status, { error: true, code, description: error.message });
}

function setHeaders(res: Response, { kind, details }: AppError): void {
  if (kind === 'unauthenticated') res.setHeader('WWW-Authenticate', 'Bearer');
  if (kind === 'unavailable') res.setHeader('Retry-After', retryAfter);
  if (kind === 'method') res.setHeader('Allow', String(details['allow']));
  if (kind !== 'limited') return;
  res.setHeader('Retry-After', Number(details['retryAfter']));
  res.setHeader('RateLimit-Limit', Number(details['limit']));
  res.setHeader('RateLimit-Remaining', 0);
  res.setHeader('RateLimit-Reset', Number(details['retryAfter']));
}

function hasBody(req: Request): boolean {
  return req.headers['transfer-encoding'] !== undefined || Number(req.headers['content-length'] ?? 0) > 0;
}

function isUndecodable(thrown: unknown): boolean {
  return thrown instanceof URIError;
}
