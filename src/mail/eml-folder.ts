// Mails as files, for an installation without a relay: one .eml a mail, complete as soon as it has its name.
// Called by activities in place of mailer. The file's name is the mail's id, so a repeat makes no second mail.
import { existsSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { MailOutcome } from '../domain/mail';
import { AppError } from '../errors';
import { writeAtomically } from '../files';
import { composeMail } from './compose';
import type { Mailer, OutgoingMail } from './outgoing';

/** @param folder absolute path; made when missing */
export function createEmlFolder({ folder }: { folder: string }): Mailer {
  return {
    async send(mail) {
      if (!/^[0-9a-z-]{1,64}$/.test(mail.mailId))
        throw new AppError('input.invalid', { reason: 'A mail needs an id.' });
      const path = `${folder}/${mail.mailId}.eml`;
      return existsSync(path) ? written : write(path, mail);
    },
    ready: () => true,
    close: () => Promise.resolve(),
  };
}

const written: MailOutcome = { kind: 'accepted', code: 250, reply: '250 written to the outbox folder' };

async function write(path: string, mail: OutgoingMail): Promise<MailOutcome> {
  const composed = await composeMail(mail);
  try {
    await writeAtomically(path, (file) => pipeline(composed.stream, file));
    return written;
  } catch (error) {
    // A full or read-only disk is this way's relay that does not answer: nothing was written, so it may be tried again.
    const code = (error as NodeJS.ErrnoException).code;
    if (code === undefined) throw error;
    return { kind: 'unreachable', reason: code };
  } finally {
    await composed.close();
  }
}
