// The hot door: an express Router that no app owns answers what Entra sends all day (read, filter, list, create and PATCH of
// users and groups); all else falls through untouched. Called by app.ts before the express app, whose request objects cost too much.
import type { IncomingMessage, ServerResponse } from 'node:http';
import express from 'express';
import type { Exchange, Exchanges } from './exchange';
import { readBody } from './limits';
import type { Answer } from './reply';
import { takesBody } from './routes';
import { isResourceId } from './resource';
import { type AllVerbs } from './verbs';

/** A door of the listener. `next` is called only for requests the door has not begun. */
export type Door = (req: IncomingMessage, res: ServerResponse, next: (error?: unknown) => void) => void;

interface Dependencies extends AllVerbs {
  readonly exchanges: Exchanges;
}

type Work = (exchange: Exchange, id: string) => Promise<Pick<Answer, 'status' | 'body'>>;
type Routed = IncomingMessage & { params: { id?: string } };

const bases = ['/scim/v2', '/scim'];

/** Makes the hot door. */
export function createHotDoor({ exchanges, users, groups }: Dependencies): Door {
  const serve =
    (work: Work): Door =>
    (req, res, next) => {
      const { id } = (req as Routed).params;
      if (id !== undefined && !isResourceId(id)) return next();
      void run(exchanges, exchanges.open(req, res), (exchange) => work(exchange, id ?? ''));
    };
  const router = express.Router();
  const bare = router as unknown as Record<'get' | 'post' | 'patch', (paths: string[], door: Door) => void> & Door;
  for (const verbs of [users, groups]) {
    const collection = bases.map((base) => base + verbs.schema.endpoint);
    const resource = collection.map((path) => `${path}/:id`);
    bare.get(
      collection,
      serve(async (exchange) => ({ status: 200, body: await verbs.list(exchange.query, exchange) })),
    );
    bare.post(
      collection,
      serve(async (exchange) => ({ status: 201, body: await verbs.create(exchange.body, exchange) })),
    );
    bare.get(
      resource,
      serve(async (exchange, id) => ({ status: 200, body: await verbs.get(id, exchange) })),
    );
    bare.patch(
      resource,
      serve(async (exchange, id) => {
        const body = await verbs.patch(id, exchange.body, exchange);
        return { status: body === undefined ? 204 : 200, body };
      }),
    );
  }
  return (req, res, next) => {
    // A Router would answer OPTIONS by itself and take HEAD for GET.
    const isHot = req.method === 'GET' || req.method === 'POST' || req.method === 'PATCH';
    if (isHot) bare(req, res, next);
    else next();
  };
}

/** From here on the request is ours: whatever happens, it is answered here. */
async function run(
  exchanges: Exchanges,
  exchange: Exchange,
  work: (exchange: Exchange) => ReturnType<Work>,
): Promise<void> {
  try {
    await exchanges.authenticate(exchange);
    if (takesBody(exchange.req.method ?? '')) exchange.body = await readBody(exchange.req);
    exchanges.answer(exchange, await work(exchange));
  } catch (error) {
    exchanges.fail(exchange, error);
  }
}
