// What goes out, and the way out: the shapes that mailer, eml-folder and their callers share.
import type { MailOutcome } from '../domain/mail';

/** One address and the name beside it; the name may be empty. Made by `toMailbox` of address.ts. */
export interface Mailbox {
  readonly name: string;
  readonly address: string;
}

/** A finished file that is read from disk while the mail leaves. */
export interface Attachment {
  readonly filename: string;
  /** Absolute path of a file of ours. */
  readonly path: string;
  readonly contentType: string;
}

/** One mail to one recipient. `messageId` and `date` are those of the mail's row and stay the same on every attempt. */
export interface OutgoingMail {
  /** Id of the mail's row; names the file when mails are written to a folder. */
  readonly mailId: string;
  /** With its angle brackets. */
  readonly messageId: string;
  readonly date: Date;
  /** Header and envelope sender alike. */
  readonly from: Mailbox;
  readonly to: Mailbox;
  readonly replyTo?: Mailbox;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** Kind of the mail's row; stands in X-Uptake-Kind. */
  readonly kind: string;
  /** Opt-out page. Becomes List-Unsubscribe with its one-click twin when it begins with https: and is left out otherwise. */
  readonly listUnsubscribe?: string;
  /** Message-ID of the mail before, with its angle brackets. */
  readonly inReplyTo?: string;
  readonly attachments?: readonly Attachment[];
}

/** The way out: a relay, or a folder. */
export interface Mailer {
  /**
   * Hands one mail over, once.
   * @throws AppError `input.invalid` when a header of the mail cannot stand in a mail, `bug` when an attachment cannot be read
   */
  send(mail: OutgoingMail): Promise<MailOutcome>;
  /** Whether an attempt makes sense now; to be asked before a mail is claimed. */
  ready(): boolean;
  /** Ends kept connections; mails on their way finish first. */
  close(): Promise<void>;
}
