// The API as one express router, mounted at /api: request id, then per route token, scope, rate, body, handler; last the
// answer to whatever was thrown. Built by compose/web and by tests.
import { Router, type NextFunction, type Request, type Response } from 'express';
import type { Clock } from '../clock';
import { AppError } from '../errors';
import type { NewId } from '../ids';
import type { Log } from '../log';
import type { Access } from '../service/access';
import type { Adoption } from '../service/adoption';
import type { Ingestion } from '../service/ingestion';
import type { RateLimits } from '../service/rate-limits';
import { createAdoptionRoutes } from './adoption-routes';
import { answerErrors } from './api-error';
import { createEventRoutes } from './event-routes';
import { createOpenApi } from './openapi';
import { reply } from './reply';
import { refuseMethod } from './route';

/** What the API works with. */
export interface ApiDependencies {
  readonly access: Pick<Access, 'apiCaller'>;
  readonly adoption: Pick<Adoption, 'overview' | 'detail'>;
  readonly ingestion: Pick<Ingestion, 'ingest'>;
  readonly rateLimits: RateLimits;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly log: Log;
}

const longestUrl = 16_384;

/** The API; everything under its mount point is answered by it. */
export function createApi(dependencies: ApiDependencies): Router {
  const router = Router({ caseSensitive: true });
  const document = createOpenApi();
  router.use(begin(dependencies.newId));
  router.use('/v1/adoption', createAdoptionRoutes(dependencies));
  router.use('/v1/events', createEventRoutes(dependencies));
  router
    .route('/v1/openapi.json')
    .get((_req, res) => reply(res, 200, document))
    .all(refuseMethod('GET', 'HEAD'));
  router.use(() => {
    throw new AppError('route.not_found');
  });
  router.use(answerErrors(dependencies.log));
  return router;
}

/** Names the request; a well-formed id of the client's own is kept, so that it can find it in our trail. */
function begin(newId: NewId) {
  return (req: Request, res: Response, next: NextFunction): void => {
    const given = req.get('X-Request-Id') ?? '';
    res.setHeader('X-Request-Id', /^[\w.-]{1,64}$/.test(given) ? given : newId());
    if (req.originalUrl.length > longestUrl) throw new AppError('url.too_long');
    next();
  };
}
