// Signing in and out: /login, /login/totp, /logout. A wrong password and an unknown address read the same.
// Called by router.ts.
import { Router, type Request, type RequestHandler, type Response } from 'express';
import { z } from 'zod';
import { AppError } from '../errors';
import type { Origin, SignedIn } from '../service/sign-in';
import { requestIdOf } from './context';
import { refuseMethod } from './error-page';
import { field, readForm, summaryOf, typed, type Faults, secretText } from './form';
import type { Parts } from './parts';
import { beginSession, endSession, requireAccount } from './session';

const loginForm = z.object({
  email: secretText('The e-mail address'),
  password: secretText('The password'),
});

const codeForm = z.object({ code: secretText('The code') });

/** Kinds of errors that show the form again, with the status of the answer. */
const retried = { unauthenticated: 401, limited: 429, unavailable: 503 } as const;

/** The routes of signing in and out. */
export function createSignInPages(parts: Parts): Router {
  const router = Router();
  router
    .route('/login')
    .get((req, res) => openLogin(parts, req, res))
    .post((req, res) => takeLogin(parts, req, res))
    .all(refuseMethod('GET', 'POST'));
  router
    .route('/login/totp')
    .get((req, res) => openCode(parts, req, res))
    .post((req, res) => takeCode(parts, req, res))
    .all(refuseMethod('GET', 'POST'));
  router
    .route('/logout')
    .get(requireAccount, (req, res) => showLogout(parts, req, res))
    .post(requireTokenOfSession(parts), (req, res) => takeLogout(parts, req, res))
    .all(refuseMethod('GET', 'POST'));
  return router;
}

/** Where a request comes from, for throttle and audit. */
export function originOf(req: Request, res: Response): Origin {
  return { address: req.ip ?? 'unknown', requestId: requestIdOf(res) };
}

/** The page a complete sign-in leads to: only a path of ours, never another host. */
export function nextPage(req: Request, stage: SignedIn['stage']): string {
  const next = askedPage(req);
  const isOurs = /^\/(?![/\\])[\x21-\x7e]*$/.test(next) && !next.includes('\\');
  if (stage === 'totp') return `/login/totp${isOurs ? `?next=${encodeURIComponent(next)}` : ''}`;
  return stage === 'in' && isOurs ? next : stage === 'in' ? '/' : '/profile';
}

function askedPage(req: Request): string {
  const { next } = req.query;
  return typed(req.body, 'next') || (typeof next === 'string' ? next.slice(0, 500) : '');
}

async function openLogin(parts: Parts, req: Request, res: Response): Promise<void> {
  if (req.session.owner && req.session.owner.stage !== 'totp') return res.redirect(303, '/');
  if (!(await parts.administration.isSetUp())) return res.redirect(303, '/setup');
  showLogin(parts, req, res, {}, 200);
}

async function takeLogin(parts: Parts, req: Request, res: Response): Promise<void> {
  parts.preSignIn.check(req, 'login');
  const form = readForm(loginForm, req.body);
  if ('faults' in form) return showLogin(parts, req, res, form.faults, 400);
  try {
    const signedIn = await parts.administration.signIn(form.values, originOf(req, res));
    await beginSession(req, signedIn);
    res.redirect(303, nextPage(req, signedIn.stage));
  } catch (error) {
    const { status, faults } = refusal(error, res, 'password');
    showLogin(parts, req, res, faults, status);
  }
}

function showLogin(parts: Parts, req: Request, res: Response, faults: Faults, status: number): void {
  const email = typed(req.body, 'email');
  const model = {
    ...summaryOf(faults),
    preToken: parts.preSignIn.issue(req, res, 'login'),
    next: askedPage(req),
    fields: [
      field(
        {
          name: 'email',
          label: 'E-mail',
          type: 'email',
          value: email,
          autocomplete: 'username',
          isFocused: email === '',
        },
        faults,
      ),
      field(
        {
          name: 'password',
          label: 'Password',
          type: 'password',
          autocomplete: 'current-password',
          isFocused: email !== '',
        },
        faults,
      ),
    ],
  };
  parts.pages.show(req, res, { template: 'login', title: 'Sign in', status, isBare: true, model });
}

function openCode(parts: Parts, req: Request, res: Response): void {
  if (req.session.owner?.stage !== 'totp') return res.redirect(303, '/login');
  showCode(parts, req, res, {}, 200);
}

async function takeCode(parts: Parts, req: Request, res: Response): Promise<void> {
  const owner = req.session.owner;
  if (owner?.stage !== 'totp') throw new AppError('sign_in.required');
  parts.preSignIn.check(req, 'totp');
  const form = readForm(codeForm, req.body);
  if ('faults' in form) return showCode(parts, req, res, form.faults, 400);
  try {
    const signedIn = await parts.administration.confirm(owner, form.values.code, originOf(req, res));
    await beginSession(req, signedIn);
    res.redirect(303, nextPage(req, 'in'));
  } catch (error) {
    const { status, faults } = refusal(error, res, 'code');
    showCode(parts, req, res, faults, status);
  }
}

function showCode(parts: Parts, req: Request, res: Response, faults: Faults, status: number): void {
  const words = { name: 'code', label: 'Code', autocomplete: 'one-time-code', isFocused: true };
  const hint = 'Six digits from your authenticator app, or one of your backup codes.';
  const next = askedPage(req);
  const preToken = parts.preSignIn.issue(req, res, 'totp');
  const model = { ...summaryOf(faults), preToken, next, fields: [field({ ...words, hint }, faults)] };
  parts.pages.show(req, res, { template: 'totp', title: 'Second step', status, isBare: true, model });
}

const wrong: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'sign_in.refused': {
    password: 'E-mail or password is not right.',
    code: 'This code is not right, or it was used already.',
  },
};

/** What a refused try says at the field; any other error goes on to the error page. */
function refusal(error: unknown, res: Response, at: 'password' | 'code'): { status: number; faults: Faults } {
  if (!(error instanceof AppError) || !(error.kind in retried) || error.code.startsWith('database.')) throw error;
  const retryAfter = error.details['retryAfter'];
  if (retryAfter !== undefined) res.setHeader('Retry-After', String(retryAfter));
  const kind = error.kind as keyof typeof retried;
  const sentence =
    kind === 'limited'
      ? `Too many tries. ${waitWords(Number(retryAfter))}`
      : (wrong[error.code]?.[at] ?? error.message);
  return { status: retried[kind], faults: { [at]: sentence } };
}

/** How long to wait, in words that are the same for every account. */
export function waitWords(seconds: number): string {
  const minutes = Math.ceil(seconds / 60);
  return minutes <= 1 ? 'Try again in a minute.' : `Try again in ${minutes} minutes.`;
}

function showLogout(parts: Parts, req: Request, res: Response): void {
  parts.pages.show(req, res, { template: 'logout', title: 'Sign out', isBare: true, model: {} });
}

async function takeLogout(parts: Parts, req: Request, res: Response): Promise<void> {
  if (req.session.owner) await endSession(req, res, parts.isHttps);
  res.redirect(303, '/login');
}

/** Who is signed out already needs no token to be signed out. */
function requireTokenOfSession(parts: Parts): RequestHandler {
  return (req, res, next) => (req.session.owner ? parts.csrf.requireToken(req, res, next) : next());
}
