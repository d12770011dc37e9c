// The session of a request: who signed in and how far, begun and ended here, and the guard before every page that needs
// one. Called by router.ts and by the sign-in, setup and profile pages.
import { randomBytes } from 'node:crypto';
import session from 'express-session';
import type { Request, RequestHandler, Response } from 'express';
import { AppError } from '../errors';
import type { Administration } from '../service/administration';
import type { SessionOwner } from '../service/console-session';
import type { SignedIn } from '../service/sign-in';
import { setViewer } from './context';
import { cookieFlags, sessionCookieName } from './cookie';
import { ConsoleSessionStore } from './session-store';

/** A message that stands on the next page once. */
export interface Flash {
  readonly tone: 'good' | 'info' | 'wait';
  readonly text: string;
}

declare module 'express-session' {
  interface SessionData {
    owner: SessionOwner;
    /** The sign-in before this one, ISO; null = this is the first. */
    previousSignInIso: string | null;
    flash?: Flash;
    /** Sealed, base64: backup codes on their way to the page that shows them once. */
    freshCodes?: string;
  }
}

/** express-session over our rows; the cookie lives as long as the browser, the row says when it is over. */
export function createSessions({ administration, isHttps }: { administration: Administration; isHttps: boolean }) {
  return session({
    name: sessionCookieName(isHttps),
    secret: administration.sealing.deriveKey('session cookie'),
    store: new ConsoleSessionStore(administration.sessions),
    genid: () => randomBytes(32).toString('base64url'),
    cookie: cookieFlags(isHttps),
    resave: false,
    saveUninitialized: false,
    unset: 'destroy',
  });
}

/** PUBLIC_URL says https, wherever the encryption ends; without this the library would withhold the cookie. */
export function trustPublicUrl(isHttps: boolean): RequestHandler {
  return (req, _res, next) => {
    if (isHttps) Object.defineProperty(req, 'secure', { value: true });
    next();
  };
}

/** Loads who looks, whatever the page. A session that reached only `totp` shows nothing yet. */
export function loadViewer(administration: Administration): RequestHandler {
  return async (req, res, next) => {
    const owner = req.session.owner;
    if (owner && owner.stage !== 'totp') {
      const viewer = await administration.findViewer(owner.organizationId, owner.adminId);
      if (viewer) setViewer(res, viewer);
    }
    next();
  };
}

/** Lets a complete sign-in pass; one that still has to set up its second factor is led there. */
export const requireSignIn: RequestHandler = (req, res, next) => {
  if (res.locals['viewer'] === undefined) throw new AppError('sign_in.required');
  if (req.session.owner?.stage === 'enroll') return res.redirect(303, '/profile');
  return next();
};

/** Lets a sign-in pass that may still have to set up its second factor. */
export const requireAccount: RequestHandler = (_req, res, next) => {
  if (res.locals['viewer'] === undefined) throw new AppError('sign_in.required');
  next();
};

/** Begins a session under a new id. */
export async function beginSession(req: Request, signedIn: SignedIn): Promise<void> {
  const { organizationId, adminId, stage, previousSignInAt } = signedIn;
  await renew(req);
  req.session.owner = { organizationId, adminId, stage };
  req.session.previousSignInIso = previousSignInAt?.toISOString() ?? null;
  await save(req);
}

/** Ends the session and tells the browser to forget everything of ours. */
export async function endSession(req: Request, res: Response, isHttps: boolean): Promise<void> {
  await new Promise<void>((resolve, reject) => req.session.destroy((error) => (error ? reject(error) : resolve())));
  res.clearCookie(sessionCookieName(isHttps), cookieFlags(isHttps));
  res.setHeader('Clear-Site-Data', '"cookies", "storage"');
}

/** Writes the session before the answer leaves, so that the next request finds it. */
export function save(req: Request): Promise<void> {
  return new Promise((resolve, reject) => req.session.save((error) => (error ? reject(error) : resolve())));
}

/** Leaves a message for the next page. */
export async function leaveFlash(req: Request, flash: Flash): Promise<void> {
  req.session.flash = flash;
  await save(req);
}

function renew(req: Request): Promise<void> {
  return new Promise((resolve, reject) => req.session.regenerate((error) => (error ? reject(error) : resolve())));
}
