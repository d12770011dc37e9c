// Which files of a run go with a mail, and how; what is too large stays in the report folder and the mail says so.
// Called by the report activities.
import type { ReportArtifact } from '../domain/report';
import type { Attachment } from '../mail/outgoing';

/** How the files of a run go with one mail. */
export interface Enclosure {
  readonly attached: readonly ReportArtifact[];
  /** Too large to attach. */
  readonly leftInFolder: readonly ReportArtifact[];
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
