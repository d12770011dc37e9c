// POST events: batches of activity from the apps or a bridge. Called by router.ts.
import { Router, type Request, type Response } from 'express';
import { AppError } from '../errors';
import type { Access } from '../service/access';
import type { Ingestion } from '../service/ingestion';
import type { RateLimits } from '../service/rate-limits';
import { callerOf, requireScope } from './bearer-token';
import { readEvent } from './event-reading';
import { readJson } from './json-body';
import { limitRate } from './rate-limit';
import { reply } from './reply';
import { refuseMethod } from './route';
import { batchShape, read, toIngested } from './shapes';

interface Dependencies {
  readonly access: Pick<Access, 'apiCaller'>;
  readonly ingestion: Pick<Ingestion, 'ingest'>;
  readonly rateLimits: RateLimits;
}

const mostEvents = 500;

/** The routes under `/v1/events`. */
export function createEventRoutes({ access, ingestion, rateLimits }: Dependencies): Router {
  const router = Router({ caseSensitive: true });
  const guards = [requireScope(access, 'Event Ingestion'), limitRate(rateLimits, 'events')];

  const ingest = async (req: Request, res: Response): Promise<void> => {
    const { source, events } = read(batchShape, await readJson(req), 'body.value');
    if (events.length > mostEvents) throw new AppError('body.too_large', { limit: `${mostEvents} events` });
    const result = await ingestion.ingest(callerOf(res), { source, events: events.map(readEvent) });
    reply(res, 202, toIngested(result));
  };

  router.route('/').post(guards, ingest).all(refuseMethod('POST'));
  return router;
}
