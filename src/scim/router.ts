// The express app of SCIM: everything the hot door leaves, and the same answers for what it takes. Token before body, own
// routes before scimmy's, our errors for all. Called by app.ts.
import type { IncomingMessage, ServerResponse } from 'node:http';
import express, { type NextFunction, type Request, type RequestHandler, type Response } from 'express';
import { SCIMMYRouters } from 'scimmy-routers';
import { AppError } from '../errors';
import type { Bulk } from './bulk';
import type { Discovery } from './discovery';
import type { Exchange, Exchanges } from './exchange';
import { readBody } from './limits';
import type { ReadVerbs } from './role-resource';
import { createRouteCheck, decoded, takesBody } from './routes';
import type { ScimContext } from './scimmy-resource';
import { type Search, searchQuery } from './search';
import type { AllVerbs } from './verbs';

interface Dependencies extends AllVerbs {
  readonly exchanges: Exchanges;
  readonly discovery: Discovery;
  readonly bulk: Bulk;
  readonly search: Search;
  /** Roles and entitlements; empty where they are off. */
  readonly roles: readonly ReadVerbs[];
}

type Handler = (req: Request, res: Response, exchange: Exchange) => void | Promise<void>;

/** Makes the app. @throws server.failed when scimmy-routers no longer ends with the two layers that are taken off */
export function createScimApp({ exchanges, discovery, ...verbs }: Dependencies): express.Express {
  /** Runs a step; the chain goes on unless the request is answered. */
  const step =
    (handler: Handler): RequestHandler =>
    async (req, res, next) => {
      const exchange = exchanges.open(req, res);
      await handler(req, res, exchange);
      if (!exchange.isAnswered) next();
    };
  const checkRoute = createRouteCheck({ withRoles: verbs.roles.length > 0 });
  const app = express();
  app.disable('etag');
  app.disable('x-powered-by');
  app.set('query parser', 'simple');

  const chain = express.Router();
  chain.use(step((_req, _res, exchange) => exchanges.authenticate(exchange)));
  chain.use(step((req, _res, exchange) => pinQuery(req, exchange)));
  chain.use(step((req) => checkRoute(req.method, req.path)));
  chain.use(step((req, _res, exchange) => readIfAny(req, exchange)));
  chain.use(step((_req, res, exchange) => shapeReply(res, exchange, exchanges)));
  chain.use(step((req, _res, exchange) => answerOwn({ exchanges, discovery, ...verbs }, req, exchange)));
  chain.use(mountScimmy(verbs, exchanges));
  chain.use(step(() => Promise.reject(new AppError('route.not_found'))));

  app.use(['/scim/v2', '/scim'], chain);
  // An address that only looks like ours, such as `//scim/v2/Users`: strangers do not learn that either.
  app.use(step((_req, _res, exchange) => exchanges.authenticate(exchange)));
  app.use(step(() => Promise.reject(new AppError('route.not_found'))));
  app.use((error: unknown, req: Request, res: Response, _next: NextFunction) =>
    exchanges.fail(exchanges.open(req, res), error),
  );
  return app;
}

/** Express parses the query anew on each read of `req.query`; the library casts numbers in it, so it gets a copy. */
function pinQuery(req: Request, { query }: Exchange): void {
  const value: unknown = Object.assign(Object.create(null), query);
  Object.defineProperty(req, 'query', { value, writable: true, configurable: true, enumerable: true });
}

async function readIfAny(req: IncomingMessage & { body?: unknown }, exchange: Exchange): Promise<void> {
  if (!takesBody(req.method ?? '')) return;
  exchange.body = await readBody(req);
  req.body = exchange.body;
}

/** Discovery and search: the library's own routes would read input with its filter class. */
async function answerOwn(
  { exchanges, discovery, bulk, search, users, groups, roles }: Dependencies,
  req: Request,
  exchange: Exchange,
): Promise<void> {
  const path = decoded(req.path).toLowerCase();
  const found = discovery(path);
  if (found !== undefined) {
    exchange.target = { location: found.location, version: found.version };
    exchanges.answer(exchange, { status: 200, body: found.body });
  } else if (path.endsWith('/.search')) {
    const query = searchQuery(exchange.body);
    const named = [users, groups, ...roles].filter((kind) => isBelow(path, kind));
    const kinds = named.length > 0 ? named : [users, groups];
    exchanges.answer(exchange, { status: 200, body: await search(kinds, query, exchange) });
  } else if (path === '/bulk') {
    exchanges.answer(exchange, { status: 200, body: await bulk(exchange) });
  } else {
    const kind = roles.find((it) => isBelow(path, it));
    if (kind !== undefined) exchanges.answer(exchange, { status: 200, body: await readOne(kind, path, exchange) });
  }
}

function isBelow(path: string, { schema }: ReadVerbs): boolean {
  return `${path}/`.startsWith(`${schema.endpoint.toLowerCase()}/`);
}

function readOne(kind: ReadVerbs, path: string, exchange: Exchange): Promise<unknown> {
  const id = path.slice(kind.schema.endpoint.length + 1);
  return id === '' ? kind.list(exchange.query, exchange) : kind.get(id, exchange);
}

/** The library answers by `res.send`; ours writes what the hot door writes. */
function shapeReply(res: Response, exchange: Exchange, exchanges: Exchanges): void {
  res.send = (body?: unknown) => {
    exchanges.answer(exchange, { status: res.statusCode, body });
    return res;
  };
}

/** scimmy's routes without its own 404 and error layers, which would answer in their words. */
function mountScimmy(verbs: AllVerbs, exchanges: Exchanges): express.Router {
  const contextOf = (req: IncomingMessage): ScimContext => ({
    ...verbs,
    exchange: exchanges.open(req, (req as Request).res as ServerResponse),
  });
  const router = new SCIMMYRouters({
    type: 'bearer',
    handler: () => '',
    context: contextOf,
    baseUri: () => '',
  });
  return withoutLastLayers(router);
}

/** Takes off the 404 and the error layer. @throws server.failed when they are not what they were */
export function withoutLastLayers<T extends { readonly stack: unknown[] }>(router: T): T {
  const [error, missing] = [router.stack.pop(), router.stack.pop()] as ({ handle?: unknown } | undefined)[];
  const arity = (layer: { handle?: unknown } | undefined): number =>
    typeof layer?.handle === 'function' ? layer.handle.length : -1;
  if (arity(error) !== 4 || arity(missing) !== 2) {
    throw new AppError('server.failed', {
      reason: 'scimmy-routers has changed: its last two layers are not 404 and error.',
    });
  }
  return router;
}
