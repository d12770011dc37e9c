// What every route shares: the answer to a method it does not take.
import type { Request, Response } from 'express';
import { AppError } from '../errors';

/** The last handler of a route. @throws route.method with the methods it takes */
export function refuseMethod(...allowed: readonly string[]) {
  return (_req: Request, _res: Response): never => {
    throw new AppError('route.method', { allow: allowed.join(', ') });
  };
}
