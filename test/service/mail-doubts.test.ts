// A mail of unknown fate that a person sends again: one more attempt with every check, once for each time they ask.
import { newId } from '../../src/ids';
import { createAlerts } from '../../src/service/alerts';
import { createMailDoubts } from '../../src/service/mail-doubts';
import { addAdmin } from '../support/alerts';
import { useDatabase } from '../support/database';
import { claimed, quickWish, useReminding } from '../support/reminding';

const free = { isRetry: false, mayTake: true };
const accepted = { kind: 'accepted', code: 250, reply: 'ok' } as const;
const unknown = { kind: 'unknown', reason: 'lost' } as const;
const reason = 'the relay has no trace of it';

describe('a mail of unknown fate', () => {
  const db = useDatabase();
  const world = useReminding(db);
  const { clock, caller } = world;
  const doubts = () => createMailDoubts({ database: db.database, clock, mailsPerSecond: 10 });
  const alerts = async () =>
    (await createAlerts({ database: db.database, clock, newId }).list(caller(), { isAll: false })).map(
      ({ facts }) => facts.kind,
    );

  beforeEach(async () => {
    clock.set('2026-03-02T09:00:00Z');
    await addAdmin(db, 'one');
    await world.build().policies.set(caller(), 'activation', quickWish);
  });

  async function claimStep(userId: string, step: number) {
    const place = { journey: 'onboarding', stage: 'activation', episode: await world.episodeOf(userId), step };
    return world.build().reminders.claim(caller(), { ...place, userId, asOf: clock.now(), ...free });
  }
  async function sendStep(userId: string, step: number, outcome: typeof accepted | typeof unknown) {
    const claim = claimed(await claimStep(userId, step));
    await world.build().reminders.settle(caller(), claim, outcome, null);
    return claim.mail;
  }
  /** Somebody whose invitation left and whose first reminder may have. */
  async function inDoubt() {
    const { id: userId } = await world.addLicensed();
    await sendStep(userId, 0, accepted);
    clock.advance(60_000);
    return { userId, mail: await sendStep(userId, 1, unknown) };
  }
  const nextStep = (userId: string) =>
    world.build().reminders.planNextStep(caller(), { userId, journey: 'onboarding', asOf: clock.now(), version: 9 });
  const wake = async () => (await world.topics()).filter((topic) => topic !== 'MailQueued');

  it('leaves once more with its own Message-ID when a person asks for it, and counts once', async () => {
    const { userId, mail } = await inDoubt();
    const before = await alerts();

    await doubts().sendAgain(caller(), mail.mailId, reason);
    const queued = [await world.reminderRows(), await alerts(), await wake()];
    const plan = await nextStep(userId);
    const again = await sendStep(userId, 1, accepted);

    expect(before).toEqual(['mail_unknown']);
    expect(queued).toEqual([
      [expect.objectContaining({ step_no: 1, status: 'queued' })],
      [],
      ['PolicyActivated', 'JourneyStale'],
    ]);
    expect(plan).toMatchObject({ kind: 'send', stage: 'activation', step: 1 });
    expect(again).toMatchObject({ mailId: mail.mailId, messageId: mail.messageId, date: mail.date, attempt: 2 });
    expect(await world.counts()).toEqual([{ stage: 'activation', sent: 1 }]);
  });

  it('is never sent again by itself, nor twice for one wish', async () => {
    const { userId, mail } = await inDoubt();
    const alone = await claimStep(userId, 1);
    await doubts().sendAgain(caller(), mail.mailId, reason);

    const twice = doubts().sendAgain(caller(), mail.mailId, reason);

    expect(alone).toEqual({ kind: 'over', code: 'unknown' });
    await expect(twice).rejects.toMatchObject({ code: 'mail.not_found' });
    await sendStep(userId, 1, unknown);
    expect(await claimStep(userId, 1)).toEqual({ kind: 'over', code: 'unknown' });
    expect(await alerts()).toEqual(['mail_unknown']);
  });

  it('keeps who had it sent again and why, the reason apart from the entry', async () => {
    const { userId, mail } = await inDoubt();

    await doubts().sendAgain(caller(), mail.mailId, ` ${reason} `);

    expect(
      await world.rows(
        `SELECT a.actor_kind, a.request_id, a.target_id, v.value_text, v.subject_user_id FROM audit_entries a
         JOIN audit_personal_values v ON v.audit_id = a.id WHERE a.action = 'mail.sent_again'`,
      ),
    ).toEqual([
      {
        actor_kind: 'system',
        request_id: 'onboarding/test',
        target_id: mail.mailId,
        value_text: reason,
        subject_user_id: userId,
      },
    ]);
  });

  it('leaves again where it is an invitation', async () => {
    const { id: userId } = await world.addLicensed();
    const mail = await sendStep(userId, 0, unknown);

    await doubts().sendAgain(caller(), mail.mailId, reason);

    expect(await nextStep(userId)).toMatchObject({ kind: 'send', step: 0 });
    expect(await sendStep(userId, 0, accepted)).toMatchObject({ messageId: mail.messageId, attempt: 2 });
  });

  it('goes back to its own queue where no journey sends it', async () => {
    const { mails } = world.build();
    const wish = { kind: 'test', userId: null, adminId: null, subjectId: null, toAddress: 'a@example.com' } as const;
    const mailId = await db.database.inTransaction(db.organizationId, (stores) =>
      mails.queue(stores, { ...wish, locale: 'en', dedupeKey: 'k' }, { at: clock.now() }),
    );
    const first = await mails.claim(caller(), mailId, free);
    if (first.kind === 'claimed') await mails.settle(caller(), first.mail, unknown, null);

    await doubts().sendAgain(caller(), mailId, reason);

    expect((await world.topics()).filter((topic) => topic === 'MailQueued')).toHaveLength(3);
    expect(await mails.claim(caller(), mailId, free)).toMatchObject({ kind: 'claimed', mail: { attempt: 2 } });
  });

  it.each([
    ['is deactivated', "UPDATE users SET account_state = 'deactivated' WHERE id = ?", 'deactivated'],
    ['has gone on', "UPDATE users SET activated_at = '2026-03-02 09:00:30' WHERE id = ?", 'has gone on'],
    [
      'wants no mail',
      "INSERT INTO suppressions (organization_id, id, user_id, kind, started_at, created_at) SELECT organization_id, UUID(), id, 'opt_out', NOW(6), NOW(6) FROM users WHERE id = ?",
      'opted_out',
    ],
  ])('stays in doubt, with the reason said, when the person %s', async (_, sql, why) => {
    const { userId, mail } = await inDoubt();
    await db.sql.query(sql, [userId]);

    await expect(doubts().sendAgain(caller(), mail.mailId, reason)).rejects.toMatchObject({
      code: 'input.invalid',
      message: expect.stringContaining(why),
    });

    expect((await world.mails()).map(({ status }) => status)).toContain('unknown');
    expect((await world.reminderRows()).map(({ status }) => status)).toEqual(['unknown']);
    expect(await wake()).toEqual(['PolicyActivated']);
  });

  it('stays in doubt when a later reminder of the stage has left, and when it is a report', async () => {
    const { userId, mail } = await inDoubt();
    clock.advance(60_000);
    await sendStep(userId, 2, accepted);
    const reportMail = newId();
    await db.sql.query(
      `INSERT INTO mails (organization_id, id, kind, to_address, locale, dedupe_key, status, attempts, created_at)
       VALUES (?, ?, 'report', 'a@example.com', 'en', 'r', 'unknown', 1, NOW(6))`,
      [db.organizationId, reportMail],
    );

    await expect(doubts().sendAgain(caller(), mail.mailId, reason)).rejects.toMatchObject({ code: 'input.invalid' });
    await expect(doubts().sendAgain(caller(), reportMail, reason)).rejects.toMatchObject({
      message: expect.stringContaining('report run'),
    });

    expect((await doubts().list(caller())).map(({ id }) => id)).toHaveLength(2);
  });

  it('is nobody else’s, and wants a reason', async () => {
    const { mail } = await inDoubt();
    const stranger = { ...caller(), organizationId: db.secondOrganizationId };

    await expect(doubts().sendAgain(stranger, mail.mailId, reason)).rejects.toMatchObject({ code: 'mail.not_found' });
    await expect(doubts().sendAgain(caller(), mail.mailId, ' ')).rejects.toMatchObject({ code: 'input.invalid' });

    expect((await doubts().list(caller())).map(({ id }) => id)).toEqual([mail.mailId]);
  });
});
