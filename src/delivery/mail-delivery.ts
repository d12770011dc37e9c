// The delivery of a run by mail: finished files as attachments; what is too large for a mail is named with its place.
// Called by the report activities, once for each recipient, with that recipient's mail row already claimed.
import type { MailOutcome } from '../domain/mail';
import type { ReportArtifact } from '../domain/report';
import type { Attachment, Mailer, OutgoingMail } from '../mail/outgoing';

/** How the files of a run go with one mail. */
export interface Enclosure {
  readonly attached: readonly ReportArtifact[];
  /** Too large to attach: the mail says where they lie. */
  readonly leftInFolder: readonly ReportArtifact[];
}

/** One recipient's mail: its row, and the function that writes subject and parts once the enclosure is known. */
export interface Letter {
  readonly envelope: Pick<OutgoingMail, 'mailId' | 'messageId' | 'date' | 'from' | 'to' | 'replyTo' | 'kind'>;
  readonly write: (enclosure: Enclosure) => Pick<OutgoingMail, 'subject' | 'text' | 'html'>;
}

/** Mail as a destination. */
export interface MailDelivery {
  /**
   * Hands the mail over, once; the outcome is the relay's word.
   * @throws AppError as Mailer.send
   */
  deliver(files: readonly ReportArtifact[], letter: Letter): Promise<MailOutcome>;
}

interface Dependencies {
  readonly mailer: Pick<Mailer, 'send'>;
}

/** Makes the delivery by mail. */
export function createMailDelivery({ mailer }: Dependencies): MailDelivery {
  return {
    deliver: async (files, { envelope, write }) => {
      const enclosure = encloseFiles(files);
      const attachments = enclosure.attached.map(toAttachment);
      return mailer.send({ ...envelope, ...write(enclosure), attachments });
    },
  };
}

const mostFileBytes = 10 * 1024 * 1024;
// Many relays take 25 MB, and base64 makes four bytes of three.
const mostMailBytes = 18 * 1024 * 1024;

/** Which files go with a mail: each at most 10 MB, all together at most 18 MB; the first ones first. */
export function encloseFiles(files: readonly ReportArtifact[]): Enclosure {
  const attached: ReportArtifact[] = [];
  const leftInFolder: ReportArtifact[] = [];
  let bytes = 0;
  for (const file of files) {
    const fits = file.sizeBytes <= mostFileBytes && bytes + file.sizeBytes <= mostMailBytes;
    if (fits) bytes += file.sizeBytes;
    (fits ? attached : leftInFolder).push(file);
  }
  return { attached, leftInFolder };
}

const contentTypes: Readonly<Partial<Record<ReportArtifact['format'], string>>> = {
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  csv: 'text/csv; charset=utf-8',
  json: 'application/json',
  manifest: 'application/json',
};

/** A file of a run as an attachment, by its own name. */
export function toAttachment({ fileName, path, format }: ReportArtifact): Attachment {
  return { filename: fileName, path, contentType: contentTypes[format] ?? 'application/octet-stream' };
}
