// Waiting for mails must not keep their server from taking them: both run in the suite's process.
import { aMail, aMailer, closeAll, kept } from '../mail/builders';
import { mailboxOfSink } from './mailbox';
import { startSmtpSink } from './smtp-server';

afterEach(closeAll);

test('many waits at once leave the server its turn: a mail arrives before they give up', async () => {
  const sink = kept(await startSmtpSink());
  const mailer = aMailer(sink.url);
  for (let no = 0; no < 12; no += 1) await mailer.send(aMail({ text: 'a line of text\n'.repeat(5000) }));
  const mailbox = mailboxOfSink(sink);

  const waits = Array.from({ length: 8 }, () => mailbox.waitFor((mails) => mails.length > 12));
  const outcome = await aMailer(sink.url).send(aMail({ subject: 'the last one' }));

  expect(outcome.kind).toBe('accepted');
  for (const mails of await Promise.all(waits)) expect(mails.at(-1)?.subject).toBe('the last one');
});
