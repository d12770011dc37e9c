// The first admin of an installation, and the way back in: /setup takes the code that only the machine shows.
// Called by router.ts.
import { Router, type Request, type Response } from 'express';
import { z } from 'zod';
import { AppError } from '../errors';
import { refuseMethod } from './error-page';
import { address, field, line, readForm, summaryOf, typed, type Faults, secretText } from './form';
import type { Parts } from './parts';
import { beginSession, leaveFlash } from './session';
import { nextPage, originOf, waitWords } from './sign-in';

const setupForm = z.object({
  code: secretText('The setup code'),
  organizationName: line('The name', 120).optional().or(z.literal('')),
  displayName: line('Your name', 255),
  email: address(),
  password: secretText('The password'),
});

/** The routes of the setup page. */
export function createSetupPage(parts: Parts): Router {
  const router = Router();
  router
    .route('/setup')
    .get((req, res) => show(parts, req, res, {}, 200))
    .post((req, res) => take(parts, req, res))
    .all(refuseMethod('GET', 'POST'));
  return router;
}

async function take(parts: Parts, req: Request, res: Response): Promise<void> {
  parts.preSignIn.check(req, 'setup');
  const form = readForm(setupForm, req.body);
  if ('faults' in form) return show(parts, req, res, form.faults, 400);
  const { code, organizationName, ...person } = form.values;
  try {
    const setup = { ...person, organizationName: organizationName || undefined };
    const signedIn = await parts.administration.setUp(code, setup, originOf(req, res));
    await beginSession(req, signedIn);
    await leaveFlash(req, { tone: 'good', text: 'Your account is ready. Next: connect your directory.' });
    res.redirect(303, nextPage(req, signedIn.stage));
  } catch (error) {
    const { faults, status } = refusal(error, res);
    await show(parts, req, res, faults, status);
  }
}

function refusal(error: unknown, res: Response): { faults: Faults; status: number } {
  if (!(error instanceof AppError)) throw error;
  const { code, details, message } = error;
  if (code === 'code.refused') return { faults: { code: message }, status: 401 };
  if (code === 'input.invalid') return { faults: { [String(details['field'])]: message }, status: 400 };
  if (code !== 'rate.limited') throw error;
  res.setHeader('Retry-After', String(details['retryAfter']));
  return { faults: { code: `Too many tries. ${waitWords(Number(details['retryAfter']))}` }, status: 429 };
}

async function show(parts: Parts, req: Request, res: Response, faults: Faults, status: number): Promise<void> {
  const isSetUp = await parts.administration.isSetUp();
  const value = (name: string) => typed(req.body, name);
  const model = {
    ...summaryOf(faults),
    isFirst: !isSetUp,
    preToken: parts.preSignIn.issue(req, res, 'setup'),
    codeField: field(
      { name: 'code', label: 'Setup code', value: value('code'), hint: codeHint, isFocused: true },
      faults,
    ),
    fields: [
      ...(isSetUp ? [] : [organizationField(value('organizationName'), faults)]),
      ...personFields(value, faults),
    ],
  };
  const title = isSetUp ? 'Recover access' : 'Set up Uptake';
  parts.pages.show(req, res, { template: 'setup', title, status, isBare: true, model });
}

const codeHint = 'It was printed where Uptake was started. It works once and for 30 minutes.';

function organizationField(value: string, faults: Faults) {
  const words = { label: 'Organization', autocomplete: 'organization', isRequired: false };
  return field({ name: 'organizationName', value, hint: 'As it stands on pages and in mails.', ...words }, faults);
}

function personFields(value: (name: string) => string, faults: Faults) {
  const password = { name: 'password', label: 'Password', type: 'password', autocomplete: 'new-password' };
  return [
    field({ name: 'displayName', label: 'Your name', value: value('displayName'), autocomplete: 'name' }, faults),
    field({ name: 'email', label: 'E-mail', type: 'email', value: value('email'), autocomplete: 'username' }, faults),
    field({ ...password, hint: '15 characters or more; a sentence you remember is best.' }, faults),
  ];
}
