// What each kind of alert says to an admin: what happened, the figures, and what to do about it. Pure; called by mails.ts and
// by the command line, so that both say the same.
import type { AlertFacts, AlertFactsByKind, AlertKind, PoolFigures } from '../domain/alert';

/** A figure with its name. */
export interface AlertFigure {
  readonly name: string;
  readonly value: string | Date;
}

/** An alert in words. */
export interface AlertWords {
  /** At most 30 characters: the beginning of a subject. */
  readonly title: string;
  /** One sentence. */
  readonly lead: string;
  readonly figures: readonly AlertFigure[];
  readonly consequence: string;
  readonly advice: string;
  /** Verbs of the command line, without its name. */
  readonly commands: readonly string[];
}

/** The words of an alert. */
export function alertWords(facts: AlertFacts): AlertWords {
  const words = table[facts.kind] as (facts: AlertFacts) => AlertWords;
  return words(facts);
}

const table: { readonly [K in AlertKind]: (facts: AlertFactsByKind[K]) => AlertWords } = {
  pool_full: (pool) => ({
    title: 'No seat left',
    lead: `${pool.waiting === 1 ? '1 person waits' : `${count(pool.waiting)} people wait`} for a seat of ${nameOf(pool)}.`,
    figures: [...figuresOf(pool), figure('Waiting', count(pool.waiting))],
    consequence: 'Nobody lost a seat, and the directory was told success. Who waits longest gets the next free seat.',
    advice: 'Enter the seats you have bought, or let the pool give more than it has.',
    commands: [
      'pool list',
      `pool set ${pool.code} --seats ${pool.seats + pool.waiting}`,
      `pool set ${pool.code} --over-seat allow`,
    ],
  }),
  over_assigned: (pool) => ({
    title: 'Seats over-assigned',
    lead: `${nameOf(pool)} has given ${count(pool.assigned - pool.seats)} more seats than there are.`,
    figures: figuresOf(pool),
    consequence: 'Nobody is evicted. Where the pool does not allow more, nobody new gets a seat until it fits.',
    advice: 'Enter the seats you have bought, or take seats back.',
    commands: ['pool list', `pool set ${pool.code} --seats ${pool.assigned}`],
  }),
  hold_open: ({ holdId, waiting, enabled, decideBy }) => ({
    title: 'Deactivations wait for you',
    lead: `The directory deactivates many people at once; ${count(waiting)} of them are held.`,
    figures: [
      figure('Held so far', count(waiting)),
      figure('Share of the enabled', share(waiting, enabled)),
      figure('Decide until', decideBy),
    ],
    consequence: 'Their accounts and seats stay, though the directory reads what it asked for. More may join them.',
    advice: 'Approve to deactivate them all, reject to keep them all. Without an answer they are rejected.',
    commands: [`hold show ${holdId}`, `hold approve ${holdId}`, `hold reject ${holdId}`],
  }),
  hold_expired: ({ holdId, rejected }) => ({
    title: 'Held deactivations expired',
    lead: `Nobody answered for seven days, so ${deactivations(rejected)} rejected.`,
    figures: [figure('Rejected', count(rejected)), figure('Hold', holdId)],
    consequence: 'These people stay enabled and keep their seats. The directory reads active: true of them again.',
    advice: 'Deactivate in the directory who is to go; its next full cycle shows the difference.',
    commands: [`hold show ${holdId}`],
  }),
  mass_delete: ({ deleted, limit, credential }) => ({
    title: 'Many people were deleted',
    lead: `The directory deleted ${count(deleted)} people within an hour.`,
    figures: [
      figure('Deleted', count(deleted)),
      figure('Limit of an hour', count(limit)),
      figure('Credential', credential),
    ],
    consequence: 'All of it was applied: their seats and their access ended. Who is sent again is a new account.',
    advice: 'If nobody meant it, stop provisioning in the directory, then revoke the credential.',
    commands: ['scim log --status 204', 'token list'],
  }),
  admin_deactivated: ({ email, reason, requestId, superAdmins }) => ({
    title: 'An admin lost access',
    lead: `The directory ${reason === 'removed' ? 'deleted' : 'deactivated'} the person behind an admin.`,
    figures: [
      figure('Admin', email ?? 'removed'),
      figure('Request', requestId),
      figure('Super Admins left', count(superAdmins)),
    ],
    consequence: 'Every session of that admin has ended.',
    advice: superAdmins === 0 ? 'No Super Admin is left. Print a new setup code.' : 'See what the directory sent.',
    commands: [...(superAdmins === 0 ? ['admin recover'] : []), `scim log --request ${requestId}`],
  }),
  provisioning_failing: ({ requests, failures, ratio, referenceFailures, status, times, expectedAt }) => ({
    title: 'Provisioning fails',
    lead: `${count(failures)} of ${count(requests)} requests of the directory failed within 40 minutes.`,
    figures: [
      figure(
        'Share',
        `${percent(ratio)}${referenceFailures === 0 ? '' : `, beside ${count(referenceFailures)} about members and managers`}`,
      ),
      figure('Most often answered', `${status} (${count(times)} times)`),
      figure('Quarantine expected', expectedAt ?? 'not within a day at this pace'),
    ],
    consequence: 'These people are as they were before. In quarantine Entra asks once a day, and stops after 28 days.',
    advice: 'See what was answered, mend it, and restart provisioning in Entra if it is in quarantine.',
    commands: ['scim health', `scim log --status ${status}`],
  }),
  provisioning_silent: ({ lastAt, requests }) => ({
    title: 'The directory is silent',
    lead: 'The directory has asked nothing for longer than two of its cycles.',
    figures: [figure('Last request', lastAt), figure('Requests of its last cycle', count(requests))],
    consequence: 'Nobody loses a seat. Who joins, changes or leaves in the directory is not known here.',
    advice:
      'In Entra open Enterprise applications, the app, Provisioning: is it on, in quarantine, and what do its logs say? A token that has ended is refused before it is logged.',
    commands: ['token list', 'scim log'],
  }),
  token_expiring: ({ tokenId, token, label, last4, expiresAt, daysLeft }) => ({
    title: capital(`${tokenNames[token]} ${ending(daysLeft)}`),
    lead: `The ${tokenNames[token]} ${label}${last4 === null ? '' : ` (last four ${last4})`} ${ending(daysLeft)}.`,
    figures: [
      figure('Label', label),
      ...(last4 === null ? [] : [figure('Last four', last4)]),
      figure(daysLeft === 0 ? 'Ended' : 'Ends', expiresAt),
    ],
    consequence: tokenLoss[token],
    advice: tokenAdvice[token],
    commands: [...(token === 'federation' ? ['token list'] : [`token rotate ${tokenId}`]), `token revoke ${tokenId}`],
  }),
  mail_unknown: ({ mails }) => ({
    title: 'Mails of unknown fate',
    lead: `${mails === 1 ? '1 mail was' : `${count(mails)} mails were`} handed over, and nobody knows what came of it.`,
    figures: [figure('Mails', count(mails))],
    consequence: 'None is sent again by itself, since that could deliver it twice.',
    advice: 'Look into the log of the mail relay, then say of each whether it was sent or rejected.',
    commands: ['mail list', 'mail settle ID sent', 'mail settle ID rejected'],
  }),
  work_parked: ({ rows, topic, error }) => ({
    title: 'Work was put aside',
    lead: `Temporal has refused ${rows === 1 ? '1 consequence of a change' : `${count(rows)} consequences of changes`} ten times.`,
    figures: [figure('Put aside', count(rows)), figure('What', topic), figure('Error', error)],
    consequence: 'The changes themselves are kept. What should have followed waits for you.',
    advice: 'Mend the cause, then release each of them, or drop what is not wanted any more.',
    commands: ['work list', 'work release ID', 'work drop ID'],
  }),
  report_failed: ({ report, slug, status, reason, runKey, isPaused }) => ({
    title: status === 'partial' ? 'A report went out in part' : 'A report failed',
    lead:
      status === 'partial'
        ? `${report} did not reach every destination.`
        : `${report} was not made, or reached nobody.`,
    figures: [figure('Report', report), figure('Run', runKey), figure('Reason', reason)],
    consequence: isPaused
      ? 'It is paused after three failures in a row, until it is scheduled again.'
      : 'Its schedule goes on.',
    advice: 'Mend the cause, then run it once more.',
    commands: [`report run ${slug} --wait`],
  }),
};

