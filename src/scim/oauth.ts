// POST /oauth/token: OAuth client credentials for SCIM. Called by app.ts; over Node's own request and response.
// Source: RFC 6749 4.4 and 5.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { AppError } from '../errors';
import type { NewId } from '../ids';
import type { Log } from '../log';
import { clientAddress } from './client-address';
import { hasPendingBody } from './limits';
import {
  readForm,
  readTokenRequest,
  refusalOf,
  usesBasic,
  type OAuthRefusal,
  type TokenRequest,
} from './oauth-request';

/** What is needed of the grants' service. */
export interface GrantPort {
  /** @throws client.invalid, rate.limited, keys.unavailable */
  grant(
    proof: TokenRequest & { readonly address: string; readonly requestId: string },
  ): Promise<{ readonly accessToken: string; readonly expiresInSeconds: number }>;
}

interface Dependencies {
  readonly grants: GrantPort;
  readonly newId: NewId;
  readonly log: Log;
  /** Proxy hops in front of this process. */
  readonly trustProxy: number;
  /** From the start of a request to its answer. */
  readonly deadlineMs?: number;
}

/** The token endpoint. */
export type TokenEndpoint = (req: IncomingMessage, res: ServerResponse) => void;

type Answer = Pick<OAuthRefusal, 'status'> & {
  readonly body: object;
  readonly headers?: Readonly<Record<string, string>>;
};

const usualDeadlineMs = 10_000;

/** Makes the endpoint. */
export function createTokenEndpoint(dependencies: Dependencies): TokenEndpoint {
  const { grants, newId, log, trustProxy, deadlineMs = usualDeadlineMs } = dependencies;
  const serve = async (req: IncomingMessage, requestId: string): Promise<Answer> => {
    const asked = readTokenRequest(req, await readForm(req));
    const address = clientAddress(req, trustProxy);
    const { accessToken, expiresInSeconds } = await grants.grant({ ...asked, address, requestId });
    const token = { access_token: accessToken, token_type: 'Bearer', expires_in: expiresInSeconds, scope: 'scim' };
    return { status: 200, body: token };
  };
  return (req, res) => {
    const requestId = newId();
    const answer = (it: Answer): void => {
      clearTimeout(timer);
      if (!res.headersSent) send(req, res, requestId, it);
    };
    const fail = (error: unknown): void => {
      const refusal = toRefusal(error);
      if (refusal.status === 500) log.error({ error, requestId }, 'a token request failed');
      else log.info({ requestId, status: refusal.status, reason: refusal.error }, 'a token request was refused');
      answer(refused(req, refusal, requestId, error));
    };
    const late = (): void => fail(new AppError(hasPendingBody(req) ? 'body.slow' : 'deadline.passed'));
    const timer = setTimeout(late, deadlineMs).unref();
    if (req.method === 'POST') serve(req, requestId).then(answer, fail);
    else fail(new AppError('route.method', { allow: 'POST' }));
  };
}

const unavailable = (status: number, description: string): OAuthRefusal => ({
  status,
  error: 'temporarily_unavailable',
  description,
});

/** A thrown value in the words of RFC 6749; what it has no word for keeps its status. */
function toRefusal(error: unknown): OAuthRefusal {
  const refusal = refusalOf(error);
  if (refusal !== undefined) return refusal;
  const bug: OAuthRefusal = { status: 500, error: 'server_error', description: new AppError('bug').message };
  if (!(error instanceof AppError)) return bug;
  const { code, kind, message } = error;
  if (code === 'client.invalid') return { status: 401, error: 'invalid_client', description: message };
  if (code === 'body.slow') return unavailable(408, message);
  if (kind === 'method') return { status: 405, error: 'invalid_request', description: message };
  if (kind === 'limited') return unavailable(429, message);
  if (kind === 'unavailable') return unavailable(503, message);
  return bug;
}

function refused(req: IncomingMessage, refusal: OAuthRefusal, requestId: string, thrown: unknown): Answer {
  const { status, error, description } = refusal;
  const details = thrown instanceof AppError ? thrown.details : {};
  const headers: Record<string, string> = {};
  if (status === 401 && usesBasic(req)) headers['WWW-Authenticate'] = 'Basic realm="scim"';
  if (status === 405) headers['Allow'] = 'POST';
  if (status === 429) headers['Retry-After'] = String(details['retryAfter'] ?? 60);
  if (status === 503) headers['Retry-After'] = '5';
  return { status, body: { error, error_description: `${description} Request ${requestId}` }, headers };
}

function send(req: IncomingMessage, res: ServerResponse, requestId: string, { status, body, headers }: Answer): void {
  const text = JSON.stringify(body);
  res.writeHead(status, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(text),
    'Cache-Control': 'no-store',
    Pragma: 'no-cache',
    'X-Request-Id': requestId,
    ...headers,
    ...(hasPendingBody(req) ? { Connection: 'close' } : {}),
  });
  res.end(req.method === 'HEAD' ? undefined : text);
}
