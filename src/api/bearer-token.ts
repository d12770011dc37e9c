// Who asks, before a byte of a body is read: token -> caller, and whether the token's scopes allow it.
import type { NextFunction, Request, Response } from 'express';
import type { Scope } from '../domain/caller';
import { AppError } from '../errors';
import type { Access, ApiCaller } from '../service/access';

/** Lets a request through when its token is good and carries the scope. */
export function requireScope(access: Pick<Access, 'apiCaller'>, scope: Scope) {
  return async (req: Request, res: Response, next: NextFunction): Promise<void> => {
    const caller = await access.apiCaller(bearerToken(req), String(res.getHeader('X-Request-Id')));
    if (!caller.scopes.includes(scope)) throw new AppError('scope.missing', { scope });
    res.locals['caller'] = caller;
    next();
  };
}

/** Answers a missing scope as 401 on the routes below, as the contract of the overview has it. */
export function answerScopeAs401(_req: Request, res: Response, next: NextFunction): void {
  res.locals['scopeAnswersAs401'] = true;
  next();
}

/** The caller that requireScope let through. */
export function callerOf(res: Response): ApiCaller {
  return res.locals['caller'] as ApiCaller;
}

/** @throws token.invalid when it is missing, malformed or given twice, in the same words as a wrong one */
function bearerToken(req: Request): string {
  const given = req.rawHeaders.filter(
    (_, at) => at % 2 === 1 && req.rawHeaders[at - 1]?.toLowerCase() === 'authorization',
  );
  const token = /^Bearer +([\w.~+/-]+=*) *$/i.exec(given[0] ?? '')?.[1];
  if (token === undefined || given.length !== 1) throw new AppError('token.invalid');
  return token;
}
