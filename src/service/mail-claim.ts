// The state machine of every mail, as steps inside the transaction of others: claim before the relay is called, settle
// after it. At most one delivery: a claim that nobody settled becomes `unknown` and is never sent again by itself.
// Called by reminders (journeys) and mails (all else, reports included).
import { noSubject } from '../domain/alert';
import type { Caller } from '../domain/caller';
import { settlementOf, type MailKind, type MailOutcome, type MailStatus, type Settlement } from '../domain/mail';
import type { NewId } from '../ids';
import type { Mail } from '../store/mail-store';
import type { Stores } from '../store/stores';
import { closeIfNoneIsUnknown, raiseAlert } from './alert-step';
import { suppressAddress } from './suppression-step';

/** A mail in our hands, until its lease ends. `attempt` fences the claim. */
export interface ClaimedMail {
  readonly mailId: string;
  readonly attempt: number;
  readonly kind: MailKind;
  readonly toAddress: string;
  readonly locale: string;
  readonly dedupeKey: string;
  /** With angle brackets; made at the first claim, like `date`, and kept. */
  readonly messageId: string;
  readonly date: Date;
  readonly userId: string | null;
  readonly adminId: string | null;
  readonly subjectId: string | null;
}

/** What a claim answers: the mail, a later instant, or the state in which it is over. */
export type MailClaim =
  | { readonly kind: 'claimed'; readonly mail: ClaimedMail }
  | { readonly kind: 'later'; readonly at: Date }
  | { readonly kind: 'over'; readonly status: MailStatus };

/** How a claim is meant. */
export interface ClaimOptions {
  /**
   * The same piece of work tried before and its try is over for Temporal (it failed or its heartbeat stopped): what it left
   * `sending` is doubtful at once, not only when the lease ends.
   */
  readonly isRetry: boolean;
  /** False = only look: the relay cannot be used now, but a lost claim still ends. */
  readonly mayTake: boolean;
}

/** How claims are made: the lease, and the domain of Message-IDs. */
export interface ClaimSettings {
  readonly leaseMs: number;
  readonly messageDomain: string;
  readonly newId: NewId;
}

/** The steps of the state machine. */
export type MailClaims = ReturnType<typeof createMailClaims>;

/** Binds the steps to their settings. */
export function createMailClaims({ leaseMs, messageDomain, newId }: ClaimSettings) {
  /** A mail of unknown fate is a person's to settle. An alert that fails raises none, or it would never end. */
  const alertOfDoubt = async (stores: Stores, kind: MailKind, at: Date): Promise<void> => {
    if (kind === 'alert') return;
    await raiseAlert(stores, { newId, kind: 'mail_unknown', subjectId: noSubject, detail: () => ({}), at });
  };
  /** Ends a claim nobody settled. */
  const doubt = async (stores: Stores, row: Mail, at: Date): Promise<MailClaim> => {
    const settlement = settlementOf({ kind: 'unknown', reason: 'claim_lost' }, row.attempts, at);
    const isNew = await stores.mails.settle(row.id, row.attempts, settlement, { contentSha: null, at });
    if (isNew) await alertOfDoubt(stores, row.kind, at);
    return { kind: 'over', status: 'unknown' };
  };
  return {
    leaseMs,
    /** What stands in the way of a claim; undefined = the row may be claimed. The row must be locked. */
    refuse: async (
      stores: Stores,
      row: Mail,
      { at, isRetry }: { at: Date; isRetry: boolean },
    ): Promise<MailClaim | undefined> => {
      if (row.status === 'sending') {
        const isLost = isRetry || row.leaseUntil === null || row.leaseUntil <= at;
        return isLost ? doubt(stores, row, at) : { kind: 'later', at: row.leaseUntil };
      }
      if (row.status !== 'pending' && row.status !== 'cancelled') return { kind: 'over', status: row.status };
      return row.nextAttemptAt !== null && row.nextAttemptAt > at
        ? { kind: 'later', at: row.nextAttemptAt }
        : undefined;
    },
    /** Takes the row: `sending`, with lease, Message-ID and Date. */
    take: async (
      stores: Stores,
      row: Mail,
      { at, toAddress }: { at: Date; toAddress: string },
    ): Promise<ClaimedMail> => {
      const messageId = row.messageId ?? `<${row.id}@${messageDomain}>`;
      await stores.mails.claim(row.id, { toAddress, messageId, at, leaseUntil: new Date(at.getTime() + leaseMs) });
      const { id, attempts, dateHeader, ...rest } = row;
      return {
        mailId: id,
        attempt: attempts + 1,
        kind: rest.kind,
        toAddress,
        locale: rest.locale,
        dedupeKey: rest.dedupeKey,
        messageId,
        date: dateHeader ?? at,
        userId: rest.userId,
        adminId: rest.adminId,
        subjectId: rest.subjectId,
      };
    },
    /** Writes what came of a claim, and suppresses an address that is refused for good. Undefined = the claim was over. */
    settle: async (
      stores: Stores,
      mail: ClaimedMail,
      outcome: MailOutcome,
      { caller, at, contentSha }: { caller: Caller; at: Date; contentSha: string | null },
    ): Promise<Settlement | undefined> => {
      const settlement = settlementOf(outcome, mail.attempt, at);
      const { mailId, attempt } = mail;
      const isInForce = await stores.mails.settle(mailId, attempt, settlement, { contentSha, at });
      if (!isInForce && !(await endDoubt(stores, mail, settlement, { contentSha, at }))) return undefined;
      if (settlement.status === 'unknown') await alertOfDoubt(stores, mail.kind, at);
      if (settlement.suppress && mail.userId) {
        const { userId, toAddress: address } = mail;
        await suppressAddress(stores, { caller, newId, userId, address, kind: settlement.suppress, mailId, at });
      }
      return settlement;
    },
  };
}

/** Proof of acceptance that came late still ends the doubt about that very claim. */
async function endDoubt(
  stores: Stores,
  { mailId, attempt }: ClaimedMail,
  settlement: Settlement,
  proof: { readonly contentSha: string | null; readonly at: Date },
): Promise<boolean> {
  if (settlement.status !== 'sent') return false;
  if (!(await stores.mails.settle(mailId, attempt, settlement, proof, 'unknown'))) return false;
  await closeIfNoneIsUnknown(stores, proof.at);
  return true;
}
