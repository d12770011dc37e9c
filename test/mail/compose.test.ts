// mail/compose: what stands in a mail, read back by a mail program, and what can never stand in it (safety B10).
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { composeMail } from '../../src/mail/compose';
import type { OutgoingMail } from '../../src/mail/outgoing';
import { readMail } from '../support/mailbox';
import { aMail } from './builders';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'uptake-compose-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

async function rawOf(mail: OutgoingMail): Promise<Buffer> {
  const composed = await composeMail(mail);
  const chunks: Buffer[] = [];
  for await (const chunk of composed.stream) chunks.push(chunk as Buffer);
  await composed.close();
  return Buffer.concat(chunks);
}

test('headers are those of the row, on every attempt', async () => {
  const mail = aMail({
    replyTo: { name: 'IT', address: 'it@example.com' },
    inReplyTo: '<before@uptake.example.com>',
  });

  const [first, second] = [await readMail(await rawOf(mail)), await readMail(await rawOf(mail))];

  expect(first).toMatchObject({
    messageId: mail.messageId,
    date: mail.date,
    fromName: 'Example Corp',
    kind: 'reminder',
  });
  expect(first.headers).toMatchObject({
    'auto-submitted': 'auto-generated',
    'x-auto-response-suppress': 'All',
    'in-reply-to': '<before@uptake.example.com>',
    'reply-to': 'IT <it@example.com>',
  });
  expect([second.messageId, second.headers['date']]).toEqual([first.messageId, first.headers['date']]);
});

test('the opt-out stands in the list headers under https, whole', async () => {
  const url = `https://uptake.example.com/u/${'a'.repeat(300)}`;

  const { headers } = await readMail(await rawOf(aMail({ listUnsubscribe: url })));

  expect(headers['list-unsubscribe']).toBe(`<${url}>`);
  expect(headers['list-unsubscribe-post']).toBe('List-Unsubscribe=One-Click');
});

test.each([undefined, 'http://127.0.0.1:8080/u/abc'])('with the opt-out at %s there is no list header', async (url) => {
  const { headers } = await readMail(await rawOf(aMail(url === undefined ? {} : { listUnsubscribe: url })));

  expect(Object.keys(headers).filter((name) => name.startsWith('list-'))).toEqual([]);
});

test('text and html come back as given, with any letters', async () => {
  const text = 'Grüße, Ада 👩🏽‍💻\n.\n.a dot\nFrom here\n' + 'long '.repeat(300);
  const html = '<p>Grüße &amp; Ада 👩🏽‍💻</p>';

  const mail = await readMail(await rawOf(aMail({ text, html, subject: 'Grüße an Ада 👩🏽‍💻 – ' + 'ä'.repeat(60) })));

  expect(mail.text.replaceAll('\r\n', '\n').trim()).toBe(text.trim());
  expect(mail.html.trim()).toBe(html);
  expect(mail.subject).toBe('Grüße an Ада 👩🏽‍💻 – ' + 'ä'.repeat(60));
});

test('attachments are read from their files and keep their bytes and names', async () => {
  const content = Buffer.from(Array.from({ length: 70_000 }, (_, i) => i % 256));
  writeFileSync(join(folder, 'a'), content);
  const attachment = {
    filename: 'users "ä"\r\n\u202e../x.xlsx',
    path: join(folder, 'a'),
    contentType: 'application/zip',
  };

  const { attachments } = await readMail(await rawOf(aMail({ attachments: [attachment] })));

  expect(attachments).toMatchObject([{ filename: 'users _ä_ .._x.xlsx', contentType: 'application/zip' }]);
  expect(attachments[0]?.content.equals(content)).toBe(true);
});

test.each<[string, Partial<OutgoingMail>]>([
  ['recipient name', { to: { name: 'Ada\r\nBcc: eve@example.com', address: 'ada@example.com' } }],
  ['sender name', { from: { name: 'X\nBcc: eve@example.com', address: 'uptake@example.com' } }],
  ['subject', { subject: 'Hello\r\nBcc: eve@example.com\r\n\r\nbody' }],
])('a line end in the %s adds no header', async (_, parts) => {
  const raw = (await rawOf(aMail(parts))).toString();

  const head = raw.slice(0, raw.indexOf('\r\n\r\n'));
  expect(head).not.toMatch(/^Bcc:/im);
  expect(raw).not.toMatch(/(?<!\r)\n/);
});

test.each<[string, Partial<OutgoingMail>]>([
  ['address', { to: { name: '', address: 'ada@example.com\r\nBcc: eve@example.com' } }],
  ['list of addresses', { to: { name: '', address: 'ada@example.com, eve@example.com' } }],
  ['sender', { from: { name: '', address: 'no address' } }],
  ['reply address', { replyTo: { name: '', address: 'no address' } }],
  ['Message-ID', { messageId: '<a@b>\r\nBcc: eve@example.com' }],
  ['Message-ID without brackets', { messageId: 'a@b' }],
  ['In-Reply-To', { inReplyTo: '<a@b>, <c@d>' }],
  ['kind', { kind: 'reminder\r\nBcc: eve@example.com' }],
  ['opt-out', { listUnsubscribe: 'https://example.com/u/x>\r\nBcc: eve@example.com' }],
  ['opt-out with a second address', { listUnsubscribe: 'https://example.com/u/x>, <mailto:x@example.com' }],
])('a bad %s is refused before anything is sent', async (_, parts) => {
  await expect(composeMail(aMail(parts))).rejects.toMatchObject({ code: 'input.invalid' });
});

test('nothing but its own attachments is read from disk or fetched', async () => {
  const html = '<img src="/etc/hostname"><img src="http://127.0.0.1:1/x.png">';

  const mail = await readMail(await rawOf(aMail({ html })));

  expect(mail.html.trim()).toBe(html);
  expect(mail.attachments).toEqual([]);
});
