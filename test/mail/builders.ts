// A mail to send and a mailer to send it with, for the suites of this folder.
import { randomUUID } from 'node:crypto';
import { createMailer, type MailerOptions } from '../../src/mail/mailer';
import type { Mailer, OutgoingMail } from '../../src/mail/outgoing';
import type { Script } from '../support/smtp-server';

/** A small valid mail; what is given replaces its parts. */
export function aMail(parts: Partial<OutgoingMail> = {}): OutgoingMail {
  const mailId = randomUUID();
  return {
    mailId,
    messageId: `<${mailId}@uptake.example.com>`,
    date: new Date('2026-03-02T08:00:00Z'),
    from: { name: 'Example Corp', address: 'uptake@example.com' },
    to: { name: 'Ada Lovelace', address: 'ada@example.com' },
    subject: 'Enpass at Example Corp: activate your license',
    text: 'Hello Ada,\n\n.a line that begins with a dot\n',
    html: '<p>Hello Ada</p>',
    kind: 'reminder',
    ...parts,
  };
}

/** Silent log for mailers. */
export const quietLog = { info: () => undefined, warn: () => undefined };

const open: { close(): Promise<void> }[] = [];

/** Keeps a server or a mailer until `closeAll`. */
export function kept<One extends { close(): Promise<void> }>(one: One): One {
  open.push(one);
  return one;
}

/** Closes what was kept, newest first; for afterEach. */
export async function closeAll(): Promise<void> {
  for (const one of open.splice(0).toReversed()) await one.close();
}

/** Short waits for a relay whose script falls silent; none for others, which may be slower than that on a busy machine. */
export function waitsFor(script: Script): Partial<MailerOptions> {
  const fallsSilent = Object.values(script).some((act) => typeof act === 'object' && !('drop' in act));
  return fallsSilent ? { greetingMs: 1000, socketMs: 1000, attemptMs: 3000 } : {};
}

/** A mailer that waits as long as a busy machine needs; closed by `closeAll`. */
export function aMailer(smtpUrl: string, parts: Partial<MailerOptions> = {}): Mailer {
  const waits = { connectMs: 20_000, greetingMs: 20_000, socketMs: 20_000, attemptMs: 40_000 };
  return kept(createMailer({ smtpUrl, ...waits, log: quietLog, ...parts }));
}

/** Waits for a state. @throws Error when it has not come within five seconds */
export async function until(isSo: () => boolean): Promise<void> {
  for (let i = 0; i < 1000 && !isSo(); i += 1) await new Promise((next) => setTimeout(next, 5));
  if (!isSo()) throw new Error('it did not become so in time');
}
