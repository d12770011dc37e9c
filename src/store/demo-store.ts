// What only the demo writes: an emptied installation, and mails that nobody sent. Refused unless the data is a demo's.
import type { Connection, ScanConnection } from './connection';

/** A reminder or invitation of the story. */
export interface ToldMail {
  readonly mailId: string;
  readonly reminderId: string;
  readonly userId: string;
  readonly address: string;
  readonly locale: string;
  readonly episode: string;
  /** undefined = the invitation. */
  readonly step: { readonly stage: string; readonly stepNo: number } | undefined;
  readonly at: Date;
}

const mailColumns =
  'organization_id, id, kind, user_id, to_address, locale, message_id, date_header, dedupe_key, status, attempts, smtp_code, smtp_reply, accepted_at, created_at';

/** The demo's rows of one organization. */
export function createDemoStore({ organizationId, run, insertMany }: Connection) {
  return {
    /** Mails as if they had been accepted, their reminders, and the counts per person and stage. */
    addMails: async (mails: readonly ToldMail[]): Promise<void> => {
      await insertMany(
        `INSERT INTO mails (${mailColumns}) VALUES ?`,
        mails.map((it) => mailRow(organizationId, it)),
      );
      const reminders = mails.flatMap((it) => (it.step === undefined ? [] : [{ ...it, step: it.step }]));
      await insertMany(
        'INSERT INTO reminders (organization_id, id, user_id, stage, episode, step_no, kind, dedupe_key, status, claimed_at, sent_at, mail_id, created_at) VALUES ?',
        reminders.map(({ step, ...it }) => [
          organizationId,
          it.reminderId,
          it.userId,
          step.stage,
          it.episode,
          step.stepNo,
          'automatic',
          `a:onboarding:${step.stage}:${it.episode}:${step.stepNo}`,
          'sent',
          it.at,
          it.at,
          it.mailId,
          it.at,
        ]),
      );
      await insertMany(
        `INSERT INTO user_reminder_counts (organization_id, user_id, stage, sent, last_sent_at) VALUES ?
         ON DUPLICATE KEY UPDATE sent = sent + 1, last_sent_at = GREATEST(last_sent_at, VALUES(last_sent_at))`,
        reminders.map((it) => [organizationId, it.userId, it.step.stage, 1, it.at]),
      );
    },
    /** Open app assignments by user: the episodes of their journeys. */
    listEpisodes: async (): Promise<Map<string, string>> => {
      const { rows } = await run(
        'SELECT user_id, id FROM license_assignments WHERE organization_id = ? AND app_open = 1',
        [organizationId],
      );
      return new Map(rows.map((row) => [row['user_id'] as string, row['id'] as string]));
    },
    /** The story is over: nothing of it is to be followed. */
    closeOutbox: async (at: Date): Promise<void> => {
      await run('UPDATE outbox SET dispatched_at = ? WHERE organization_id = ? AND dispatched_at IS NULL', [
        at,
        organizationId,
      ]);
    },
    /** When the organization began. */
    begin: async (at: Date): Promise<void> => {
      await run('UPDATE organizations SET created_at = ? WHERE organization_id = ?', [at, organizationId]);
      await run('UPDATE license_pool_terms SET started_at = ? WHERE organization_id = ?', [at, organizationId]);
    },
  };
}

/** The whole installation: whether it may be emptied, and emptying it. */
export function createDemoScan({ run }: ScanConnection) {
  return {
    /** Whether there is nothing but a demo: no organization, one marked as a demo, or one nobody was provisioned into. */
    isDemo: async (): Promise<boolean> => {
      const { rows } = await run(
        `SELECT (SELECT COUNT(*) FROM organizations) AS organizations, (SELECT COUNT(*) FROM users) AS users,
           (SELECT COUNT(*) FROM organization_settings WHERE setting = 'demo') AS demos`,
      );
      const { organizations, users, demos } = rows[0] as Record<string, unknown>;
      return Number(users) === 0 || (Number(organizations) === 1 && Number(demos) === 1);
    },
    /** Empties every table but the migrations' own. */
    empty: async (): Promise<void> => {
      const { rows } = await run(
        `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE' AND table_name NOT LIKE 'migrations%'`,
      );
      await run('SET FOREIGN_KEY_CHECKS = 0');
      for (const row of rows) await run(`DELETE FROM ${row['name'] as string}`);
      await run('SET FOREIGN_KEY_CHECKS = 1');
    },
  };
}

function mailRow(organizationId: number, it: ToldMail) {
  const key =
    it.step === undefined
      ? `invitation:${it.userId}`
      : `${it.userId}:a:onboarding:${it.step.stage}:${it.episode}:${it.step.stepNo}`;
  const kind = it.step === undefined ? 'invitation' : 'reminder';
  const messageId = `<${it.mailId}@demo.example>`;
  return [
    organizationId,
    it.mailId,
    kind,
    it.userId,
    it.address,
    it.locale,
    messageId,
    it.at,
    key,
    'sent',
    1,
    250,
    '250 OK',
    it.at,
    it.at,
  ];
}
