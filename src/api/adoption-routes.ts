// POST adoption/overview (the compatible endpoint) and GET adoption/detail. Called by router.ts.
import { Router, type Request, type Response } from 'express';
import { AppError } from '../errors';
import type { Access } from '../service/access';
import type { Adoption } from '../service/adoption';
import type { Clock } from '../clock';
import { instantText } from '../domain/instant';
import type { RateLimits } from '../service/rate-limits';
import { answerScopeAs401, callerOf, requireScope } from './bearer-token';
import { limitRate } from './rate-limit';
import { reply } from './reply';
import { refuseMethod } from './route';
import { detailQuery, read, toDetail, toOverview } from './shapes';

interface Dependencies {
  readonly access: Pick<Access, 'apiCaller'>;
  readonly adoption: Pick<Adoption, 'overview' | 'detail'>;
  readonly rateLimits: RateLimits;
  readonly clock: Clock;
}

/** The routes under `/v1/adoption`. */
export function createAdoptionRoutes({ access, adoption, rateLimits, clock }: Dependencies): Router {
  const router = Router({ caseSensitive: true });
  const guards = [requireScope(access, 'Onboarding & Adoption'), limitRate(rateLimits, 'adoption')];

  /** Takes no body and no query; both are ignored. Also answers without the slash at the end. */
  const overview = async (_req: Request, res: Response): Promise<void> => {
    reply(res, 200, toOverview(await adoption.overview(callerOf(res))));
  };

  const detail = async (req: Request, res: Response): Promise<void> => {
    const { as_of: asOf } = read(detailQuery, req.query, 'query.value');
    if (asOf !== undefined && asOf > instantText(clock.now()))
      throw new AppError('query.value', { reason: '"as_of" lies in the future.' });
    reply(res, 200, toDetail(await adoption.detail(callerOf(res), { asOf })));
  };

  router.route('/overview').post(answerScopeAs401, guards, overview).all(refuseMethod('POST'));
  router.route('/detail').get(guards, detail).all(refuseMethod('GET', 'HEAD'));
  return router;
}
