// How mails leave this installation: the relay or the folder, the texts, the claims. Used by the worker.
import { join } from 'node:path';
import { createEmlFolder } from '../mail/eml-folder';
import { createMailer } from '../mail/mailer';
import { createMails as createTexts } from '../mail/mails';
import type { Mailer } from '../mail/outgoing';
import { inPackage } from '../root';
import { createMailClaims } from '../service/mail-claim';
import { createMails } from '../service/mails';
import type { Core } from './core';

/** Everything a mail needs. */
export type Mailing = ReturnType<typeof createMailing>;

/** Builds it from the configuration. */
export function createMailing({ config, log, database, clock, newId, fault }: Core) {
  const { mail, files } = config;
  const messageDomain = mail.from.slice(mail.from.indexOf('@') + 1);
  const claims = createMailClaims({ leaseMs: mail.leaseMs, messageDomain, newId });
  const mailer: Mailer =
    mail.smtpUrl === undefined
      ? createEmlFolder({ folder: join(files.dataDir, 'outbox') })
      : createMailer({
          smtpUrl: mail.smtpUrl,
          connectMs: mail.connectMs,
          greetingMs: mail.greetingMs,
          socketMs: mail.socketMs,
          log,
        });
  const mails = createMails({ database, clock, newId, claims, mailsPerSecond: mail.ratePerSecond, fault });
  const texts = createTexts({
    folder: inPackage('templates', 'mail'),
    partialsFolder: inPackage('templates', 'partials'),
  });
  const tools = { mailer, clock, log, fault, takeToken: () => mails.takeToken(), from: mail.from };
  return { claims, mailer, mails, texts, tools };
}
