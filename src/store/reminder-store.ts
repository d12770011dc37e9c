// Reminder rows, their counts, and what a plan needs to know of one person. Called by service/reminders.
import type { JourneyStep, ReminderRow, ReminderStatus } from '../domain/reminder-facts';
import type { AccountState, Milestones, UserSource } from '../domain/user';
import { dateOf, type Connection, type Row, type Value } from './connection';

/** The person a journey is about. */
export interface Recipient {
  readonly id: string;
  readonly source: UserSource;
  readonly accountState: AccountState;
  readonly email: string | null;
  readonly emailKey: string | null;
  readonly givenName: string | null;
  readonly displayName: string | null;
  readonly locale: string | null;
  readonly timeZone: string | null;
  readonly milestones: Pick<Milestones, 'activatedAt' | 'onboardedAt' | 'itemsAddedAt'>;
}

/** A reminder to write or to change. */
export interface ReminderEntry {
  readonly id: string;
  readonly userId: string;
  readonly journeyId: string | null;
  readonly policyId: string | null;
  readonly step: JourneyStep;
  readonly dedupeKey: string;
  readonly status: ReminderStatus;
  readonly reason: string | null;
  readonly mailId: string | null;
  readonly claimedAt: Date | null;
  readonly leaseUntil: Date | null;
}

/** The reminder that a mail carried. */
export interface CarriedReminder extends JourneyStep {
  readonly reminderId: string;
  readonly userId: string;
}

/** A sent row that the cap and the next interval count from. */
const left = ['sent', 'bounced', 'unknown'];

/** Flags of the people pending in a stage: enabled, seat, and the milestones before it. */
const pendingFlags: Readonly<Record<string, number>> = { activation: 3, app_setup: 7, usage: 15 };

