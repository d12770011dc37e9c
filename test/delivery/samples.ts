// Finished files of a run for the tests of this room.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import type { ReportArtifact } from '../../src/domain/report';

/** Writes a file and records it as its run would. */
export async function aFile(folder: string, fileName: string, content: Buffer): Promise<ReportArtifact> {
  const path = join(folder, fileName);
  await writeFile(path, content);
  const sha256 = createHash('sha256').update(content).digest('hex');
  const format = fileName.endsWith('.csv') ? 'csv' : 'xlsx';
  return { fileName, format, sizeBytes: content.length, sha256, rows: 2, path };
}
