// The link at the foot of a reminder: GET /u/<token> shows a button, POST acts. The token alone is the right: no cookie,
// and posts from anywhere, since mail providers act for their users. A bad, expired or unknown token shows one calm page.
// Called by router.ts. Source: RFC 8058 (one-click unsubscribe: a POST that is never redirected).
import { Router, type Request, type Response } from 'express';
import { z } from 'zod';
import { AppError } from '../errors';
import type { OptOutLink, SuppressionService } from '../service/suppression';
import { requestIdOf } from './context';
import { refuseMethod } from './error-page';
import { readForm } from './form';
import { noReferrer } from './headers';
import type { Parts } from './parts';
import { originOf } from './sign-in';

/** The part of the suppression service this page needs. */
export type Suppression = Pick<SuppressionService, 'readToken' | 'optOut' | 'snooze'>;

const oneClick = z.object({ 'List-Unsubscribe': z.literal('One-Click') });
const snoozeForm = z.object({ weeks: z.enum(['1', '2', '4'], 'Choose 1, 2 or 4 weeks.') });

/** The routes of the opt-out page. */
export function createOptOutPage(parts: Parts, suppression: Suppression): Router {
  const router = Router();
  router
    .route('/u/:token')
    .all(noReferrer)
    .get(calmly(parts, (req, res) => show(parts, suppression, req, res)))
    .post(calmly(parts, (req, res) => stop(suppression, req, res)))
    .all(refuseMethod('GET', 'POST'));
  router
    .route('/u/:token/snooze')
    .all(noReferrer)
    .post(calmly(parts, (req, res) => snooze(suppression, req, res)))
    .all(refuseMethod('POST'));
  return router;
}

/** A refused token costs the address one of its tries, so that guessing ends soon; a good one costs nothing. */
function calmly(parts: Parts, work: (req: Request, res: Response) => Promise<void>) {
  return async (req: Request, res: Response): Promise<void> => {
    try {
      await work(req, res);
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'code.refused') throw error;
      await parts.administration.throttle.take('link', originOf(req, res).address);
      const title = 'This link no longer works';
      parts.pages.show(req, res, { template: 'dead-link', title, status: 404, isBare: true, model: {} });
    }
  };
}

async function show(parts: Parts, suppression: Suppression, req: Request, res: Response): Promise<void> {
  const link = await suppression.readToken(tokenOf(req));
  const model = { token: tokenOf(req), ...linkModel(link) };
  parts.pages.show(req, res, { template: 'opt-out', title: 'Reminders', isBare: true, model });
}

function linkModel(link: OptOutLink) {
  const { organizationName, productName, isOptedOut, snoozedUntil } = link;
  const isSnoozed = !isOptedOut && snoozedUntil !== null;
  return {
    organizationName,
    app: productName,
    isStopped: isOptedOut,
    isSnoozed,
    snoozedUntil: snoozedUntil ?? new Date(0),
  };
}

async function stop(suppression: Suppression, req: Request, res: Response): Promise<void> {
  await suppression.optOut(tokenOf(req), requestIdOf(res));
  if (oneClick.safeParse(req.body).success) res.status(200).type('text').send('No more reminders will be sent.\n');
  else res.redirect(303, pageOf(req));
}

async function snooze(suppression: Suppression, req: Request, res: Response): Promise<void> {
  const form = readForm(snoozeForm, req.body);
  if ('faults' in form) await suppression.readToken(tokenOf(req));
  else await suppression.snooze(tokenOf(req), Number(form.values.weeks), requestIdOf(res));
  res.redirect(303, pageOf(req));
}

function tokenOf(req: Request): string {
  return String(req.params['token']);
}

function pageOf(req: Request): string {
  return `/u/${encodeURIComponent(tokenOf(req))}`;
}
