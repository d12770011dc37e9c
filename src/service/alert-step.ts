// Steps inside the transaction that makes a fact true: open its alert and mail it, or close it. They come last in their
// transaction, since the row of an open alert is the last lock of all. Called by the services whose facts they are.
import { alertEnd, alertRules, noSubject, recipientRoles, type AlertKind } from '../domain/alert';
import type { NewId } from '../ids';
import type { AlertDetail } from '../store/alert-store';
import type { NewMail } from '../store/mail-store';
import type { Stores } from '../store/stores';

/** A fact worth an alert. */
export interface Cause {
  readonly newId: NewId;
  readonly kind: AlertKind;
  /** What it is about; the nil id for the organization itself. */
  readonly subjectId: string;
  /** Asked only when the alert is new, or when a repeat changes what is kept. */
  readonly detail: () => AlertDetail | Promise<AlertDetail>;
  readonly at: Date;
}

/**
 * Opens the alert of a fact and queues one mail to each admin who is to hear of it. While it is open a repeat changes its
 * detail, or nothing where figures are read when somebody looks: one statement then, whose lock such repeats share.
 * @returns whether it is new
 */
export async function raiseAlert(stores: Stores, { newId, kind, subjectId, detail, at }: Cause): Promise<boolean> {
  const { isLive } = alertRules[kind];
  const open = await (isLive ? stores.alerts.holdOpen(kind, subjectId) : stores.alerts.lockOpen(kind, subjectId));
  const end = open && alertEnd(open, at);
  if (open && !end) {
    if (!isLive) await stores.alerts.saveDetail(open.id, await detail());
    return false;
  }
  if (open && end) await stores.alerts.close(open.id, end);
  const id = newId();
  if (!(await stores.alerts.open(id, { kind, subjectId, detail: await detail() }, at))) return false;
  await mailAlert(stores, { newId, kind, alertId: id, at });
  return true;
}

/** An alert that is mailed again as something draws nearer. */
export interface StagedCause extends Cause {
  /** Counts down; the detail has it under this name. */
  readonly stage: number;
}

/**
 * Queues one more mail to each admin when an open alert has come to a nearer stage: each stage once, those passed meanwhile
 * not at all. @returns whether there is an open alert
 */
export async function tellStage(stores: Stores, { stage, detail, ...cause }: StagedCause): Promise<boolean> {
  const open = await stores.alerts.lockOpen(cause.kind, cause.subjectId);
  if (open === undefined) return false;
  if (stage >= Number(open.detail['stage'])) return true;
  await stores.alerts.saveDetail(open.id, await detail());
  await mailAlert(stores, { ...cause, alertId: open.id, stage });
  return true;
}

/** Which alert ends, and what would speak against it. */
export interface Relief {
  readonly kind: AlertKind;
  readonly subjectId: string;
  readonly at: Date;
  /** Asked under the alert's lock, so that of two who take away a part each the second one sees both. */
  readonly isStillTrue?: () => Promise<boolean>;
}

/** Closes the open alert of a fact that has ended. @returns whether there was one, and it did */
export async function closeAlert(stores: Stores, { kind, subjectId, at, isStillTrue }: Relief): Promise<boolean> {
  const open = await stores.alerts.lockOpen(kind, subjectId);
  if (open === undefined || (await isStillTrue?.()) === true) return false;
  await stores.alerts.close(open.id, at);
  return true;
}

/** Closes the alert about mails of unknown fate once nobody has to settle any. */
export async function closeIfNoneIsUnknown(stores: Stores, at: Date): Promise<void> {
  const isStillTrue = async () => (await stores.mails.countUnknown()) > 0;
  await closeAlert(stores, { kind: 'mail_unknown', subjectId: noSubject, at, isStillTrue });
}

/** Closes the alert about parked work once there is none. */
export async function closeIfNothingIsParked(stores: Stores, at: Date): Promise<void> {
  const isStillTrue = async () => (await stores.parked.count()) > 0;
  await closeAlert(stores, { kind: 'work_parked', subjectId: noSubject, at, isStillTrue });
}

async function mailAlert(
  stores: Stores,
  { newId, kind, alertId, at, stage }: { newId: NewId; kind: AlertKind; alertId: string; at: Date; stage?: number },
): Promise<void> {
  const admins = await stores.admins.listActive(recipientRoles(kind));
  if (admins.length === 0) return;
  const { locale } = await stores.organization.get();
  const mailIds: string[] = [];
  for (const { id: adminId, email: toAddress } of admins) {
    const dedupeKey = `alert:${adminId}:${alertId}${stage === undefined ? '' : `:${stage}`}`;
    const mail: NewMail = { kind: 'alert', userId: null, adminId, subjectId: alertId, toAddress, locale, dedupeKey };
    const mailId = newId();
    await stores.mails.add(mailId, mail, at);
    mailIds.push(mailId);
  }
  const rows = mailIds.map((mailId) => ({ event: { topic: 'MailQueued' as const, mailId }, lane: 0 as const }));
  await stores.outbox.add(rows, at);
}
