import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMailDelivery, encloseFiles, type Letter } from '../../src/delivery/mail-delivery';
import type { ReportArtifact } from '../../src/domain/report';
import { aMail, aMailer, closeAll, kept } from '../mail/builders';
import { mailboxOfSink } from '../support/mailbox';
import { startScriptedRelay, startSmtpSink } from '../support/smtp-server';
import { aFile } from './samples';

let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'uptake-delivery-'));
});

afterEach(async () => {
  await closeAll();
  await rm(folder, { recursive: true, force: true });
});

const names = (files: readonly ReportArtifact[]) => files.map(({ fileName }) => fileName).join(', ');

const aLetter = (): Letter => ({
  envelope: { ...aMail(), kind: 'report' },
  write: ({ attached, leftInFolder }) => ({
    subject: 'The report',
    text: `attached: ${names(attached)}; in the folder: ${leftInFolder.map(({ path }) => path).join(', ')}`,
    html: '<p>The report</p>',
  }),
});

describe('a run by mail', () => {
  it('brings its files to the recipient, byte for byte', async () => {
    const sink = kept(await startSmtpSink());
    const book = await aFile(
      folder,
      'main_users_20260301T050000Z_aaaa.xlsx',
      Buffer.from([0, 255, 13, 10, 46, 13, 10]),
    );
    const csv = await aFile(folder, 'main_users_20260301T050000Z_aaaa.csv', Buffer.from('\ufeffid\r\n1\r\n'));

    const outcome = await createMailDelivery({ mailer: aMailer(sink.url) }).deliver([book, csv], aLetter());

    const [mail] = await mailboxOfSink(sink).list();
    expect(outcome).toMatchObject({ kind: 'accepted' });
    expect(mail).toMatchObject({ kind: 'report', subject: 'The report' });
    expect(mail?.attachments.map(({ filename, contentType }) => [filename, contentType])).toEqual([
      [book.fileName, 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'],
      [csv.fileName, 'text/csv'],
    ]);
    expect(mail?.attachments.map(({ content }) => content)).toEqual([
      Buffer.from([0, 255, 13, 10, 46, 13, 10]),
      Buffer.from('\ufeffid\r\n1\r\n'),
    ]);
  });

  it('names the place of a file that is too large, and attaches the rest', async () => {
    const sink = kept(await startSmtpSink());
    const large = await aFile(folder, 'large.xlsx', Buffer.alloc(10 * 1024 * 1024 + 1));
    const small = await aFile(folder, 'small.csv', Buffer.from('id\r\n'));

    await createMailDelivery({ mailer: aMailer(sink.url) }).deliver([large, small], aLetter());

    const [mail] = await mailboxOfSink(sink).list();
    expect(mail?.attachments.map(({ filename }) => filename)).toEqual(['small.csv']);
    expect(mail?.text.replaceAll(/\s+/g, ' ')).toContain(`in the folder: ${large.path}`);
  });

  it('is not called delivered when the relay refuses, or when nobody answers', async () => {
    const relay = kept(await startScriptedRelay({ end: '552 too large' }));
    const file = await aFile(folder, 'a.csv', Buffer.from('id\r\n'));

    const refused = await createMailDelivery({ mailer: aMailer(relay.url) }).deliver([file], aLetter());
    const lost = await createMailDelivery({ mailer: aMailer('smtp://127.0.0.1:1') }).deliver([file], aLetter());

    expect([refused.kind, lost.kind]).toEqual(['rejected', 'unreachable']);
  });
});

describe('the enclosure', () => {
  const file = (fileName: string, sizeBytes: number): ReportArtifact => ({
    fileName,
    format: 'xlsx',
    sizeBytes,
    sha256: '',
    rows: 1,
    path: `/reports/${fileName}`,
  });
  const megabyte = 1024 * 1024;

  it.each([
    [[10], '0', ''],
    [[10.1], '', '0'],
    [[9, 9], '0, 1', ''],
    [[9, 9, 1], '0, 1', '2'],
    [[11, 9, 1], '1, 2', '0'],
  ])('of files of %p MB attaches %p and leaves %p', (sizes, attached, left) => {
    const enclosure = encloseFiles(sizes.map((size, index) => file(String(index), Math.round(size * megabyte))));

    expect([names(enclosure.attached), names(enclosure.leftInFolder)]).toEqual([attached, left]);
  });
});
