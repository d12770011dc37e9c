// Mails whose fate nobody knows: a person who has looked at the relay's log says what became of each. The command line calls
// it. Nothing is sent from here.
import type { Clock } from '../clock';
import type { Caller } from '../domain/caller';
import type { Settlement } from '../domain/mail';
import { AppError } from '../errors';
import type { Database } from '../store/database';
import type { Mail } from '../store/mail-store';
import { closeIfNoneIsUnknown } from './alert-step';
import { followMail } from './reminder-state';

/** The verbs. */
export interface MailDoubts {
  /** Oldest first, a hundred at most. */
  list(caller: Caller): Promise<Mail[]>;
  /** Settles a mail as accepted or refused; its reminder follows. @throws mail.not_found when its fate is not unknown */
  settle(caller: Caller, mailId: string, status: 'sent' | 'rejected'): Promise<void>;
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
export function createMailDoubts({ database, clock }: { database: Database; clock: Clock }): MailDoubts {
  return {
    list: ({ organizationId }) => database.read(organizationId, (stores) => stores.mails.listUnknown(100)),
    settle: (caller, mailId, status) =>
      database.inTransaction(caller.organizationId, async (stores) => {
        const at = clock.now();
        const known = await stores.mails.find(mailId);
        // The person first, as wherever a reminder is settled.
        if (known?.userId) await stores.reminders.lockRecipient(known.userId);
        const mail = await stores.mails.lock(mailId);
        if (mail?.status !== 'unknown') throw new AppError('mail.not_found');
        await stores.mails.settle(mailId, mail.attempts, { ...byHand, status }, { contentSha: null, at }, 'unknown');
        const reminder = await stores.reminders.findByMail(mailId);
        if (reminder !== undefined) await followMail(stores, reminder, status, at);
        await stores.audit.add({
          caller,
          action: 'mail.settled',
          targetKind: 'mail',
          targetId: mailId,
          detail: { status },
          at,
        });
        await closeIfNoneIsUnknown(stores, at);
      }),
  };
}