type Token = AlertFactsByKind['token_expiring']['token'];

const tokenNames: Readonly<Record<Token, string>> = {
  scim: 'SCIM token',
  api: 'API token',
  'oauth-client': 'client secret',
  federation: 'federation',
};
const noDirectory = 'Nobody loses a seat, but who joins, changes or leaves in the directory is not known here.';
const tokenLoss: Readonly<Record<Token, string>> = {
  scim: `After its end every request with it is refused. ${noDirectory}`,
  api: 'After its end every request with it is refused.',
  'oauth-client': `After its end no access token is given for it. ${noDirectory}`,
  federation: `After its end no access token is given for it. ${noDirectory}`,
};
const inEntra = 'in Entra (Enterprise applications, the app, Provisioning)';
const thenRevoke = 'test the connection, and only then revoke this one. If its successor is in use, just revoke it.';
const tokenAdvice: Readonly<Record<Token, string>> = {
  scim: `Rotate it, paste the new token ${inEntra}, ${thenRevoke}`,
  api: 'Rotate it, put the new token where this one is used, and only then revoke this one. If its successor is in use, just revoke it.',
  'oauth-client': `Rotate it, paste the new secret ${inEntra}, ${thenRevoke}`,
  federation: `Make another one (token create federation) with the same trust, enter it ${inEntra}, ${thenRevoke}`,
};

function ending(daysLeft: number): string {
  if (daysLeft === 0) return 'has ended';
  return daysLeft === 1 ? 'ends in 1 day' : `ends in ${daysLeft} days`;
}

function capital(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}

function figure(name: string, value: string | Date): AlertFigure {
  return { name, value };
}

function figuresOf(pool: PoolFigures): AlertFigure[] {
  return [figure('Pool', nameOf(pool)), figure('Seats', count(pool.seats)), figure('Assigned', count(pool.assigned))];
}

function nameOf({ name, code }: PoolFigures): string {
  return name === code ? code : `${name} (${code})`;
}

function deactivations(n: number): string {
  return n === 1 ? '1 deactivation was' : `${count(n)} deactivations were`;
}

function count(n: number): string {
  return n.toLocaleString('en-US');
}

function share(part: number, whole: number): string {
  return whole === 0 ? 'none is enabled' : percent(part / whole);
}

function percent(ratio: number): string {
  return `${Math.round(ratio * 1000) / 10} %`;
}
