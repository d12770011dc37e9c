// No other site can make a browser act here: where a request comes from, and the token of the session. Called by router.ts.
import { csrfSync } from 'csrf-sync';
import type { Request, RequestHandler } from 'express';
import { AppError } from '../errors';

/** The two checks of an unsafe request, and the token for its form. */
export interface Csrf {
  /** Unsafe methods come from our own pages: the browser says so, or its Origin is ours. */
  readonly refuseOtherSites: RequestHandler;
  /** Unsafe methods carry the session's token in the field `_csrf`. */
  readonly requireToken: RequestHandler;
  /** The session's token for a form; made when first asked for. */
  tokenOf(req: Request): string;
}

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Source: Fetch Metadata Request Headers 2.2 (Sec-Fetch-Site); OWASP CSRF Prevention, synchronizer token. */
export function createCsrf(publicUrl: string): Csrf {
  const { origin } = new URL(publicUrl);
  const sync = csrfSync({ size: 32, getTokenFromRequest: fieldOf });
  return {
    refuseOtherSites: (req, _res, next) => {
      if (!safeMethods.has(req.method) && !isOwn(req, origin)) throw new AppError('csrf.invalid');
      next();
    },
    requireToken: (req, _res, next) => {
      if (!safeMethods.has(req.method) && !sync.isRequestValid(req)) throw new AppError('csrf.invalid');
      next();
    },
    tokenOf: (req) => sync.generateToken(req),
  };
}

function isOwn(req: Request, origin: string): boolean {
  const site = req.headers['sec-fetch-site'];
  return site === undefined ? req.headers.origin === origin : site === 'same-origin';
}

function fieldOf(req: Request): string | undefined {
  const field = (req.body as Record<string, unknown> | undefined)?.['_csrf'];
  return typeof field === 'string' ? field : undefined;
}
