// One mail as MIME. Called by mailer and eml-folder, so that both send the same bytes.
import { open, type FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import MailComposer from 'nodemailer/lib/mail-composer';
import { AppError } from '../errors';
import { cleanLine, toMailbox } from './address';
import type { Attachment, Mailbox, OutgoingMail } from './outgoing';

/** A mail that is being read. `close` gives its open files back, read or not. */
export interface ComposedMail {
  readonly sender: string;
  readonly recipient: string;
  readonly stream: Readable;
  /** Bytes it will have at least; 0 for a mail without attachments. */
  readonly leastBytes: number;
  close(): Promise<void>;
}

/**
 * Opens the attachments and composes the mail. Nothing but those files is read, nothing is fetched.
 * @throws AppError `input.invalid` for a header that cannot stand in a mail, `bug` for an attachment that cannot be opened
 */
export async function composeMail(mail: OutgoingMail): Promise<ComposedMail> {
  const headers = headersOf(mail);
  const files = await openAll(mail.attachments ?? []);
  const composer = new MailComposer({
    ...headers,
    text: crlf(mail.text),
    html: crlf(mail.html),
    attachments: files.map(({ attachment, handle }) => ({
      filename: fileName(attachment.filename),
      contentType: attachment.contentType,
      content: handle.createReadStream({ autoClose: false }),
    })),
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  return {
    sender: headers.from.address,
    recipient: headers.to.address,
    stream: composer.compile().createReadStream(),
    leastBytes: Math.ceil((bytes * 4) / 3),
    close: () => closeAll(files.map(({ handle }) => handle)),
  };
}

/** nodemailer's own switch for line ends cuts the mail into thousands of small writes. */
function crlf(text: string): string {
  return text.replace(/\r?\n/g, '\r\n');
}

function headersOf(mail: OutgoingMail) {
  return {
    messageId: messageId(mail.messageId),
    date: mail.date,
    from: box(mail.from),
    to: box(mail.to),
    ...(mail.replyTo && { replyTo: box(mail.replyTo) }),
    ...(mail.inReplyTo && { inReplyTo: messageId(mail.inReplyTo), references: messageId(mail.inReplyTo) }),
    subject: cleanLine(mail.subject, 255),
    headers: {
      'Auto-Submitted': 'auto-generated',
      'X-Auto-Response-Suppress': 'All',
      'X-Uptake-Kind': kindOf(mail.kind),
      ...unsubscribe(mail.listUnsubscribe),
    },
  };
}

/** Source: RFC 8058 (one click), RFC 2369 (the list header). */
function unsubscribe(url: string | undefined) {
  if (!url?.startsWith('https:')) return {};
  if (url.length > 900 || !URL.canParse(url) || /[\s<>,"]|[^\x20-\x7e]/.test(url)) throw refused('the opt-out address');
  return {
    'List-Unsubscribe': { prepared: true, value: `<${url}>` },
    'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
  };
}

function box(mailbox: Mailbox): Mailbox {
  return toMailbox(mailbox.name, mailbox.address);
}

function messageId(id: string): string {
  if (id.length > 255 || !/^<[\w.!#$%&'*+/=?^`{|}~-]+@[\w.-]+>$/.test(id)) throw refused('the Message-ID');
  return id;
}

function kindOf(kind: string): string {
  if (!/^[a-z][a-z0-9_]{0,39}$/.test(kind)) throw refused('the kind');
  return kind;
}

/** A name a person reads; nothing in it leads out of the folder it is saved to. */
function fileName(name: string): string {
  const line = cleanLine(name, 120)
    .replace(/[/\\:*?"<>|]/g, '_')
    .replace(/^\.+/, '');
  return line === '' ? 'file' : line;
}

function refused(what: string): AppError {
  return new AppError('input.invalid', { reason: `A mail cannot carry ${what} as it is given.` });
}

interface OpenFile {
  readonly attachment: Attachment;
  readonly handle: FileHandle;
  readonly size: number;
}

async function openAll(attachments: readonly Attachment[]): Promise<OpenFile[]> {
  const files: OpenFile[] = [];
  try {
    for (const attachment of attachments) {
      const handle = await open(attachment.path, 'r');
      files.push({ attachment, handle, size: 0 });
      files[files.length - 1] = { attachment, handle, size: (await handle.stat()).size };
    }
  } catch (error) {
    await closeAll(files.map(({ handle }) => handle));
    throw new AppError('bug', { what: 'an attachment cannot be opened' }, { cause: error });
  }
  return files;
}

async function closeAll(handles: readonly FileHandle[]): Promise<void> {
  await Promise.all(handles.map((handle) => handle.close().catch(() => undefined)));
}
