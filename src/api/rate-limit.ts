// Counts a request against its token's window, after the token and before the body.
import type { NextFunction, Request, Response } from 'express';
import type { RateFamily, RateLimits } from '../service/rate-limits';
import { callerOf } from './bearer-token';

/** Lets a request through while its family's window has room. */
export function limitRate(rateLimits: RateLimits, family: RateFamily) {
  return async (_req: Request, res: Response, next: NextFunction): Promise<void> => {
    const { organizationId, tokenId } = callerOf(res);
    const { limit, remaining } = await rateLimits.take({ organizationId, tokenId, family });
    res.setHeader('RateLimit-Limit', limit);
    res.setHeader('RateLimit-Remaining', remaining);
    next();
  };
}
