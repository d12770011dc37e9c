// The listener of the web role: health first, then SCIM's hot door and its app, then the express app of the other routers.
import express from 'express';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Router } from 'express';
import { AppError } from './errors';
import type { Health } from './health';
import type { NewId } from './ids';

/** A handler over Node's own request and response. */
export type Handler = (req: IncomingMessage, res: ServerResponse) => void;

/** The SCIM service provider's two doors. */
export interface ScimDoors {
  /** Takes GET, POST and PATCH of the hot routes; calls next, with an error or without, only before it has begun. */
  readonly hot: (req: IncomingMessage, res: ServerResponse, next: (error?: unknown) => void) => void;
  readonly app: Handler;
  readonly answerError: (error: unknown, req: IncomingMessage, res: ServerResponse) => void;
  /** Answers an error without a look at the token. */
  readonly refuse: (error: unknown, req: IncomingMessage, res: ServerResponse) => void;
}

interface Parts {
  readonly scim: ScimDoors;
  /** POST /oauth/token. */
  readonly oauthToken: Handler;
  readonly api: Router;
  readonly console: Router;
  readonly health: Health;
  readonly newId: NewId;
  /** Proxy hops in front of this process (TRUST_PROXY). */
  readonly trustProxy: number;
  /** Whether requests may be served; until the schema is there everything but health is 503. */
  readonly isOpen: () => boolean;
}

const hotMethods = new Set(['GET', 'POST', 'PATCH']);
/** Longest URL taken, in bytes (safety of parsers and logs); the listener takes longer heads, so that it is told. */
const longestUrl = 16_384;

/** Joins the finished parts to one listener. */
export function createApp({ scim, api, console, trustProxy, ...parts }: Parts): RequestListener {
  const { oauthToken, health, newId, isOpen } = parts;
  const pages = express();
  pages.disable('x-powered-by');
  pages.disable('etag');
  pages.set('trust proxy', trustProxy);
  pages.use('/api', api);
  pages.use(console);

  const provision: Handler = (req, res) => {
    if (!hotMethods.has(req.method ?? '')) return scim.app(req, res);
    scim.hot(req, res, (error) => (error ? scim.answerError(error, req, res) : scim.app(req, res)));
  };
  return (req, res) => {
    toOriginForm(req);
    const path = pathOf(req.url ?? '/');
    if (path === '/livez') return answer(res, 200, { status: 'alive' });
    if (path === '/readyz') return void ready(health, isOpen(), res);
    const isScim = isScimPath(path);
    if (!isOpen()) return isScim ? scim.refuse(new AppError('database.migrating'), req, res) : closed(res);
    if ((req.url ?? '').length > longestUrl) {
      const error = new AppError('url.too_long');
      return isScim ? scim.answerError(error, req, res) : tooLong(error, newId(), res);
    }
    if (path === '/oauth/token') return oauthToken(req, res);
    return isScim ? provision(req, res) : pages(req, res);
  };
}

/** Who is told "ready" sends work at once, so the doors are open by then. */
async function ready(health: Health, isOpen: boolean, res: ServerResponse): Promise<void> {
  const { isReady, body } = await health.readiness();
  if (isReady && !isOpen) return answer(res, 503, { ...body, status: 'starting' });
  answer(res, isReady ? 200 : 503, body);
}

/** The API's form; a browser shows it as well. */
function closed(res: ServerResponse): void {
  const { message } = new AppError('database.migrating');
  res.setHeader('Retry-After', '5');
  answer(res, 503, { error: true, code: 'unavailable', description: message });
}

/** The API's form likewise. */
function tooLong({ message }: AppError, requestId: string, res: ServerResponse): void {
  res.setHeader('X-Request-Id', requestId);
  answer(res, 414, { error: true, code: 'too_large', description: message });
}

/** A client may name the server in its request line; then that counts, not the header. Source: RFC 9112 3.2.2. */
function toOriginForm(req: IncomingMessage): void {
  if (req.url === undefined || req.url.startsWith('/')) return;
  const [, authority, rest = ''] = /^https?:\/\/(?:[^/?#@]*@)?([^/?#@]*)(.*)$/is.exec(req.url) ?? [];
  if (!authority) return;
  req.headers.host = authority;
  req.url = rest.startsWith('/') ? rest : `/${rest}`;
}

/** Whether a path means SCIM, in any spelling: what is not quite its address is told so in its words, never in the console's. */
function isScimPath(path: string): boolean {
  return /^\/+scim(?:\/|$)/i.test(path.includes('%') ? decoded(path) : path);
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function answer(res: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body);
  res.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
  });
  res.end(text);
}

function pathOf(url: string): string {
  const end = url.indexOf('?');
  return end === -1 ? url : url.slice(0, end);
}
