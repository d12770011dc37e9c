// Reads mails the way a mail program does, from the sink of smtp-server.ts or from a folder of .eml files, and waits for them.
import { readdirSync, readFileSync } from 'node:fs';
import { setImmediate as untilSocketsAreRead, setTimeout as pause } from 'node:timers/promises';
import PostalMime, { type Email } from 'postal-mime';
import type { SmtpSink } from './smtp-server';

/** One mail as a person and a program see it. */
export interface ReadMail {
  readonly to: string;
  readonly from: string;
  readonly fromName: string;
  readonly subject: string;
  readonly messageId: string;
  /** X-Uptake-Kind. */
  readonly kind: string;
  readonly date: Date;
  readonly text: string;
  readonly html: string;
  /** All headers by their lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly attachments: readonly { filename: string; contentType: string; content: Buffer }[];
}

/** Where mails arrive. */
export interface Mailbox {
  /** All mails so far, oldest first. */
  list(): Promise<ReadMail[]>;
  /**
   * Waits until the mails are as asked.
   * @throws Error with what is there instead, when `deadlineMs` is over
   */
  waitFor(isThere: (mails: ReadMail[]) => boolean, deadlineMs?: number): Promise<ReadMail[]>;
}

/** What a wait that was in vain has to say beside the mails there are. */
type Story = () => string;

/** The mails a sink has taken. */
export function mailboxOfSink(sink: Pick<SmtpSink, 'mails'>, story?: Story): Mailbox {
  // Each is parsed once. Three waits that parsed all mails anew every 25 ms kept Node in its timers: the sink, in the same
  // process, then answered nobody until the first wait gave up, and mails came "a minute late".
  const read = new Map<Buffer, Promise<ReadMail>>();
  const once = (raw: Buffer): Promise<ReadMail> => {
    const mail = read.get(raw) ?? readMail(raw);
    read.set(raw, mail);
    return mail;
  };
  return createMailbox(story, () => Promise.all(sink.mails.map(({ raw }) => once(raw))));
}

/** The mails written to a folder; a folder that is not there yet holds none. */
export function mailboxOfFolder(folder: string, story?: Story): Mailbox {
  return createMailbox(story, async () => {
    const mails = await Promise.all(emlFiles(folder).map((file) => readMail(readFileSync(`${folder}/${file}`))));
    return mails.toSorted((a, b) => a.date.getTime() - b.date.getTime());
  });
}

/** Parses one mail. */
export async function readMail(raw: Buffer): Promise<ReadMail> {
  const mail = await PostalMime.parse(raw, { attachmentEncoding: 'arraybuffer' });
  const headers = Object.fromEntries(mail.headers.map(({ key, value }) => [key, value]));
  return {
    to: mail.to?.[0]?.address ?? '',
    from: mail.from?.address ?? '',
    fromName: mail.from?.name ?? '',
    subject: mail.subject ?? '',
    messageId: mail.messageId ?? '',
    kind: headers['x-uptake-kind'] ?? '',
    date: new Date(mail.date ?? Number.NaN),
    text: mail.text ?? '',
    html: mail.html ?? '',
    headers,
    attachments: mail.attachments.map(readAttachment),
  };
}

function readAttachment({ filename, mimeType, content }: Email['attachments'][number]) {
  return { filename: filename ?? '', contentType: mimeType, content: Buffer.from(content as ArrayBuffer) };
}

function createMailbox(story: Story = () => '', list: () => Promise<ReadMail[]>): Mailbox {
  return {
    list,
    async waitFor(isThere, deadlineMs = 60_000) {
      const end = Date.now() + deadlineMs;
      for (;;) {
        const mails = await list();
        if (isThere(mails)) return mails;
        if (Date.now() > end) {
          const seen = mails.map(({ kind, to, subject }) => `${kind} to ${to}: ${subject}`).join('\n');
          throw new Error(
            `The mails asked for did not come within ${deadlineMs} ms. There are:\n${seen || 'none'}\n${story()}`,
          );
        }
        await pause(25);
        // Timers that are late already run before any socket is read.
        await untilSocketsAreRead();
      }
    },
  };
}

function emlFiles(folder: string): string[] {
  try {
    return readdirSync(folder).filter((file) => file.endsWith('.eml'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
