// mail/breaker: a relay that is gone is left alone and found again, seen through the mailer.
import { startScriptedRelay } from '../support/smtp-server';
import { aMail, aMailer, closeAll, kept, until } from './builders';

afterEach(closeAll);

test('after five in a row the relay is left alone, then tried again, and used when it answers', async () => {
  let isUp = false;
  const relay = kept(await startScriptedRelay(() => (isUp ? {} : { greeting: '421 down' })));
  const mailer = aMailer(relay.url, { retryMs: 100 });

  for (let i = 0; i < 5; i += 1) await mailer.send(aMail());
  const whileOpen = { ready: mailer.ready(), outcome: await mailer.send(aMail()), connections: relay.connections() };
  isUp = true;
  await until(() => mailer.ready());
  const after = { outcome: await mailer.send(aMail()), ready: mailer.ready() };

  expect(whileOpen).toEqual({ ready: false, outcome: { kind: 'unreachable', reason: 'EBREAKER' }, connections: 5 });
  expect(after).toMatchObject({ outcome: { kind: 'accepted' }, ready: true });
});

test.each(['450 4.2.0 later', '550 5.1.1 no'])('a relay that answers %s is there: nothing opens', async (rcpt) => {
  const relay = kept(await startScriptedRelay({ rcpt }));
  const mailer = aMailer(relay.url);

  for (let i = 0; i < 7; i += 1) await mailer.send(aMail());

  expect(mailer.ready()).toBe(true);
});
