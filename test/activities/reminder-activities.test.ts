// sendReminder on a real database and real SMTP servers: every outcome, every place where a process may die.
import { MockActivityEnvironment } from '@temporalio/testing';
import { createReminderActivities } from '../../src/activities/reminder-activities';
import { AppError } from '../../src/errors';
import { createMails as createTexts } from '../../src/mail/mails';
import { inPackage } from '../../src/root';
import { aMailer, closeAll, kept, waitsFor } from '../mail/builders';
import { useDatabase } from '../support/database';
import { mailboxOfSink } from '../support/mailbox';
import { quickWish, useReminding } from '../support/reminding';
import { quietLog } from '../support/reports';
import { startScriptedRelay, startSmtpSink, type Script } from '../support/smtp-server';
import { quietSdkLog } from '../support/temporal-client';

const texts = createTexts({
  folder: inPackage('templates', 'mail'),
  partialsFolder: inPackage('templates', 'partials'),
});

describe('sendReminder', () => {
  const db = useDatabase();
  const world = useReminding(db);
  let fault: (point: string) => Promise<void>;

  const activitiesOver = (url: string, more: object = {}) => {
    const services = world.build();
    return createReminderActivities({
      ...services,
      texts,
      mailer: aMailer(url),
      clock: world.clock,
      log: quietLog,
      fault: (point) => fault(point),
      takeToken: () => services.mails.takeToken(),
      pauseMs: { relay: 60_000, record: 5 },
      from: 'uptake@example.com',
      ...more,
    });
  };
  const aStep = async (step = 1) => {
    const { id: userId } = await world.addLicensed();
    await world.build().policies.set(world.caller(), 'activation', quickWish);
    const episode = await world.episodeOf(userId);
    const asOfIso = world.clock.now().toISOString();
    return {
      organizationId: db.organizationId,
      userId,
      journey: 'onboarding',
      stage: 'activation',
      episode,
      step,
      asOfIso,
    } as const;
  };
  type Activities = ReturnType<typeof activitiesOver>;
  /** One try of the activity, as Temporal makes it: its answer, or the failure it ends with. */
  const tryOnce = async (
    activities: Activities,
    args: Awaited<ReturnType<typeof aStep>>,
    attempt = 1,
  ): Promise<unknown> => {
    const environment = new MockActivityEnvironment({ attempt }, { logger: quietSdkLog });
    return environment.run(activities.sendReminder, args).then(
      () => 'done',
      (failure: unknown) => failure,
    );
  };
  const states = async () => (await world.mails()).map((row) => row['status']);

  beforeEach(() => {
    world.clock.set('2026-03-02T09:00:00Z');
    fault = async () => undefined;
  });
  afterEach(closeAll);

  it('delivers the invitation: kind, headers, no opt-out, and the row with its proof', async () => {
    const sink = kept(await startSmtpSink());

    const result = await tryOnce(activitiesOver(sink.url), await aStep(0));
    const [mail] = await mailboxOfSink(sink).list();

    expect(result).toBe('done');
    expect(mail).toMatchObject({ to: 'pending.user@example.com', kind: 'invitation', fromName: 'My organization' });
    expect(mail?.headers).not.toHaveProperty('list-unsubscribe');
    expect(await world.rows('SELECT status, smtp_code, LENGTH(content_sha) AS sha FROM mails')).toEqual([
      { status: 'sent', smtp_code: 250, sha: 64 },
    ]);
  });

  it('delivers a reminder with an opt-out link that works, in the header as in the text', async () => {
    const sink = kept(await startSmtpSink());
    const step = await aStep(1);

    await tryOnce(activitiesOver(sink.url), step);
    const [mail] = await mailboxOfSink(sink).list();
    const link = /https:\/\/uptake\.example\.com\/u\/(\S+)/.exec(mail?.text ?? '')?.[1] ?? '';
    const page = await world.build().suppression.readToken(link);

    expect(mail).toMatchObject({ kind: 'reminder' });
    expect(mail?.headers['list-unsubscribe']).toBe(`<https://uptake.example.com/u/${link}>`);
    expect(page.userId).toBe(step.userId);
    expect(await world.reminderRows()).toMatchObject([{ status: 'sent' }]);
  });

  it.each<[string, Script, string, unknown]>([
    ['refused for good', { rcpt: '550 5.1.1 nobody here' }, 'rejected', 'done'],
    ['put off', { rcpt: '450 4.2.1 later' }, 'pending', { type: 'mail.deferred', nextRetryDelay: 900_000 }],
    ['put off after the mail', { end: '452 4.3.1 full' }, 'pending', { type: 'mail.deferred' }],
    ['cut before the mail', { mail: { drop: true } }, 'pending', { type: 'mail.unreachable' }],
    ['silent at the greeting', { greeting: { hang: true } }, 'pending', { type: 'mail.unreachable' }],
    ['cut after the mail', { end: { drop: true } }, 'unknown', 'done'],
    ['silent after the mail', { end: { hang: true } }, 'unknown', 'done'],
  ])('a relay that is %s', async (_, script, status, expected) => {
    const relay = kept(await startScriptedRelay(script));
    const step = await aStep(1);

    const result = await tryOnce(activitiesOver(relay.url, { mailer: aMailer(relay.url, waitsFor(script)) }), step);

    expect(await states()).toEqual([status]);
    expect({ result }).toMatchObject({ result: expected });
  });

  it('sends nothing again after a doubt, however often it is asked', async () => {
    const relay = kept(await startScriptedRelay({ end: { drop: true } }));
    const sink = kept(await startSmtpSink());
    const step = await aStep(1);
    await tryOnce(activitiesOver(relay.url), step);

    const results = [
      await tryOnce(activitiesOver(sink.url), step, 1),
      await tryOnce(activitiesOver(sink.url), step, 2),
    ];

    expect(results).toEqual(['done', 'done']);
    expect(sink.mails).toHaveLength(0);
    expect(await states()).toEqual(['unknown']);
  });

  it.each([
    ['mail.afterClaim', 0, 'unknown'],
    ['mail.beforeSmtp', 1, 'sent'],
    ['mail.afterAccept', 1, 'unknown'],
  ])('a try that ends at %s delivers %d mails in all and leaves the row %s', async (point, delivered, status) => {
    const sink = kept(await startSmtpSink());
    const step = await aStep(1);
    const activities = activitiesOver(sink.url);
    fault = async (passed) => {
      if (passed === point) throw new Error(`fault at ${point}`);
    };

    await tryOnce(activities, step, 1);
    fault = async () => undefined;
    const second = await tryOnce(activities, step, 2);
    await tryOnce(activities, step, 3);

    expect(second).toBe('done');
    expect(sink.mails).toHaveLength(delivered);
    expect(await states()).toEqual([status]);
  });

  it('keeps what it knows while the database does not take it, and records it once', async () => {
    const sink = kept(await startSmtpSink());
    const step = await aStep(1);
    const services = world.build();
    let refusals = 2;
    const settle: typeof services.reminders.settle = async (...args) => {
      if (refusals > 0) {
        refusals -= 1;
        throw new AppError('database.unavailable');
      }
      return services.reminders.settle(...args);
    };

    const result = await tryOnce(activitiesOver(sink.url, { reminders: { ...services.reminders, settle } }), step);

    expect([result, refusals]).toEqual(['done', 0]);
    expect(await states()).toEqual(['sent']);
    expect(await world.counts()).toEqual([{ stage: 'activation', sent: 1 }]);
  });

  it('claims nothing without a token, and says how long to wait', async () => {
    const sink = kept(await startSmtpSink());

    const result = await tryOnce(activitiesOver(sink.url, { takeToken: async () => 700 }), await aStep(1));

    expect(result).toMatchObject({ type: 'mail.rate', nextRetryDelay: 700, nonRetryable: false });
    expect(await world.mails()).toEqual([]);
  });

  it('claims nothing while the relay is known to be gone, but ends a claim that was lost', async () => {
    const sink = kept(await startSmtpSink());
    const step = await aStep(1);
    fault = async () => Promise.reject(new Error('killed'));
    await tryOnce(activitiesOver(sink.url), step, 1);
    fault = async () => undefined;
    const gone = {
      mailer: { ready: () => false, send: async () => Promise.reject(new Error()), close: async () => undefined },
    };

    const result = await tryOnce(activitiesOver(sink.url, gone), step, 2);

    expect(result).toMatchObject({ type: 'mail.unreachable', nonRetryable: false });
    expect(await states()).toEqual(['unknown']);
  });

  it('gives the claim back when Temporal gave the try up before the mail left', async () => {
    const sink = kept(await startSmtpSink());
    const step = await aStep(1);
    const environment = new MockActivityEnvironment({ attempt: 1 }, { logger: quietSdkLog });
    fault = async (point) => {
      if (point === 'mail.beforeSmtp') environment.cancel('HEARTBEAT_TIMEOUT' as never);
    };

    const result = environment.run(activitiesOver(sink.url).sendReminder, step);

    await expect(result).rejects.toMatchObject({ type: 'mail.given_up' });
    expect(sink.mails).toHaveLength(0);
    expect(await states()).toEqual(['pending']);
  });

  it('holds the mail back, claim and all, when its text cannot be made', async () => {
    const sink = kept(await startSmtpSink());
    const broken = () => {
      throw new AppError('template.failed', { template: 'reminder-activation/text', reason: 'no firstName' });
    };

    const result = await tryOnce(
      activitiesOver(sink.url, { texts: { invitation: broken, reminder: broken } }),
      await aStep(1),
    );

    expect(result).toMatchObject({ type: 'TemplateError', nonRetryable: true, message: 'template.failed' });
    expect(await states()).toEqual(['pending']);
    expect(await world.reminderRows()).toMatchObject([{ status: 'queued' }]);
  });

  it('never shows the relay an address that cannot stand in a mail', async () => {
    const sink = kept(await startSmtpSink());
    const step = await aStep(1);
    await db.sql.query(`UPDATE users SET email = 'a..b@-example.com', email_key = 'a..b@-example.com' WHERE id = ?`, [
      step.userId,
    ]);

    const result = await tryOnce(activitiesOver(sink.url), step);

    expect(result).toBe('done');
    expect(sink.connections()).toBe(0);
    expect(await states()).toEqual([]);
    expect(await world.reminderRows()).toMatchObject([{ status: 'skipped', reason: 'no_address' }]);
  });

  it("plans and notes as the services do, under the workflow's name", async () => {
    const { organizationId, userId, asOfIso, ...step } = await aStep(4);
    const activities = activitiesOver('smtp://127.0.0.1:1');
    const run = <A, R>(work: (args: A) => Promise<R>, args: A): Promise<R> =>
      new MockActivityEnvironment({}, { logger: quietSdkLog }).run(work, args);

    const next = await run(activities.planNextStep, {
      organizationId,
      userId,
      journey: 'onboarding',
      version: 3,
      asOfIso,
    });
    await run(activities.recordStep, { ...step, organizationId, userId, asOfIso, note: 'escalate' });
    const [policy] = await world.build().policies.list(world.caller());
    const page = await run(activities.replanPage, { organizationId, policyId: policy!.id });

    expect(next).toMatchObject({ kind: 'send', step: 0 });
    expect(await world.rows('SELECT stage FROM escalation_items')).toEqual([{ stage: 'activation' }]);
    expect(page).toEqual({ journeys: 1, after: undefined });
  });
});
