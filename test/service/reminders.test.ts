// Journeys on a real database: plans that are kept, mails that are claimed once, doubts that stay doubts.
import type { MailOutcome } from '../../src/domain/mail';
import { useDatabase } from '../support/database';
import { claimed, leaseMs, quickWish, useReminding } from '../support/reminding';

const accepted: MailOutcome = { kind: 'accepted', code: 250, reply: '250 ok' };
const free = { isRetry: false, mayTake: true };
const again = { isRetry: true, mayTake: true };

describe('reminders', () => {
  const db = useDatabase();
  const world = useReminding(db);
  const { clock, caller } = world;
  const moment = (userId: string) => ({ userId, journey: 'onboarding', asOf: clock.now() });
  const stepOf = async (userId: string, step: number) => {
    return { ...moment(userId), stage: 'activation', episode: await world.episodeOf(userId), step };
  };
  const plan = (userId: string, version = 1) =>
    world.build().reminders.planNextStep(caller(), { ...moment(userId), version });

  beforeEach(() => clock.set('2026-03-02T09:00:00Z'));

  describe('the plan', () => {
    it('invites first, keeps what comes next in the open journey and closes it at the end', async () => {
      const { id } = await world.addLicensed();

      const first = await plan(id, 7);
      const [open] = await world.rows(
        'SELECT kind, workflow_id, next_stage, next_action, plan_version, ended_at FROM journeys',
      );
      await db.sql.query(`UPDATE users SET items_added_at = NOW() WHERE id = ?`, [id]);
      const last = await plan(id, 8);
      const [closed] = await world.rows('SELECT end_reason, next_at, is_open FROM journeys');

      expect(first).toEqual({ kind: 'send', stage: 'activation', episode: await world.episodeOf(id), step: 0 });
      expect(open).toMatchObject({
        kind: 'onboarding',
        workflow_id: `onboarding/${id}`,
        next_stage: 'activation',
        next_action: 'remind',
        plan_version: 7,
        ended_at: null,
      });
      expect(last).toEqual({ kind: 'end', reason: 'using' });
      expect(closed).toMatchObject({ end_reason: 'using', next_at: null, is_open: null });
    });

    it('ends for somebody who is not there or of another organization, and opens no journey', async () => {
      const { id } = await world.addLicensed();
      const stranger = { ...caller(), organizationId: db.secondOrganizationId };

      const unknown = await plan('01900000-0000-7000-8000-00000000dead');
      const foreign = await world.build().reminders.planNextStep(stranger, { ...moment(id), version: 1 });

      expect([unknown, foreign]).toEqual([
        { kind: 'end', reason: 'removed' },
        { kind: 'end', reason: 'removed' },
      ]);
      expect(await world.rows('SELECT id FROM journeys')).toEqual([]);
    });

    it('follows the policy once the invitation is over', async () => {
      const { id } = await world.addLicensed();
      const { reminders, policies } = world.build();
      await policies.set(caller(), 'activation', quickWish);
      const invitation = claimed(await reminders.claim(caller(), { ...(await stepOf(id, 0)), ...free }));
      await reminders.settle(caller(), invitation, accepted, null);

      const waiting = await plan(id);
      clock.advance(2000);
      const due = await plan(id);

      expect(waiting).toEqual({ kind: 'wait', untilIso: '2026-03-02T09:00:02.000Z' });
      expect(due).toMatchObject({ kind: 'send', step: 1 });
    });
  });

  describe('a claim', () => {
    it('writes the invitation as a mail alone, with what its text needs', async () => {
      const { id } = await world.addLicensed();

      const claim = claimed(await world.build().reminders.claim(caller(), { ...(await stepOf(id, 0)), ...free }));

      expect(claim).toMatchObject({
        reminderId: null,
        organizationName: 'My organization',
        productName: 'Enpass',
        locale: 'en',
      });
      expect(claim.mail).toMatchObject({ kind: 'invitation', attempt: 1, date: clock.now() });
      expect(claim.mail.messageId).toBe(`<${claim.mail.mailId}@example.com>`);
      expect(await world.mails()).toMatchObject([
        { kind: 'invitation', status: 'sending', dedupe_key: `invitation:${id}`, attempts: 1 },
      ]);
      expect(await world.reminderRows()).toEqual([]);
    });

    it('is made by one of many that come at once, and the mail is counted once', async () => {
      const { id } = await world.addLicensed();
      const { reminders, policies } = world.build();
      await policies.set(caller(), 'activation', quickWish);
      const step = await stepOf(id, 1);

      const claims = await Promise.all(
        Array.from({ length: 8 }, () => reminders.claim(caller(), { ...step, ...free })),
      );
      const winners = claims.filter((claim) => claim.kind === 'claimed');
      await reminders.settle(caller(), claimed(winners[0]!), accepted, 'a'.repeat(64));
      const late = await reminders.claim(caller(), { ...step, ...free });

      expect(winners).toHaveLength(1);
      expect(claims.filter((claim) => claim.kind === 'later')).toHaveLength(7);
      expect(late).toEqual({ kind: 'over', code: 'sent' });
      expect(await world.reminderRows()).toMatchObject([{ stage: 'activation', step_no: 1, status: 'sent' }]);
      expect(await world.counts()).toEqual([{ stage: 'activation', sent: 1 }]);
    });

    it('leaves a row with the code of a skip, and takes it once nothing is in the way', async () => {
      const { id } = await world.addLicensed();
      const { reminders, policies } = world.build();
      await policies.set(caller(), 'activation', quickWish);
      await db.sql.query('UPDATE users SET email = NULL, email_key = NULL WHERE id = ?', [id]);
      const step = await stepOf(id, 1);

      const skipped = await reminders.claim(caller(), { ...step, ...free });
      const rowsOfSkip = await world.reminderRows();
      await db.sql.query(`UPDATE users SET email = 'new@example.com', email_key = 'new@example.com' WHERE id = ?`, [
        id,
      ]);
      const taken = await reminders.claim(caller(), { ...step, ...free });

      expect(skipped).toEqual({ kind: 'over', code: 'no_address' });
      expect(rowsOfSkip).toMatchObject([{ status: 'skipped', reason: 'no_address', mail_id: null }]);
      expect(claimed(taken).mail.toAddress).toBe('new@example.com');
      expect(await world.reminderRows()).toMatchObject([{ status: 'sending', reason: null }]);
    });

    it('decides on fresh facts: nothing leaves after activation, deactivation, release or opt-out', async () => {
      const { reminders, policies, suppression } = world.build();
      await policies.set(caller(), 'activation', quickWish);
      const changes: [string, (id: string) => Promise<unknown>][] = [
        ['stage_left', (id) => db.sql.query('UPDATE users SET activated_at = NOW() WHERE id = ?', [id])],
        ['not_enabled', (id) => db.sql.query(`UPDATE users SET account_state = 'deactivated' WHERE id = ?`, [id])],
        [
          'no_license',
          (id) => db.sql.query('UPDATE license_assignments SET released_at = NOW() WHERE user_id = ?', [id]),
        ],
        [
          'opted_out',
          (id) => suppression.optOut(suppression.optOutUrl(db.organizationId, id, clock.now()).split('/u/')[1]!, 'r'),
        ],
      ];
      const codes: unknown[] = [];

      for (const [index, [, change]] of changes.entries()) {
        const { id } = await world.addLicensed({ name: `person.${index}` });
        const step = await stepOf(id, 1);
        await change(id);
        codes.push(await reminders.claim(caller(), { ...step, ...free }));
      }

      expect(codes).toEqual(changes.map(([code]) => ({ kind: 'over', code })));
      expect(await world.mails()).toEqual([]);
    });

    it('sends nothing while the organization paused its mail, and leaves no row', async () => {
      const { id } = await world.addLicensed();
      await db.sql.query('UPDATE organizations SET automatic_mail_paused_at = NOW() WHERE organization_id = ?', [
        db.organizationId,
      ]);

      const claim = await world.build().reminders.claim(caller(), { ...(await stepOf(id, 0)), ...free });

      expect(claim).toEqual({ kind: 'over', code: 'organization_paused' });
      expect(await world.mails()).toEqual([]);
    });
  });

  describe('a claim nobody settled', () => {
    const lost = async () => {
      const { id } = await world.addLicensed();
      const { reminders, policies } = world.build();
      await policies.set(caller(), 'activation', quickWish);
      const step = await stepOf(id, 1);
      return { id, reminders, step, first: claimed(await reminders.claim(caller(), { ...step, ...free })) };
    };

    it('is left alone by a stranger while its lease runs, and becomes unknown after it', async () => {
      const { reminders, step } = await lost();

      const during = await reminders.claim(caller(), { ...step, ...free });
      clock.advance(leaseMs);
      const after = await reminders.claim(caller(), { ...step, ...free });

      expect(during).toEqual({ kind: 'later', at: new Date('2026-03-02T09:05:00Z') });
      expect(after).toEqual({ kind: 'over', code: 'unknown' });
      expect(await world.mails()).toMatchObject([{ status: 'unknown' }]);
      expect(await world.reminderRows()).toMatchObject([{ status: 'unknown' }]);
    });

    it('becomes unknown at once for the retry of the same work, is never claimed again and counts for the interval', async () => {
      const { id, reminders, step } = await lost();

      const retry = await reminders.claim(caller(), { ...step, ...again });
      const third = await reminders.claim(caller(), { ...step, ...again });
      const next = await plan(id);

      expect([retry, third]).toEqual([
        { kind: 'over', code: 'unknown' },
        { kind: 'over', code: 'unknown' },
      ]);
      expect(await world.mails()).toMatchObject([{ status: 'unknown', attempts: 1 }]);
      expect(await world.counts()).toEqual([]);
      expect(next).toEqual({ kind: 'send', stage: 'activation', episode: step.episode, step: 0 });
    });

    it('ends even while the relay cannot be used', async () => {
      const { reminders, step } = await lost();

      const retry = await reminders.claim(caller(), { ...step, isRetry: true, mayTake: false });

      expect(retry).toEqual({ kind: 'over', code: 'unknown' });
    });

    it('is proved by its own late answer, and by nothing less', async () => {
      const { reminders, step, first } = await lost();
      await reminders.claim(caller(), { ...step, ...again });

      const guess = await reminders.settle(caller(), first, { kind: 'unreachable', reason: 'ECONNECTION' }, null);
      const doubtful = await world.mails();
      const proof = await reminders.settle(caller(), first, accepted, null);

      expect(guess).toBeUndefined();
      expect(doubtful).toMatchObject([{ status: 'unknown' }]);
      expect(proof).toMatchObject({ status: 'sent' });
      expect(await world.reminderRows()).toMatchObject([{ status: 'sent' }]);
      expect(await world.counts()).toEqual([{ stage: 'activation', sent: 1 }]);
    });
  });

  describe('an outcome', () => {
    const settle = async (outcome: MailOutcome, times = 1) => {
      const { id } = await world.addLicensed();
      const { reminders, policies } = world.build();
      await policies.set(caller(), 'activation', quickWish);
      const step = await stepOf(id, 1);
      for (let time = 0; time < times; time += 1) {
        const claim = claimed(await reminders.claim(caller(), { ...step, ...free }));
        await reminders.settle(caller(), claim, outcome, null);
        clock.advance(24 * 3_600_000);
      }
      return { id, reminders, step };
    };

    it('that never reached the relay gives the claim back, uncounted, with the same Message-ID', async () => {
      const { reminders, step } = await settle({ kind: 'unreachable', reason: 'ECONNECTION' });
      const [before] = await world.mails();

      const next = claimed(await reminders.claim(caller(), { ...step, ...free }));

      expect(before).toMatchObject({ status: 'pending', attempts: 0, lease_until: null });
      expect(next.mail).toMatchObject({
        attempt: 1,
        messageId: before?.['message_id'],
        date: new Date('2026-03-02T09:00:00Z'),
      });
    });

    it('of four deferrals is a soft bounce for seven days', async () => {
      await settle({ kind: 'deferred', code: 451, reply: '451 later' }, 4);

      const suppressions = await world.rows('SELECT kind, expires_at IS NOT NULL AS ends FROM suppressions');

      expect(await world.mails()).toMatchObject([{ status: 'rejected', attempts: 4, smtp_code: 451 }]);
      expect(await world.reminderRows()).toMatchObject([{ status: 'failed' }]);
      expect(suppressions).toEqual([{ kind: 'soft_bounce', ends: 1 }]);
    });

    it('waits for a deferral as long as it says', async () => {
      const { id } = await world.addLicensed();
      const { reminders } = world.build();
      const step = await stepOf(id, 0);
      const first = claimed(await reminders.claim(caller(), { ...step, ...free }));
      await reminders.settle(caller(), first, { kind: 'deferred', code: 450, reply: '' }, null);

      const early = await reminders.claim(caller(), { ...step, ...again });

      expect(early).toEqual({ kind: 'later', at: new Date('2026-03-02T09:15:00Z') });
    });

    it('of a dead address suppresses it, tells the journey and leaves an audit entry', async () => {
      const { id } = await settle({ kind: 'rejected', code: 550, reply: '550 5.1.1 no such user', enhanced: '5.1.1' });

      const next = await plan(id);
      const [entry] = await world.rows(
        `SELECT action, target_id FROM audit_entries WHERE action = 'suppression.added'`,
      );

      expect(await world.rows('SELECT kind, expires_at FROM suppressions')).toEqual([
        { kind: 'hard_bounce', expires_at: null },
      ]);
      expect(await world.topics()).toContain('SuppressionChanged');
      expect(entry).toMatchObject({ target_id: id });
      expect(next).toMatchObject({ kind: 'send', step: 2 });
    });
  });

  it('records an escalation once', async () => {
    const { id } = await world.addLicensed();
    const { reminders } = world.build();
    const step = await stepOf(id, 4);

    await reminders.recordStep(caller(), step);
    await reminders.recordStep(caller(), step);

    expect(await world.rows('SELECT stage, dedupe_key, state FROM escalation_items')).toEqual([
      { stage: 'activation', dedupe_key: `a:onboarding:activation:${step.episode}:4`, state: 'open' },
    ]);
  });
});
