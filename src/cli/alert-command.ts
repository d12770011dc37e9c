// `uptake alert list`, `uptake work list|release|drop`, `uptake mail list|settle`: what waits for a person to look.
import type { AlertFacts } from '../domain/alert';
import type { Caller } from '../domain/caller';
import { alertWords } from '../mail/alert-words';
import type { Alerts } from '../service/alerts';
import type { MailDoubts } from '../service/mail-doubts';
import type { ParkedWork } from '../service/parked-work';
import type { Output } from './output';

interface Parts {
  readonly caller: Caller;
  readonly output: Output;
}

type Alert = Awaited<ReturnType<Alerts['list']>>[number];
type Work = Awaited<ReturnType<ParkedWork['list']>>[number];
type Doubt = Awaited<ReturnType<MailDoubts['list']>>[number];

/** Shows alerts, newest first. */
export async function listAlerts(
  { alerts, caller, output }: Parts & { alerts: Pick<Alerts, 'list'> },
  isAll: boolean,
): Promise<void> {
  const found = await alerts.list(caller, { isAll });
  output.result({ items: found.map(shownAlert) }, found.length === 0 ? ['No alert.'] : found.flatMap(alertLines));
}

/** Shows the rows that were put aside. */
export async function listWork({ work, caller, output }: Parts & { work: ParkedWork }): Promise<void> {
  const found = await work.list(caller);
  output.result({ items: found.map(shownWork) }, found.length === 0 ? ['Nothing was put aside.'] : found.map(workLine));
}

/** Lets the relay try a row again, or gives it up. */
export async function settleWork(
  { work, caller, output }: Parts & { work: ParkedWork },
  verb: 'release' | 'drop',
  id: number,
): Promise<void> {
  await work.settle(caller, id, verb);
  output.result({ id, settled: verb }, [verb === 'release' ? `${id} is tried again.` : `${id} is given up.`]);
}

/** Shows the mails of unknown fate. */
export async function listDoubts({ doubts, caller, output }: Parts & { doubts: MailDoubts }): Promise<void> {
  const found = await doubts.list(caller);
  const lines = found.map(
    ({ id, kind, dateHeader, toAddress }) => `${id}  ${isoOf(dateHeader)}  ${kind}  ${toAddress}`,
  );
  output.result({ items: found.map(shownDoubt) }, found.length === 0 ? ['No mail of unknown fate.'] : lines);
}

/** Says what became of a mail. */
export async function settleDoubt(
  { doubts, caller, output }: Parts & { doubts: MailDoubts },
  id: string,
  status: 'sent' | 'rejected',
): Promise<void> {
  await doubts.settle(caller, id, status);
  output.result({ mail_id: id, status }, [`${id} is settled as ${status}.`]);
}

/** Has a mail of unknown fate sent again. */
export async function sendDoubtAgain(
  { doubts, caller, output }: Parts & { doubts: MailDoubts },
  id: string,
  reason: string,
): Promise<void> {
  await doubts.sendAgain(caller, id, reason);
  output.result({ mail_id: id, status: 'pending' }, [`${id} is sent again; it may arrive twice.`]);
}

function shownAlert({ id, subjectId, isImportant, openedAt, closedAt, facts }: Alert): object {
  const { title, lead, commands } = alertWords(facts);
  return {
    alert_id: id,
    kind: facts.kind,
    subject_id: subjectId,
    important: isImportant,
    opened_at: openedAt.toISOString(),
    closed_at: closedAt?.toISOString() ?? null,
    title,
    says: lead,
    facts: shownFacts(facts),
    commands,
  };
}

/** The figures under names as the other documents have them. */
function shownFacts({ kind: _kind, ...facts }: AlertFacts): object {
  const entries = Object.entries(facts).map(([name, value]) => [
    name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    value,
  ]);
  return Object.fromEntries(entries) as object;
}

function alertLines({ openedAt, closedAt, facts }: Alert): string[] {
  const { lead, commands } = alertWords(facts);
  const span = closedAt === null ? '' : ` until ${closedAt.toISOString()}`;
  const head = `${facts.kind.padEnd(17)}  since ${openedAt.toISOString()}${span}  ${lead}`;
  return closedAt === null ? [head, ...commands.map((verb) => `  npm run -s uptake -- ${verb}`)] : [head];
}

function shownWork({ id, topic, subjectId, attempts, error, createdAt }: Work): object {
  return { id, topic, subject_id: subjectId, attempts, error, created_at: createdAt.toISOString() };
}

function workLine({ id, topic, subjectId, attempts, error, createdAt }: Work): string {
  return `${id}  ${topic}  ${subjectId}  since ${createdAt.toISOString()}  ${attempts} tries, ${error}`;
}

function shownDoubt({ id, kind, userId, toAddress, dateHeader, dedupeKey, messageId }: Doubt): object {
  return {
    mail_id: id,
    kind,
    user_id: userId,
    to: toAddress,
    date: dateHeader?.toISOString() ?? null,
    message_id: messageId,
    dedupe_key: dedupeKey,
  };
}

function isoOf(at: Date | null): string {
  return at?.toISOString() ?? '-';
}
