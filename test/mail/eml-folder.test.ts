// mail/eml-folder: one complete file a mail, never a second one, and an honest word when the disk refuses.
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEmlFolder } from '../../src/mail/eml-folder';
import { mailboxOfFolder } from '../support/mailbox';
import { aMail } from './builders';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'uptake-eml-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

test('a mail becomes a file named by its id, which a mail program reads', async () => {
  const outbox = join(folder, 'outbox');
  const mail = aMail();

  const outcome = await createEmlFolder({ folder: outbox }).send(mail);

  const [read] = await mailboxOfFolder(outbox).list();
  expect(outcome).toMatchObject({ kind: 'accepted', code: 250 });
  expect(readdirSync(outbox)).toEqual([`${mail.mailId}.eml`]);
  expect(read).toMatchObject({ to: 'ada@example.com', messageId: mail.messageId, kind: 'reminder' });
});

test('a repeat of the same mail is accepted and changes nothing', async () => {
  const mailer = createEmlFolder({ folder });
  const mail = aMail();
  await mailer.send(mail);
  const first = readFileSync(join(folder, `${mail.mailId}.eml`), 'utf8');

  const outcome = await mailer.send({ ...mail, subject: 'another' });

  expect(outcome.kind).toBe('accepted');
  expect(readFileSync(join(folder, `${mail.mailId}.eml`), 'utf8')).toBe(first);
});

test('an id that is no id is refused', async () => {
  await expect(createEmlFolder({ folder }).send(aMail({ mailId: '../x' }))).rejects.toMatchObject({
    code: 'input.invalid',
  });
});

test('a folder that cannot be written leaves nothing behind and may be tried again', async () => {
  writeFileSync(join(folder, 'file'), '');

  const outcome = await createEmlFolder({ folder: join(folder, 'file') }).send(aMail());

  expect(outcome).toMatchObject({ kind: 'unreachable', reason: expect.stringMatching(/^(ENOTDIR|EEXIST)$/) });
  expect(readdirSync(folder)).toEqual(['file']);
});

test('it is always ready', async () => {
  const mailer = createEmlFolder({ folder });

  await mailer.close();

  expect(mailer.ready()).toBe(true);
});