/** Reminders of one organization. */
export function createReminderStore(connection: Connection) {
  const { organizationId, prepared } = connection;
  return {
    /** The person, locked until the transaction ends. */
    lockRecipient: async (userId: string): Promise<Recipient | undefined> => {
      const { rows } = await prepared(
        `SELECT id, source, account_state, email, email_key, given_name, display_name, locale, time_zone, activated_at, onboarded_at,
           items_added_at FROM users WHERE organization_id = ? AND id = ? FOR UPDATE`,
        [organizationId, userId],
      );
      return rows[0] && toRecipient(rows[0]);
    },
    findSeat: async (userId: string): Promise<{ assignmentId: string; assignedAt: Date } | undefined> => {
      const { rows } = await prepared(
        'SELECT id, assigned_at FROM license_assignments WHERE organization_id = ? AND user_id = ? AND app_open = 1',
        [organizationId, userId],
      );
      return rows[0] && { assignmentId: rows[0]['id'] as string, assignedAt: rows[0]['assigned_at'] as Date };
    },
    /** Every automatic reminder of a person, and when the newest of any kind left. */
    history: async (userId: string): Promise<{ reminders: ReminderRow[]; lastMailAt: Date | null }> => {
      const { rows } = await prepared(
        `SELECT stage, episode, step_no, kind, status, reason, COALESCE(sent_at, claimed_at, created_at) AS happened_at FROM reminders
         WHERE organization_id = ? AND user_id = ? ORDER BY happened_at`,
        [organizationId, userId],
      );
      const newest = rows.findLast((row) => left.includes(row['status'] as string));
      return {
        reminders: rows.filter((row) => row['kind'] === 'automatic').map(toReminderRow),
        lastMailAt: dateOf(newest?.['happened_at']),
      };
    },
    /** Steps that were escalated. */
    listNotes: async (userId: string): Promise<JourneyStep[]> => {
      const { rows } = await prepared(
        'SELECT dedupe_key FROM escalation_items WHERE organization_id = ? AND user_id = ?',
        [organizationId, userId],
      );
      return rows.flatMap((row) => {
        const [, , stage, episode, step] = (row['dedupe_key'] as string).split(':');
        return stage && episode ? [{ stage, episode, step: Number(step) }] : [];
      });
    },
    /** Records an escalation; a repeat changes nothing. */
    addNote: async (it: { id: string; userId: string; stage: string; dedupeKey: string }, at: Date): Promise<void> => {
      await prepared(
        `INSERT INTO escalation_items (organization_id, id, user_id, stage, dedupe_key, state, created_at) VALUES (?, ?, ?, ?, ?, 'open', ?)
         ON DUPLICATE KEY UPDATE dedupe_key = VALUES(dedupe_key)`,
        [organizationId, it.id, it.userId, it.stage, it.dedupeKey, at],
      );
    },
    /** People pending in a stage, from the kept histogram. */
    countPending: async (stage: string): Promise<number> => {
      const { rows } = await prepared(
        'SELECT SUM(people) AS people FROM adoption_counts WHERE organization_id = ? AND (flags & 31) = ?',
        [organizationId, pendingFlags[stage] ?? 0],
      );
      return Number(rows[0]?.['people'] ?? 0);
    },
    find: async (userId: string, dedupeKey: string): Promise<{ id: string; status: ReminderStatus } | undefined> => {
      const { rows } = await prepared(
        'SELECT id, status FROM reminders WHERE organization_id = ? AND user_id = ? AND dedupe_key = ?',
        [organizationId, userId, dedupeKey],
      );
      return rows[0] && { id: rows[0]['id'] as string, status: rows[0]['status'] as ReminderStatus };
    },
    /** The reminder that a mail carried, as far as settling it asks. */
    findByMail: async (mailId: string): Promise<CarriedReminder | undefined> => {
      const { rows } = await prepared(
        'SELECT id, user_id, stage, episode, step_no FROM reminders WHERE organization_id = ? AND mail_id = ?',
        [organizationId, mailId],
      );
      const [row] = rows;
      if (row === undefined) return undefined;
      const { id, user_id: userId, stage, episode, step_no: step } = row as Record<string, string>;
      const ids = { reminderId: id as string, userId: userId as string };
      return { ...ids, stage: stage as string, episode: episode as string, step: Number(step) };
    },
    add: async (it: ReminderEntry, at: Date): Promise<void> => {
      await prepared(
        `INSERT INTO reminders (organization_id, id, user_id, journey_id, stage, episode, step_no, kind, policy_id, dedupe_key, status, reason,
           claimed_at, lease_until, mail_id, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, 'automatic', ?, ?, ?, ?, ?, ?, ?, ?)`,
        [
          organizationId,
          it.id,
          it.userId,
          it.journeyId,
          ...stepValues(it.step),
          it.policyId,
          it.dedupeKey,
          ...state(it),
          at,
        ],
      );
    },
    save: async (it: ReminderEntry): Promise<void> => {
      await prepared(
        `UPDATE reminders SET journey_id = ?, policy_id = ?, status = ?, reason = ?, claimed_at = ?, lease_until = ?, mail_id = COALESCE(?, mail_id)
         WHERE organization_id = ? AND id = ?`,
        [it.journeyId, it.policyId, ...state(it), organizationId, it.id],
      );
    },
    /** Follows the mail of a reminder: its new state, and when it left. */
    settle: async (id: string, status: ReminderStatus, sentAt: Date | null): Promise<void> => {
      await prepared(
        'UPDATE reminders SET status = ?, reason = NULL, lease_until = NULL, sent_at = COALESCE(?, sent_at) WHERE organization_id = ? AND id = ?',
        [status, sentAt, organizationId, id],
      );
    },
    /** Counts one more reminder that the relay accepted. */
    count: async (userId: string, stage: string, at: Date): Promise<void> => {
      await prepared(
        `INSERT INTO user_reminder_counts (organization_id, user_id, stage, sent, last_sent_at) VALUES (?, ?, ?, 1, ?)
         ON DUPLICATE KEY UPDATE sent = sent + 1, last_sent_at = VALUES(last_sent_at)`,
        [organizationId, userId, stage, at],
      );
    },
  };
}

function stepValues({ stage, episode, step }: JourneyStep): Value[] {
  return [stage, episode, step];
}

function state(it: ReminderEntry): Value[] {
  return [it.status, it.reason, it.claimedAt, it.leaseUntil, it.mailId];
}

function toReminderRow(row: Row): ReminderRow {
  return {
    stage: row['stage'] as string,
    episode: row['episode'] as string,
    step: row['step_no'] as number,
    status: row['status'] as ReminderStatus,
    reason: row['reason'] as string | null,
    at: row['happened_at'] as Date,
  };
}

function toRecipient(row: Row): Recipient {
  return {
    id: row['id'] as string,
    source: row['source'] as UserSource,
    accountState: row['account_state'] as AccountState,
    email: row['email'] as string | null,
    emailKey: row['email_key'] as string | null,
    givenName: row['given_name'] as string | null,
    displayName: row['display_name'] as string | null,
    locale: row['locale'] as string | null,
    timeZone: row['time_zone'] as string | null,
    milestones: {
      activatedAt: dateOf(row['activated_at']),
      onboardedAt: dateOf(row['onboarded_at']),
      itemsAddedAt: dateOf(row['items_added_at']),
    },
  };
}
