// One's own account: /profile with second factor, sessions, password and appearance. Off this machine a sign-in without
// a second factor reaches nothing else. Called by router.ts; the second factor's forms are in second-factor-page.ts.
import { Router, type Request, type Response } from 'express';
import { z } from 'zod';
import { zoneName } from '../domain/zone-calendar';
import { callerOf, viewerOf } from './context';
import { cookieFlags } from './cookie';
import { refuseMethod } from './error-page';
import { readForm, secretText } from './form';
import { themeCookie, themes } from './page';
import type { Parts } from './parts';
import { profileFaults, showProfile } from './profile-view';
import { leaveFlash, requireAccount, requireSignIn } from './session';

const passwordForm = z.object({
  oldPassword: secretText('The present password'),
  newPassword: secretText('The new password'),
});

const appearanceForm = z.object({
  theme: z.enum(themes, 'Choose one of the three.'),
  timeZone: z
    .string('The time zone is missing.')
    .max(64, 'There is no such time zone.')
    .refine((zone) => zone === '' || zoneName(zone) !== undefined, 'There is no such time zone.'),
});

const yearMs = 31_536_000_000;

/** The routes of the profile page. */
export function createProfilePage(parts: Parts): Router {
  const router = Router();
  const only = refuseMethod('POST');
  router
    .route('/profile')
    .get(requireAccount, (req, res) => showProfile(parts, req, res, {}, 200))
    .all(refuseMethod('GET'));
  router
    .route('/profile/password')
    .post(requireSignIn, (req, res) => takePassword(parts, req, res))
    .all(only);
  router
    .route('/profile/sessions')
    .post(requireSignIn, (req, res) => endOthers(parts, req, res))
    .all(only);
  router
    .route('/profile/appearance')
    .post(requireSignIn, (req, res) => takeAppearance(parts, req, res))
    .all(only);
  return router;
}

async function takePassword(parts: Parts, req: Request, res: Response): Promise<void> {
  const form = readForm(passwordForm, req.body);
  if ('faults' in form) return showProfile(parts, req, res, form.faults, 400);
  const { adminId } = viewerOf(res);
  const { oldPassword, newPassword } = form.values;
  try {
    await parts.administration.changePassword(callerOf(res), adminId, oldPassword, newPassword);
  } catch (error) {
    const { faults, status } = profileFaults(error, res, 'oldPassword');
    return showProfile(parts, req, res, faults, status);
  }
  await parts.administration.sessions.endOthers(callerOf(res), adminId, req.sessionID);
  await leaveFlash(req, { tone: 'good', text: 'Your password is changed. All other sessions have ended.' });
  res.redirect(303, '/profile');
}

async function endOthers(parts: Parts, req: Request, res: Response): Promise<void> {
  await parts.administration.sessions.endOthers(callerOf(res), viewerOf(res).adminId, req.sessionID);
  await leaveFlash(req, { tone: 'good', text: 'All other sessions have ended.' });
  res.redirect(303, '/profile');
}

async function takeAppearance(parts: Parts, req: Request, res: Response): Promise<void> {
  const form = readForm(appearanceForm, req.body);
  if ('faults' in form) return showProfile(parts, req, res, form.faults, 400);
  const { theme, timeZone } = form.values;
  await parts.administration.savePreferences(callerOf(res), viewerOf(res).adminId, {
    theme,
    timeZone: timeZone || null,
  });
  res.cookie(themeCookie, theme, { ...cookieFlags(parts.isHttps), maxAge: yearMs });
  await leaveFlash(req, { tone: 'good', text: 'Your choice is kept.' });
  res.redirect(303, '/profile');
}
