// Mails whose fate nobody knows: a person who has looked at the relay's log says what became of each, or has it sent again.
// The command line calls it. Nothing is sent from here, and nothing ever again by itself.
import type { Clock } from '../clock';
import type { Caller } from '../domain/caller';
import type { Settlement } from '../domain/mail';
import { AppError } from '../errors';
import type { AuditEntry } from '../store/audit-store';
import type { Database } from '../store/database';
import type { Mail } from '../store/mail-store';
import type { CarriedReminder, Recipient } from '../store/reminder-store';
import type { Stores } from '../store/stores';
import { closeIfNoneIsUnknown } from './alert-step';
import { queueAgain } from './mail-again';
import { personalReason } from './reason';
import { followMail } from './reminder-state';

/** The verbs. */
export interface MailDoubts {
  /** Oldest first, a hundred at most. */
  list(caller: Caller): Promise<Mail[]>;
  /** Settles a mail as accepted or refused; its reminder follows. @throws mail.not_found when its fate is not unknown */
  settle(caller: Caller, mailId: string, status: 'sent' | 'rejected'): Promise<void>;
  /**
   * Gives a mail one more attempt, which the person asked for answers for: it may arrive twice. All checks are made again.
   * @throws mail.not_found when its fate is not unknown, input.invalid (reason; or it would not leave)
   */
  sendAgain(caller: Caller, mailId: string, reason: string): Promise<void>;
}

interface Dependencies {
  readonly database: Database;
  readonly clock: Clock;
  readonly mailsPerSecond: number;
}

/** A mail of unknown fate with what follows it, all locked. */
interface Doubt {
  readonly mail: Mail;
  readonly person: Recipient | undefined;
  readonly reminder: CarriedReminder | undefined;
}

const byHand: Omit<Settlement, 'status'> = {
  smtpCode: null,
  smtpReply: null,
  nextAttemptAt: null,
  isUncounted: false,
  suppress: null,
  isSenderRefused: false,
};

/** The service of doubts. */
export function createMailDoubts({ database, clock, mailsPerSecond }: Dependencies): MailDoubts {
  return {
    list: ({ organizationId }) => database.read(organizationId, (stores) => stores.mails.listUnknown(100)),
    settle: (caller, mailId, status) =>
      database.inTransaction(caller.organizationId, async (stores) => {
        const at = clock.now();
        await end(stores, await lockDoubt(stores, mailId), status, at);
        await stores.audit.add({ ...entryOf(caller, mailId, at), detail: { status } });
        await closeIfNoneIsUnknown(stores, at);
      }),
    sendAgain: (caller, mailId, reason) =>
      database.inTransaction(caller.organizationId, async (stores) => {
        const at = clock.now();
        const doubt = await lockDoubt(stores, mailId);
        const personal = [personalReason(doubt.mail.userId, reason)];
        await end(stores, doubt, 'pending', at);
        await queueAgain(stores, { ...doubt, mailsPerSecond, at });
        const detail = { attempts: doubt.mail.attempts };
        await stores.audit.add({ ...entryOf(caller, mailId, at), action: 'mail.sent_again', detail, personal });
        await closeIfNoneIsUnknown(stores, at);
      }),
  };
}

/** Locks the person first, as wherever a reminder is settled. @throws mail.not_found */
async function lockDoubt(stores: Stores, mailId: string): Promise<Doubt> {
  const known = await stores.mails.find(mailId);
  const person = known?.userId ? await stores.reminders.lockRecipient(known.userId) : undefined;
  const mail = await stores.mails.lock(mailId);
  if (mail?.status !== 'unknown') throw new AppError('mail.not_found');
  return { mail, person, reminder: await stores.reminders.findByMail(mailId) };
}

/** The doubt is over: the mail's row says so, and its reminder's. */
async function end(
  stores: Stores,
  { mail, reminder }: Doubt,
  status: 'sent' | 'rejected' | 'pending',
  at: Date,
): Promise<void> {
  await stores.mails.settle(mail.id, mail.attempts, { ...byHand, status }, { contentSha: null, at }, 'unknown');
  if (reminder !== undefined) await followMail(stores, reminder, status, at);
}

function entryOf(caller: Caller, targetId: string, at: Date): AuditEntry {
  return { caller, action: 'mail.settled', targetKind: 'mail', targetId, at };
}
