// Mail rows: the state machine's memory. A row is claimed before the relay is called and settled after it; `attempts` counts
// the claims and fences them, so a late answer of an old claim changes nothing. Called by service/mails and reminders.
import type { MailKind, MailStatus, Settlement } from '../domain/mail';
import { dateOf, type Connection, type Row } from './connection';

/** A mail to be sent: who, what about, and the key that makes it unique. */
export interface NewMail {
  readonly kind: MailKind;
  readonly userId: string | null;
  readonly adminId: string | null;
  /** What it is about: alert, admin, run. */
  readonly subjectId: string | null;
  readonly toAddress: string;
  readonly locale: string;
  readonly dedupeKey: string;
}

/** A mail row. */
export interface Mail extends NewMail {
  readonly id: string;
  readonly status: MailStatus;
  readonly attempts: number;
  readonly nextAttemptAt: Date | null;
  readonly leaseUntil: Date | null;
  readonly messageId: string | null;
  readonly dateHeader: Date | null;
}

const columns = `id, kind, user_id, admin_id, subject_id, to_address, locale, dedupe_key, status, attempts, next_attempt_at, lease_until, message_id, date_header`;

/** Mails of one organization. */
export function createMailStore(connection: Connection) {
  const { organizationId, prepared } = connection;
  const one = async (sql: string, value: string): Promise<Mail | undefined> => {
    const { rows } = await prepared(`SELECT ${columns} FROM mails WHERE organization_id = ? AND ${sql}`, [
      organizationId,
      value,
    ]);
    return rows[0] && toMail(rows[0]);
  };
  return {
    find: (id: string) => one('id = ?', id),
    lock: (id: string) => one('id = ? FOR UPDATE', id),
    findByKey: (dedupeKey: string) => one('dedupe_key = ?', dedupeKey),
    lockByKey: (dedupeKey: string) => one('dedupe_key = ? FOR UPDATE', dedupeKey),
    /** Writes a mail that waits for its first claim. */
    add: async (id: string, it: NewMail, at: Date): Promise<void> => {
      await prepared(
        `INSERT INTO mails (organization_id, id, kind, user_id, admin_id, subject_id, to_address, locale, dedupe_key, status, attempts, created_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'pending', 0, ?)`,
        [organizationId, id, it.kind, it.userId, it.adminId, it.subjectId, it.toAddress, it.locale, it.dedupeKey, at],
      );
    },
    /** Claims a mail that waits; Message-ID and Date of the first claim stay. */
    claim: async (
      id: string,
      it: { toAddress: string; messageId: string; at: Date; leaseUntil: Date },
    ): Promise<void> => {
      await prepared(
        `UPDATE mails SET status = 'sending', attempts = attempts + 1, lease_until = ?, next_attempt_at = NULL, to_address = ?,
           message_id = COALESCE(message_id, ?), date_header = COALESCE(date_header, ?)
         WHERE organization_id = ? AND id = ? AND status IN ('pending', 'cancelled')`,
        [it.leaseUntil, it.toAddress, it.messageId, it.at, organizationId, id],
      );
    },
    /**
     * Settles a claim. Answers false when the claim is no longer in force; the one exception is proof of acceptance, which
     * also ends a doubt about that very claim.
     */
    settle: async (id: string, attempt: number, it: Settlement, proof: { contentSha: string | null; at: Date }) => {
      const from = it.status === 'sent' ? ['sending', 'unknown'] : ['sending'];
      const { affectedRows } = await connection.run(
        `UPDATE mails SET status = ?, attempts = attempts - ?, next_attempt_at = ?, lease_until = NULL, smtp_code = ?, smtp_reply = ?,
           accepted_at = ?, content_sha = COALESCE(?, content_sha)
         WHERE organization_id = ? AND id = ? AND attempts = ? AND status IN (?)`,
        [
          it.status,
          it.isUncounted ? 1 : 0,
          it.nextAttemptAt,
          it.smtpCode,
          it.smtpReply,
          it.status === 'sent' ? proof.at : null,
          proof.contentSha,
          organizationId,
          id,
          attempt,
          from,
        ],
      );
      return affectedRows === 1;
    },
    /** Ends a mail that waits and whose cause is gone. */
    cancel: async (id: string): Promise<void> => {
      await prepared(
        `UPDATE mails SET status = 'cancelled', lease_until = NULL, next_attempt_at = NULL WHERE organization_id = ? AND id = ? AND status = 'pending'`,
        [organizationId, id],
      );
    },
    /** The Message-ID of the newest mail a person got. */
    findLastMessageId: async (userId: string): Promise<string | undefined> => {
      const { rows } = await prepared(
        `SELECT message_id FROM mails WHERE organization_id = ? AND user_id = ? AND status = 'sent' AND kind IN ('invitation', 'reminder')
         ORDER BY accepted_at DESC LIMIT 1`,
        [organizationId, userId],
      );
      return (rows[0]?.['message_id'] as string | null | undefined) ?? undefined;
    },
    /** Mails outside journeys and reports that nobody seems to deliver: waiting since `before`, or claimed and not settled by `now`. */
    listStuck: async (before: Date, now: Date, limit: number): Promise<string[]> => {
      const { rows } = await prepared(
        `SELECT id FROM mails WHERE organization_id = ? AND kind NOT IN ('invitation', 'reminder', 'report')
           AND ((status = 'pending' AND created_at < ? AND (next_attempt_at IS NULL OR next_attempt_at < ?))
             OR (status = 'sending' AND lease_until < ?)) ORDER BY id LIMIT ${Math.trunc(limit)}`,
        [organizationId, before, before, now],
      );
      return rows.map((row) => row['id'] as string);
    },
  };
}

function toMail(row: Row): Mail {
  return {
    id: row['id'] as string,
    kind: row['kind'] as MailKind,
    userId: row['user_id'] as string | null,
    adminId: row['admin_id'] as string | null,
    subjectId: row['subject_id'] as string | null,
    toAddress: (row['to_address'] as string | null) ?? '',
    locale: row['locale'] as string,
    dedupeKey: row['dedupe_key'] as string,
    status: row['status'] as MailStatus,
    attempts: row['attempts'] as number,
    nextAttemptAt: dateOf(row['next_attempt_at']),
    leaseUntil: dateOf(row['lease_until']),
    messageId: row['message_id'] as string | null,
    dateHeader: dateOf(row['date_header']),
  };
}
