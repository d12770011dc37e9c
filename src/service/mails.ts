// Mails outside a journey: queued in the transaction that wants one, claimed and recorded by the activity that delivers it.
// Called by services (queue), activities (sendMail) and the delivery of reports (claimFor). Also the tokens all mail needs.
import type { Clock } from '../clock';
import type { Caller } from '../domain/caller';
import { allMailBucket, type MailOutcome, type Settlement } from '../domain/mail';
import type { NewId } from '../ids';
import type { Database } from '../store/database';
import type { Mail, NewMail } from '../store/mail-store';
import type { Stores } from '../store/stores';
import type { ClaimOptions, ClaimedMail, MailClaim, MailClaims } from './mail-claim';

/** The verbs of mails outside journeys. */
export interface Mails {
  /** In the transaction of its cause: writes the mail and what must follow. The same key twice is one mail. @returns its id */
  queue(stores: Stores, mail: NewMail, options: { at: Date; availableAt?: Date }): Promise<string>;
  /** Claims a queued mail, if its cause still stands; else it is cancelled. With `mayTake` false a lost claim ends, no more. */
  claim(caller: Caller, mailId: string, options: ClaimOptions): Promise<MailClaim>;
  /** Claims a mail by its key, and writes it first where it is new: for reports, whose delivery is its own queue. */
  claimFor(caller: Caller, mail: NewMail, options: ClaimOptions): Promise<MailClaim>;
  /** Records what came of a claimed mail. Undefined = the claim was over; nothing was changed. */
  settle(
    caller: Caller,
    mail: ClaimedMail,
    outcome: MailOutcome,
    contentSha: string | null,
  ): Promise<Settlement | undefined>;
  /** Takes the right to send one mail. @returns 0, or the milliseconds to wait */
  takeToken(): Promise<number>;
}

interface Dependencies {
  readonly database: Pick<Database, 'inTransaction' | 'acrossOrganizations'>;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly claims: MailClaims;
  readonly mailsPerSecond: number;
  /** Fault point `mail.beforeCommit`. */
  readonly fault: (point: 'mail.beforeCommit') => Promise<void>;
}

/** The service of mails outside journeys. */
export function createMails({ database, clock, newId, claims, mailsPerSecond, fault }: Dependencies): Mails {
  const size = { perSecond: mailsPerSecond, burst: Math.max(1, Math.ceil(mailsPerSecond)) };
  let isBucketReady = false;
  return {
    queue: async (stores, mail, { at, availableAt }) => {
      const existing = await stores.mails.lockByKey(mail.dedupeKey);
      if (existing) return existing.id;
      const mailId = newId();
      await stores.mails.add(mailId, mail, at);
      await stores.outbox.add([{ event: { topic: 'MailQueued', mailId }, lane: 0, availableAt }], at);
      return mailId;
    },
    claim: (caller, mailId, options) =>
      database.inTransaction(caller.organizationId, async (stores) => {
        const row = await stores.mails.lock(mailId);
        if (!row) return { kind: 'over', status: 'cancelled' };
        return claimRow(stores, claims, row, { at: clock.now(), ...options });
      }),
    claimFor: (caller, mail, options) =>
      database.inTransaction(caller.organizationId, async (stores) => {
        const at = clock.now();
        const row = (await stores.mails.lockByKey(mail.dedupeKey)) ?? (await addRow(stores, newId(), mail, at));
        return claimRow(stores, claims, row, { at, ...options });
      }),
    settle: (caller, mail, outcome, contentSha) =>
      database.inTransaction(caller.organizationId, async (stores) => {
        const settlement = await claims.settle(stores, mail, outcome, { caller, at: clock.now(), contentSha });
        await fault('mail.beforeCommit');
        return settlement;
      }),
    takeToken: () =>
      database.acrossOrganizations(async (scan) => {
        const now = clock.now();
        // The first worker of an installation makes the bucket; each start gives it the rate it was told.
        if (!isBucketReady) await scan.mailBuckets.ensure(allMailBucket, size, now);
        isBucketReady = true;
        return (await scan.mailBuckets.take(allMailBucket, now)) ?? 1000;
      }),
  };
}

async function addRow(stores: Stores, id: string, mail: NewMail, at: Date): Promise<Mail> {
  await stores.mails.add(id, mail, at);
  const empty = { nextAttemptAt: null, leaseUntil: null, messageId: null, dateHeader: null };
  return { ...mail, ...empty, id, status: 'pending', attempts: 0 };
}

/** Steps: a lost claim ends; the cause is asked; the row is taken. */
async function claimRow(
  stores: Stores,
  claims: MailClaims,
  row: Mail,
  terms: ClaimOptions & { at: Date },
): Promise<MailClaim> {
  const refusal = await claims.refuse(stores, row, terms);
  if (refusal) return refusal;
  if (!terms.mayTake) return { kind: 'later', at: terms.at };
  const isWanted = row.status === 'pending' && (await causeStands(stores, row));
  if (!isWanted) {
    await stores.mails.cancel(row.id);
    return { kind: 'over', status: 'cancelled' };
  }
  return { kind: 'claimed', mail: await claims.take(stores, row, { at: terms.at, toAddress: row.toAddress }) };
}

/** Whether there is still somebody to write to: an admin who is not out, a user who is enabled; and still a reason to. */
async function causeStands(stores: Stores, mail: Mail): Promise<boolean> {
  if (mail.adminId !== null) {
    if (mail.kind === 'alert' && !(await isOpenAlert(stores, mail.subjectId))) return false;
    const admin = await stores.admins.find(mail.adminId);
    return admin?.status === 'active' || admin?.status === 'invited';
  }
  return mail.userId === null || (await stores.users.find(mail.userId))?.accountState === 'enabled';
}

/** An alert that has ended is no news any more. */
async function isOpenAlert(stores: Stores, alertId: string | null): Promise<boolean> {
  const alert = alertId === null ? undefined : await stores.alerts.find(alertId);
  return alert?.closedAt === null;
}
