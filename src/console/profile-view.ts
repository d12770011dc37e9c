// The view model of the profile page, and what its refused forms say. Called by profile-page.ts and second-factor-page.ts.
import type { Request, Response } from 'express';
import { AppError } from '../errors';
import type { Viewer } from '../service/admin-account';
import { callerOf, viewerOf } from './context';
import { field, summaryOf, typed, type Faults } from './form';
import { readerOf, themes } from './page';
import type { Parts } from './parts';
import { qrPicture } from './qr';
import { waitWords } from './sign-in';

/** Shows the profile; `faults` belong to whichever of its forms was sent. */
export async function showProfile(
  parts: Parts,
  req: Request,
  res: Response,
  faults: Faults,
  status: number,
): Promise<void> {
  const viewer = viewerOf(res);
  const isComplete = req.session.owner?.stage === 'in';
  const model = {
    ...summaryOf(faults),
    isComplete,
    ...enrollmentOf(parts, req, viewer, faults),
    backupCodesLeft: await parts.administration.secondFactor.countBackupCodes(callerOf(res), viewer.adminId),
    person: personOf(viewer),
    ...previousSignIn(req),
    sessions: await sessionsOf(parts, req, res),
    passwordFields: passwordFields(faults),
    confirmField: confirmField(faults),
    ...appearanceOf(res),
  };
  const title = isComplete ? 'Profile' : 'Set up your second step';
  parts.pages.show(req, res, { template: 'profile', title, status, isBare: !isComplete, model });
}

/** What a refused form of the profile says; any other error goes on to the error page. */
export function profileFaults(error: unknown, res: Response, at: string): { faults: Faults; status: number } {
  if (!(error instanceof AppError)) throw error;
  const { code, details, message } = error;
  if (code === 'sign_in.refused') return { faults: { [at]: wrong[at] ?? message }, status: 401 };
  if (code === 'input.invalid') return { faults: { [String(details['field'])]: message }, status: 400 };
  if (code !== 'rate.limited') throw error;
  res.setHeader('Retry-After', String(details['retryAfter']));
  return { faults: { [at]: `Too many tries. ${waitWords(Number(details['retryAfter']))}` }, status: 429 };
}

const wrong: Readonly<Record<string, string>> = {
  oldPassword: 'This is not your present password.',
  confirmPassword: 'This is not your password.',
  code: 'This code is not right, or it was used already. Wait for the next one.',
};

const roleWords = { super_admin: 'Super Admin', admin: 'Admin', auditor: 'Auditor' } as const;

/** What a secret being set up is sealed for: it cannot be carried to another account. */
export function pendingContext(adminId: string): string {
  return `second factor being set up:${adminId}`;
}

/** A secret on its way: shown as picture and text, and carried sealed in the form, so that nothing is stored before it is proved. */
function enrollmentOf(parts: Parts, req: Request, viewer: Viewer, faults: Faults) {
  const { secondFactor, sealing } = parts.administration;
  const codeField = field({ name: 'code', label: 'Code', autocomplete: 'one-time-code', inputMode: 'numeric' }, faults);
  const base = { hasSecondFactor: viewer.hasSecondFactor, canRemove: parts.isLoopback, codeField };
  if (viewer.hasSecondFactor) return { ...base, qr: { size: 0, path: '' }, secret: '', sealedSecret: '' };
  const context = pendingContext(viewer.adminId);
  const secret = carriedSecret(() => sealing.open(Buffer.from(typed(req.body, 'secret'), 'base64url'), context));
  const shown = secret ?? secondFactor.begin();
  const { url } = secondFactor.describe(shown, viewer.email);
  const sealedSecret = sealing.seal(shown, context).toString('base64url');
  return { ...base, qr: qrPicture(url), secret: (shown.match(/.{1,4}/g) ?? []).join(' '), sealedSecret };
}

/** The secret a refused form carried; undefined for none, and for one that is not ours: the page then shows a new one. */
function carriedSecret(open: () => string): string | undefined {
  try {
    return open();
  } catch {
    return undefined;
  }
}

/** An admin made from the environment has the address as name; it is said once. */
function personOf({ displayName, email, role }: Viewer) {
  return { name: displayName, hasName: displayName !== email, email, role: roleWords[role] };
}

function previousSignIn(req: Request) {
  const iso = req.session.previousSignInIso;
  return { hasPreviousSignIn: Boolean(iso), previousSignInAt: iso ? new Date(iso) : new Date(0) };
}

function sessionsOf(parts: Parts, req: Request, res: Response) {
  return parts.administration.sessions.list(callerOf(res), viewerOf(res).adminId, req.sessionID);
}

function passwordFields(faults: Faults) {
  const next = { name: 'newPassword', label: 'New password', type: 'password', autocomplete: 'new-password' };
  return [
    field(
      { name: 'oldPassword', label: 'Present password', type: 'password', autocomplete: 'current-password' },
      faults,
    ),
    field({ ...next, hint: '15 characters or more; a sentence you remember is best.' }, faults),
  ];
}

function confirmField(faults: Faults) {
  const words = { name: 'confirmPassword', label: 'Your password', type: 'password', autocomplete: 'current-password' };
  return field(words, faults);
}

function appearanceOf(res: Response) {
  const { preferences, organization } = viewerOf(res);
  const labels = { auto: 'As the system', light: 'Light', dark: 'Dark' };
  return {
    themes: themes.map((value) => ({ value, label: labels[value], isChosen: value === preferences.theme })),
    organizationZone: organization.timeZone,
    isOrganizationZone: preferences.timeZone === null,
    zones: zones(preferences.timeZone).map((zone) => ({ zone, isChosen: zone === preferences.timeZone })),
    ...readerOf(viewerOf(res)),
  };
}

/** The zones to choose from; the chosen one is among them whatever name it goes by. */
function zones(chosen: string | null): string[] {
  const known = new Set(['UTC', ...Intl.supportedValuesOf('timeZone')]);
  return [...known, ...(chosen === null || known.has(chosen) ? [] : [chosen])];
}
