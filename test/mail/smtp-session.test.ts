// mail/smtp-session: what became of a mail, told honestly for every way a relay can fail (safety F8), seen through the mailer.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startScriptedRelay, startSmtpSink, type Script } from '../support/smtp-server';
import { aMail, aMailer, closeAll, kept, waitsFor } from './builders';

const certificate = (name: string) => readFileSync(join(__dirname, 'certificates', name), 'utf8');

afterEach(closeAll);

/** The outcome of one mail at a relay with that script. */
async function outcomeOf(script: Script, mail = aMail()) {
  const relay = kept(await startScriptedRelay(script));
  return aMailer(relay.url.replace('//', '//user:secret@'), waitsFor(script)).send(mail);
}

const large = () => {
  const folder = mkdtempSync(join(tmpdir(), 'uptake-mailer-'));
  kept({ close: async () => rmSync(folder, { recursive: true }) });
  writeFileSync(join(folder, 'a.bin'), randomBytes(8_000_000));
  return aMail({ attachments: [{ filename: 'a.bin', path: join(folder, 'a.bin'), contentType: 'application/zip' }] });
};

describe('a relay that fails', () => {
  const hang = { hang: true } as const;
  const trickle = { trickleEveryMs: 20 } as const;
  test.each<[string, Script, object]>([
    ['421 as greeting', { greeting: '421 4.3.2 later' }, { kind: 'unreachable' }],
    ['554 as greeting', { greeting: '554 no' }, { kind: 'unreachable' }],
    ['a greeting that is not SMTP', { greeting: 'HTTP/1.1 200 OK' }, { kind: 'unreachable' }],
    ['a cut before the greeting', { greeting: { drop: true } }, { kind: 'unreachable' }],
    ['AUTH rejected', { auth: '535 5.7.8 no' }, { kind: 'unreachable', reason: 'EAUTH 535' }],
    ['AUTH deferred', { auth: '454 4.7.0 later' }, { kind: 'unreachable' }],
    ['421 to MAIL', { mail: '421 4.7.0 too many' }, { kind: 'unreachable' }],
    ['a cut after RCPT', { rcpt: { drop: true } }, { kind: 'unreachable' }],
    ['a cut after DATA', { data: { drop: true } }, { kind: 'unreachable' }],
    ['a cut in mid-body', { body: { drop: true } }, { kind: 'unreachable' }],
    ['450 to RCPT', { rcpt: '450 4.2.0 greylisted' }, { kind: 'deferred', code: 450 }],
    ['451 after the mail', { end: '451 4.3.0 local error' }, { kind: 'deferred', code: 451 }],
    ['452 after the mail', { end: '452 4.3.1 disk full' }, { kind: 'deferred', code: 452 }],
    ['421 after the mail', { end: '421 4.3.2 going down' }, { kind: 'deferred', code: 421 }],
    ['550 to RCPT', { rcpt: '550 5.1.1 unknown' }, { kind: 'rejected', code: 550, enhanced: '5.1.1' }],
    ['550 to MAIL', { mail: '550 5.7.1 not you' }, { kind: 'rejected', code: 550, enhanced: '5.7.1' }],
    ['554 to DATA', { data: '554 no' }, { kind: 'rejected', code: 554, reply: '554 no' }],
    ['550 after the mail', { end: '550-5.7.1 no\r\n550 5.7.1 spam' }, { kind: 'rejected', enhanced: '5.7.1' }],
    [
      '550 after the mail, then a cut',
      { end: { reply: '550 5.7.1 spam', drop: true } },
      { kind: 'rejected', code: 550 },
    ],
    ['552 in mid-body', { body: { reply: '552 5.3.4 too big', drop: true } }, { kind: 'rejected', code: 552 }],
    ['the reply lost after the mail', { end: { drop: true } }, { kind: 'unknown', reason: 'ECONNECTION' }],
    ['a reply after the mail that is none', { end: 'queued' }, { kind: 'unknown' }],
    ['354 after the mail', { end: '354 what' }, { kind: 'unknown' }],
    ['silence instead of a greeting', { greeting: hang }, { kind: 'unreachable', reason: 'ETIMEDOUT' }],
    ['silence after EHLO', { ehlo: hang }, { kind: 'unreachable', reason: 'ETIMEDOUT' }],
    ['silence after MAIL', { mail: hang }, { kind: 'unreachable', reason: 'ETIMEDOUT' }],
    ['silence after RCPT', { rcpt: hang }, { kind: 'unreachable', reason: 'ETIMEDOUT' }],
    ['silence after DATA', { data: hang }, { kind: 'unreachable', reason: 'ETIMEDOUT' }],
    ['silence after the mail', { end: hang }, { kind: 'unknown', reason: 'ETIMEDOUT' }],
    ['one byte at a time after EHLO', { ehlo: trickle }, { kind: 'unreachable', reason: 'EATTEMPT' }],
    ['one byte at a time after the mail', { end: trickle }, { kind: 'unknown', reason: 'EATTEMPT' }],
  ])('%s', async (_, script, expected) => {
    const outcome = await outcomeOf(script, script.body ? large() : aMail());

    expect(outcome).toMatchObject(expected);
  });

  test('silence while a large mail is read', async () => {
    const outcome = await outcomeOf({ body: hang }, large());

    expect(outcome).toMatchObject({ kind: 'unreachable', reason: 'ETIMEDOUT' });
  });

  test('a port nobody listens on', async () => {
    const relay = await startScriptedRelay({});
    await relay.close();

    const outcome = await aMailer(relay.url).send(aMail());

    expect(outcome).toEqual({ kind: 'unreachable', reason: 'ESOCKET ECONNREFUSED' });
  });

  test('a name nobody knows', async () => {
    const outcome = await aMailer('smtp://relay.invalid:25').send(aMail());

    expect(outcome).toMatchObject({ kind: 'unreachable', reason: expect.stringMatching(/^EDNS|^ESOCKET|^ETIMEDOUT/) });
  });

  test('a relay that never finishes the TLS handshake', async () => {
    const relay = kept(await startScriptedRelay({ greeting: hang }));

    const outcome = await aMailer(relay.url.replace('smtp:', 'smtps:'), { connectMs: 200 }).send(aMail());

    expect(outcome).toEqual({ kind: 'unreachable', reason: 'ETIMEDOUT' });
  });

  test.each([
    ['nobody vouches for', 'valid', undefined],
    ['has expired', 'expired', 'expired'],
  ])('a certificate that %s', async (_, served, trusted) => {
    const [key, cert] = [certificate(`${served}.key`), certificate(`${served}.crt`)];
    const sink = kept(await startSmtpSink({ secure: true, key, cert }));
    const tls = trusted === undefined ? {} : { tls: { ca: certificate(`${trusted}.crt`) } };

    const outcome = await aMailer(sink.url, tls).send(aMail());

    expect(outcome).toMatchObject({ kind: 'unreachable', reason: expect.stringMatching(/CERT|SELF_SIGNED/) });
    expect(sink.mails).toHaveLength(0);
  });

  test('a password is not said to a far relay without TLS', async () => {
    const relay = kept(await startScriptedRelay({}));
    const url = relay.url.replace('//', '//user:secret@');

    const outcome = await aMailer(`${url}?requireTLS=true`).send(aMail());

    expect(outcome).toMatchObject({ kind: 'unreachable' });
    expect(relay.heard.filter((line) => /^AUTH|^MAIL/.test(line))).toEqual([]);
  });

  test('a mail larger than the relay takes is rejected', async () => {
    const announced = kept(await startSmtpSink({ size: 100_000 }));
    const silent = kept(await startSmtpSink({ size: 100_000, hideSize: true }));

    const outcomes = [await aMailer(announced.url).send(large()), await aMailer(silent.url).send(large())];

    expect(outcomes).toMatchObject([
      { kind: 'rejected', code: 552 },
      { kind: 'rejected', code: 552 },
    ]);
  });

  test('550 for one of two recipients: each mail has one, so the other arrives', async () => {
    const sink = kept(
      await startSmtpSink({
        onRcptTo: ({ address }, _, done) =>
          done(address.startsWith('gone') ? Object.assign(new Error('5.1.1 unknown'), { responseCode: 550 }) : null),
      }),
    );
    const mailer = aMailer(sink.url);

    const gone = await mailer.send(aMail({ to: { name: '', address: 'gone@example.com' } }));
    const there = await mailer.send(aMail());

    expect([gone, there]).toMatchObject([{ kind: 'rejected', code: 550, enhanced: '5.1.1' }, { kind: 'accepted' }]);
    expect(sink.mails.map((mail) => mail.recipients)).toEqual([['ada@example.com']]);
  });
});

test('a relay with a trusted certificate and a password is used under TLS', async () => {
  const sink = kept(
    await startSmtpSink({
      secure: true,
      key: certificate('valid.key'),
      cert: certificate('valid.crt'),
      onAuth: ({ username, password }, _, done) =>
        done(username === 'us er' && password === 'p@ss' ? null : new Error('no'), { user: 1 }),
    }),
  );
  const url = sink.url.replace('//', '//us%20er:p%40ss@');

  const outcome = await aMailer(url, { tls: { ca: certificate('valid.crt') } }).send(aMail());

  expect(outcome).toMatchObject({ kind: 'accepted' });
});
