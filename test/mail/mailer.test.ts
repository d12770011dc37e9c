// mail/mailer: mails share a few connections, and one bad connection harms no other mail.
import { mailboxOfSink } from '../support/mailbox';
import { startScriptedRelay, startSmtpSink } from '../support/smtp-server';
import { aMail, aMailer, closeAll, kept, until } from './builders';

afterEach(closeAll);

test('a mail arrives as it was given, with its reply', async () => {
  const sink = kept(await startSmtpSink());
  const mail = aMail();

  const outcome = await aMailer(sink.url).send(mail);

  const [arrived] = await mailboxOfSink(sink).list();
  expect(outcome).toMatchObject({ kind: 'accepted', code: 250, reply: expect.stringMatching(/^250 /) });
  expect(sink.mails[0]).toMatchObject({ sender: 'uptake@example.com', recipients: ['ada@example.com'] });
  expect(arrived).toMatchObject({ to: 'ada@example.com', subject: mail.subject, kind: 'reminder', date: mail.date });
  expect(arrived?.text.trim()).toBe(mail.text.trim());
});

test('mails share kept connections, five at most', async () => {
  const sink = kept(await startSmtpSink());
  const mailer = aMailer(sink.url);

  const outcomes = await Promise.all(Array.from({ length: 60 }, () => mailer.send(aMail())));

  expect(outcomes.filter(({ kind }) => kind === 'accepted')).toHaveLength(60);
  expect(new Set(sink.mails.map(({ raw }) => /Message-ID: (\S+)/.exec(raw.toString())?.[1])).size).toBe(60);
  expect(sink.connections()).toBe(5);
});

test('a kept connection that the relay has ended is replaced at once', async () => {
  const relay = kept(await startScriptedRelay((n) => (n === 1 ? { end: { reply: '250 ok', drop: true } } : {})));
  const mailer = aMailer(relay.url);

  const outcomes = [await mailer.send(aMail()), await mailer.send(aMail())];

  expect(outcomes.map(({ kind }) => kind)).toEqual(['accepted', 'accepted']);
  expect(relay.connections()).toBe(2);
});

test('421 on a kept connection is tried again on a new one', async () => {
  let mails = 0;
  const sink = kept(
    await startSmtpSink({
      onMailFrom: (_, __, done) => {
        mails += 1;
        done(mails === 2 ? Object.assign(new Error('enough'), { responseCode: 421 }) : null);
      },
    }),
  );
  const mailer = aMailer(sink.url);

  const outcomes = [await mailer.send(aMail()), await mailer.send(aMail())];

  expect(outcomes.map(({ kind }) => kind)).toEqual(['accepted', 'accepted']);
  expect(sink.connections()).toBe(2);
});

test('after a rejection the next mail goes out as ever', async () => {
  const relay = kept(await startScriptedRelay((n) => (n === 1 ? { end: '550 5.7.1 spam' } : {})));
  const mailer = aMailer(relay.url);

  const outcomes = [await mailer.send(aMail()), await mailer.send(aMail()), await mailer.send(aMail())];

  expect(outcomes.map(({ kind }) => kind)).toEqual(['rejected', 'accepted', 'accepted']);
});

test('a mail that waits too long for a free connection was not handed over', async () => {
  const relay = kept(await startScriptedRelay({ end: { hang: true } }));
  const mailer = aMailer(relay.url, { connections: 1, attemptMs: 2000 });

  const outcomes = await Promise.all([mailer.send(aMail()), mailer.send(aMail())]);

  expect(outcomes.map(({ kind }) => kind)).toEqual(['unknown', 'unreachable']);
  expect(relay.heard.filter((line) => line === '.')).toHaveLength(1);
});

test('an attachment that is gone throws and leaves the connection for the next mail', async () => {
  const sink = kept(await startSmtpSink());
  const mailer = aMailer(sink.url);
  const broken = aMail({ attachments: [{ filename: 'a', path: '/nowhere/a', contentType: 'text/csv' }] });

  await expect(mailer.send(broken)).rejects.toMatchObject({ code: 'bug' });
  const outcome = await mailer.send(aMail());

  expect(outcome).toMatchObject({ kind: 'accepted' });
  expect(sink.connections()).toBe(1);
});

test('a closed mailer has ended its connections and is not ready', async () => {
  const relay = kept(await startScriptedRelay({}));
  const mailer = aMailer(relay.url);
  await mailer.send(aMail());

  await mailer.close();

  await until(() => relay.heard.includes('QUIT'));
  expect(mailer.ready()).toBe(false);
});
