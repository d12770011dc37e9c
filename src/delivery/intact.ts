// Whether finished files are still what their run wrote. Called before any delivery says or does something.
import { stat } from 'node:fs/promises';
import type { ReportArtifact } from '../domain/report';
import { sha256OfFile } from '../files';

/** What is wrong with a file: gone, or other bytes than those recorded. */
export type Damage = 'file_missing' | 'file_changed';

/** The first damage among files of a run; undefined = all are whole. Reads every file once. */
export async function findDamage(files: readonly ReportArtifact[]): Promise<Damage | undefined> {
  for (const { path, sizeBytes, sha256 } of files) {
    const found = await stat(path).catch(() => undefined);
    if (!found?.isFile()) return 'file_missing';
    if (found.size !== sizeBytes || (await sha256OfFile(path)) !== sha256) return 'file_changed';
  }
  return undefined;
}
