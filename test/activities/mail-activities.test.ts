// sendMail: a queued mail of any kind that somebody can compose, delivered once.
import { MockActivityEnvironment } from '@temporalio/testing';
import { createMailActivities, type MailComposer } from '../../src/activities/mail-activities';
import type { NewMail } from '../../src/store/mail-store';
import { aMailer, closeAll, kept } from '../mail/builders';
import { useDatabase } from '../support/database';
import { mailboxOfSink } from '../support/mailbox';
import { useReminding } from '../support/reminding';
import { quietLog } from '../support/reports';
import { startSmtpSink } from '../support/smtp-server';
import { quietSdkLog } from '../support/temporal-client';

describe('sendMail', () => {
  const db = useDatabase();
  const world = useReminding(db);
  const compose: MailComposer = async (_, mail) => ({
    content: { subject: 'A test', text: `To ${mail.locale}`, html: '<p>A test</p>' },
    fromName: 'My organization',
  });
  const send = async (composers: { test?: MailComposer }) => {
    const sink = kept(await startSmtpSink());
    const { id: userId } = await world.addLicensed();
    const { mails } = world.build();
    const mail: NewMail = {
      kind: 'test',
      userId,
      adminId: null,
      subjectId: null,
      toAddress: 'a@example.com',
      locale: 'en',
      dedupeKey: 'k',
    };
    const mailId = await db.database.inTransaction(db.organizationId, (stores) =>
      mails.queue(stores, mail, { at: world.clock.now() }),
    );
    const activities = createMailActivities({
      mails,
      composers,
      mailer: aMailer(sink.url),
      clock: world.clock,
      log: quietLog,
      fault: async () => undefined,
      takeToken: async () => 0,
      from: 'uptake@example.com',
    });
    const args = { organizationId: db.organizationId, mailId };
    const run = () => new MockActivityEnvironment({}, { logger: quietSdkLog }).run(activities.sendMail, args);
    return { run, sink };
  };

  afterEach(closeAll);

  it('delivers once and answers the state', async () => {
    const { run, sink } = await send({ test: compose });

    const answers = [await run(), await run()];

    expect(answers).toEqual(['sent', 'sent']);
    expect(await mailboxOfSink(sink).list()).toMatchObject([{ to: 'a@example.com', subject: 'A test', kind: 'test' }]);
  });

  it('waits for a person when nobody composes the kind, and gives the claim back', async () => {
    const { run, sink } = await send({});

    await expect(run()).rejects.toMatchObject({ type: 'ConfigError', nonRetryable: true, message: 'mail.kind.test' });

    expect(sink.mails).toHaveLength(0);
    expect(await world.mails()).toMatchObject([{ status: 'pending', attempts: 0 }]);
  });
});
