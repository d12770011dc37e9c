// Forms before there is a session: one random value in a cookie and, signed for this one form, in a hidden field.
// Called by the sign-in and setup pages. Source: OWASP CSRF Prevention, signed double-submit cookie.
import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { Request, Response } from 'express';
import { AppError } from '../errors';
import type { Sealing } from '../service/sealing';
import { cookieFlags, readCookie } from './cookie';

/** Gives and checks the token of a form. */
export interface PreSignIn {
  /** The value of the form's hidden field; sets the cookie where there is none. */
  issue(req: Request, res: Response, form: string): string;
  /** @throws AppError `csrf.invalid` when cookie, field and form do not belong together */
  check(req: Request, form: string): void;
}

const cookieName = 'uptake_pre';
const hourMs = 3_600_000;
const valueForm = /^[A-Za-z0-9_-]{43}$/;

/** Signs with a key made from SECRET_KEY. */
export function createPreSignIn({ sealing, isHttps }: { sealing: Sealing; isHttps: boolean }): PreSignIn {
  const sign = (form: string, value: string): string => sealing.mac('form before sign-in', `${form}:${value}`);
  return {
    issue: (req, res, form) => {
      const known = readCookie(req, cookieName);
      const value = known !== undefined && valueForm.test(known) ? known : randomBytes(32).toString('base64url');
      res.cookie(cookieName, value, { ...cookieFlags(isHttps), maxAge: hourMs });
      return `${value}.${sign(form, value)}`;
    },
    check: (req, form) => {
      const cookie = readCookie(req, cookieName);
      const field = (req.body as Record<string, unknown> | undefined)?.['_csrf'];
      if (cookie === undefined || typeof field !== 'string') throw new AppError('csrf.invalid');
      if (!isSame(field, `${cookie}.${sign(form, cookie)}`)) throw new AppError('csrf.invalid');
    },
  };
}

function isSame(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)];
  return left.length === right.length && timingSafeEqual(left, right);
}
