// The second factor's forms of the profile page: set up, new backup codes, take away; and the page that shows backup
// codes once. Called by router.ts.
import { Router, type Request, type Response } from 'express';
import { z } from 'zod';
import { AppError } from '../errors';
import { callerOf, viewerOf } from './context';
import { refuseMethod } from './error-page';
import { readForm, secretText } from './form';
import type { Parts } from './parts';
import { pendingContext, profileFaults, showProfile } from './profile-view';
import { beginSession, leaveFlash, requireAccount, requireSignIn, save } from './session';

const enrollForm = z.object({
  secret: z
    .string('The form is not complete; open the page again.')
    .regex(/^[\w-]{40,400}$/, 'The form is not complete; open the page again.'),
  code: secretText('The code'),
});

const confirmForm = z.object({ confirmPassword: secretText('Your password') });

/** The routes of the second factor. */
export function createSecondFactorPage(parts: Parts): Router {
  const router = Router();
  const only = refuseMethod('POST');
  router
    .route('/profile/second-factor')
    .post(requireAccount, (req, res) => enroll(parts, req, res))
    .all(only);
  router
    .route('/profile/second-factor/remove')
    .post(requireSignIn, (req, res) => remove(parts, req, res))
    .all(only);
  router
    .route('/profile/backup-codes')
    .get(requireSignIn, (req, res) => showCodes(parts, req, res))
    .post(requireSignIn, (req, res) => renewCodes(parts, req, res))
    .all(refuseMethod('GET', 'POST'));
  return router;
}

async function enroll(parts: Parts, req: Request, res: Response): Promise<void> {
  const { adminId, hasSecondFactor, organization } = viewerOf(res);
  if (hasSecondFactor) return res.redirect(303, '/profile');
  const form = readForm(enrollForm, req.body);
  if ('faults' in form) return showProfile(parts, req, res, form.faults, 400);
  const { sealing, secondFactor } = parts.administration;
  const secret = openSecret(() => sealing.open(Buffer.from(form.values.secret, 'base64url'), pendingContext(adminId)));
  try {
    const codes = await secondFactor.enroll(callerOf(res), adminId, secret, form.values.code);
    const previous = req.session.previousSignInIso;
    const previousSignInAt = previous ? new Date(previous) : null;
    await beginSession(req, { organizationId: organization.organizationId, adminId, stage: 'in', previousSignInAt });
    await keepCodes(parts, req, adminId, codes);
    res.redirect(303, '/profile/backup-codes');
  } catch (error) {
    const { faults, status } = profileFaults(error, res, 'code');
    await showProfile(parts, req, res, faults, status);
  }
}

/** A sealed text that is not ours was made up: the form is refused, nothing is broken on our side. */
function openSecret(open: () => string): string {
  try {
    return open();
  } catch (error) {
    throw new AppError('csrf.invalid', {}, { cause: error });
  }
}

async function remove(parts: Parts, req: Request, res: Response): Promise<void> {
  if (!(await confirmed(parts, req, res))) return;
  const { adminId } = viewerOf(res);
  await parts.administration.secondFactor.remove(callerOf(res), adminId);
  await leaveFlash(req, { tone: 'wait', text: 'The second step is off. Your password alone opens this console.' });
  res.redirect(303, '/profile');
}

async function renewCodes(parts: Parts, req: Request, res: Response): Promise<void> {
  if (!viewerOf(res).hasSecondFactor) return res.redirect(303, '/profile');
  if (!(await confirmed(parts, req, res))) return;
  const { adminId } = viewerOf(res);
  const codes = await parts.administration.secondFactor.renewBackupCodes(callerOf(res), adminId);
  await keepCodes(parts, req, adminId, codes);
  res.redirect(303, '/profile/backup-codes');
}

/** Asks for the password; shows the profile again when it is not right. */
async function confirmed(parts: Parts, req: Request, res: Response): Promise<boolean> {
  const form = readForm(confirmForm, req.body);
  try {
    if ('faults' in form) throw new AppError('sign_in.refused');
    const { confirmPassword } = form.values;
    await parts.administration.confirmPassword(callerOf(res), viewerOf(res).adminId, confirmPassword);
    return true;
  } catch (error) {
    const { faults, status } = profileFaults(error, res, 'confirmPassword');
    await showProfile(parts, req, res, faults, status);
    return false;
  }
}

/** Carries codes to the page that shows them once; sealed, since a session is a row in the database. */
async function keepCodes(parts: Parts, req: Request, adminId: string, codes: readonly string[]): Promise<void> {
  const sealed = parts.administration.sealing.seal(codes.join(' '), `fresh codes:${adminId}`);
  req.session.freshCodes = sealed.toString('base64');
  await save(req);
}

function showCodes(parts: Parts, req: Request, res: Response): void {
  const { freshCodes } = req.session;
  if (freshCodes === undefined) return res.redirect(303, '/profile');
  delete req.session.freshCodes;
  const { sealing } = parts.administration;
  const codes = sealing.open(Buffer.from(freshCodes, 'base64'), `fresh codes:${viewerOf(res).adminId}`).split(' ');
  parts.pages.show(req, res, { template: 'backup-codes', title: 'Backup codes', model: { codes } });
}
