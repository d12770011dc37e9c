// The link at the foot of a reminder: GET /u/<token> shows a button, POST acts. The token alone is the right: no cookie,
// and posts from anywhere, since mail providers act for their users. A bad, expired or unknown token shows one calm page.
// Called by router.ts. Source: RFC 8058 (one-click unsubscribe: a POST that is never redirected).
import { Router, type Request, type Response } from 'express';
import { z } from 'zod';
import { refuseMethod } from './error-page';
import { readForm } from './form';
import { noReferrer } from './headers';
import type { Parts } from './parts';
import { originOf } from './sign-in';

/** Weeks a person may choose to hear nothing. */
export type SnoozeWeeks = 1 | 2 | 4;

/** What a token stands for. */
export interface OptOutHolder {
  readonly organizationId: number;
  readonly userId: string;
}

/** The part of the suppression service this page needs. */
export interface Suppression {
  /** Whose token it is; undefined = bad, expired or unknown. */
  readToken(token: string): OptOutHolder | undefined | Promise<OptOutHolder | undefined>;
  /** Stops all reminders to the person; repeating it changes nothing. */
  optOut(token: string): Promise<unknown>;
  /** Stops them for some weeks. */
  snooze(token: string, weeks: SnoozeWeeks): Promise<unknown>;
}

const oneClick = z.object({ 'List-Unsubscribe': z.literal('One-Click') });
const snoozeForm = z.object({ weeks: z.enum(['1', '2', '4'], 'Choose 1, 2 or 4 weeks.') });
const weeksOf = { '1': 1, '2': 2, '4': 4 } as const;
const words: Readonly<Record<string, string>> = { stopped: 'stopped', '1': '1 week', '2': '2 weeks', '4': '4 weeks' };

/** The routes of the opt-out page. */
export function createOptOutPage(parts: Parts, suppression: Suppression): Router {
  const router = Router();
  router
    .route('/u/:token')
    .all(noReferrer)
    .get((req, res) => show(parts, suppression, req, res))
    .post((req, res) => stop(parts, suppression, req, res))
    .all(refuseMethod('GET', 'POST'));
  router
    .route('/u/:token/snooze')
    .all(noReferrer)
    .post((req, res) => snooze(parts, suppression, req, res))
    .all(refuseMethod('POST'));
  return router;
}

async function show(parts: Parts, suppression: Suppression, req: Request, res: Response): Promise<void> {
  const token = String(req.params['token']);
  if (!(await isLive(parts, suppression, token, req, res))) return showDead(parts, req, res);
  const done = typeof req.query['done'] === 'string' ? (words[req.query['done']] ?? '') : '';
  const model = { token, isStopped: done === 'stopped', isSnoozed: done !== '' && done !== 'stopped', pause: done };
  parts.pages.show(req, res, { template: 'opt-out', title: 'Reminders', isBare: true, model });
}

async function stop(parts: Parts, suppression: Suppression, req: Request, res: Response): Promise<void> {
  const token = String(req.params['token']);
  const isOneClick = oneClick.safeParse(req.body).success;
  if (!(await isLive(parts, suppression, token, req, res))) return showDead(parts, req, res);
  await suppression.optOut(token);
  if (isOneClick) res.status(200).type('text').send('No more reminders will be sent.\n');
  else res.redirect(303, `/u/${encodeURIComponent(token)}?done=stopped`);
}

async function snooze(parts: Parts, suppression: Suppression, req: Request, res: Response): Promise<void> {
  const token = String(req.params['token']);
  if (!(await isLive(parts, suppression, token, req, res))) return showDead(parts, req, res);
  const form = readForm(snoozeForm, req.body);
  if ('faults' in form) return res.redirect(303, `/u/${encodeURIComponent(token)}`);
  await suppression.snooze(token, weeksOf[form.values.weeks]);
  res.redirect(303, `/u/${encodeURIComponent(token)}?done=${form.values.weeks}`);
}

/** A good token costs nothing; a bad one costs the address one of its tries, so that guessing ends soon. */
async function isLive(
  parts: Parts,
  suppression: Suppression,
  token: string,
  req: Request,
  res: Response,
): Promise<boolean> {
  const holder = token.length <= 512 ? await suppression.readToken(token) : undefined;
  if (holder === undefined) await parts.administration.throttle.take('address', originOf(req, res).address);
  return holder !== undefined;
}

function showDead(parts: Parts, req: Request, res: Response): void {
  parts.pages.show(req, res, {
    template: 'dead-link',
    title: 'This link no longer works',
    status: 404,
    isBare: true,
    model: {},
  });
}
