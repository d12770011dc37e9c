// One mail and what may become of it. Pure: which state an outcome leads to, when it is tried again, whom it suppresses.
// Called by service/mails and service/reminders.

/** States of a mail row. */
export type MailStatus = 'pending' | 'sending' | 'sent' | 'rejected' | 'bounced' | 'unknown' | 'cancelled';

/** Kinds of mail. */
export type MailKind =
  | 'invitation'
  | 'reminder'
  | 'manager_digest'
  | 'reclaim_question'
  | 'report'
  | 'alert'
  | 'admin_invitation'
  | 'password_reset'
  | 'security_notice'
  | 'test';

/**
 * What came of one attempt. `accepted`, `deferred` and `rejected` rest on a reply code; `unreachable` says that the mail was
 * not handed over; `unknown` says that it may have been: it was read to its end and no reply came.
 */
export type MailOutcome =
  | { readonly kind: 'accepted'; readonly code: number; readonly reply: string }
  | { readonly kind: 'deferred'; readonly code: number; readonly reply: string }
  | { readonly kind: 'rejected'; readonly code: number; readonly reply: string; readonly enhanced?: string }
  | { readonly kind: 'unreachable'; readonly reason: string }
  | { readonly kind: 'unknown'; readonly reason: string };

/** What the rows of a mail become. */
export interface Settlement {
  readonly status: Exclude<MailStatus, 'sending' | 'bounced' | 'cancelled'>;
  readonly smtpCode: number | null;
  readonly smtpReply: string | null;
  /** Not before this instant again; null = at once, or never. */
  readonly nextAttemptAt: Date | null;
  /** The attempt never reached the relay and is not counted. */
  readonly isUncounted: boolean;
  readonly suppress: 'hard_bounce' | 'soft_bounce' | null;
  /** The relay refuses us, not the recipient. */
  readonly isSenderRefused: boolean;
}

/** The key of the token bucket every mail passes. */
export const allMailBucket = 'all';

/** After the first, second and third 4xx; then it is a soft bounce. */
const retryAfterMs = [15 * 60_000, 4 * 3_600_000, 24 * 3_600_000];

/**
 * The settlement of an outcome.
 * @param attempt 1 for the first attempt that reached the relay
 */
export function settlementOf(outcome: MailOutcome, attempt: number, at: Date): Settlement {
  const base = {
    smtpCode: 'code' in outcome ? outcome.code : null,
    smtpReply: 'reply' in outcome ? outcome.reply.slice(0, 500) : null,
    nextAttemptAt: null,
    isUncounted: false,
    suppress: null,
    isSenderRefused: false,
  };
  switch (outcome.kind) {
    case 'accepted':
      return { ...base, status: 'sent' };
    case 'unknown':
      return { ...base, status: 'unknown' };
    case 'unreachable':
      return { ...base, status: 'pending', isUncounted: true };
    case 'deferred': {
      const waitMs = retryAfterMs[attempt - 1];
      if (waitMs === undefined) return { ...base, status: 'rejected', suppress: 'soft_bounce' };
      return { ...base, status: 'pending', nextAttemptAt: new Date(at.getTime() + waitMs) };
    }
    case 'rejected':
      return { ...base, status: 'rejected', ...blame(outcome.enhanced ?? '') };
  }
}

/** Whose fault a refusal is. Source: RFC 3463 3: 1 = address, 2 = mailbox (1 disabled, 2 full), 7 = policy. */
function blame(enhanced: string): Pick<Settlement, 'suppress' | 'isSenderRefused'> {
  if (enhanced.startsWith('5.1.') || enhanced === '5.2.1') return { suppress: 'hard_bounce', isSenderRefused: false };
  if (enhanced === '5.2.2') return { suppress: 'soft_bounce', isSenderRefused: false };
  return { suppress: null, isSenderRefused: enhanced.startsWith('5.7.') };
}
