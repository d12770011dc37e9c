// Writes a report's files and their manifest into the report folder: each appears under its name only when complete.
// Called by activities for runs, which give it the same run again after a failure: same names, same bytes.
import { createHash } from 'node:crypto';
import { basename, join } from 'node:path';
import type { ReportArtifact, ReportFormat } from '../domain/report';
import { AppError } from '../errors';
import { writeAtomically, writeFileAtomically } from '../files';
import { manifestJson } from './manifest';
import { createPass, type Content, type Pass } from './pass';
import type { ReportMeta, ReportTable } from './table';

/** What a run has written. */
export interface Artifact extends Pick<Content, 'rows' | 'rowsSha256' | 'guardedCells'> {
  /** In the order of the formats asked for. */
  readonly files: readonly ReportArtifact[];
  readonly manifest: ReportArtifact;
}

/** How one run is written. */
export interface WriteOptions {
  readonly formats: readonly ReportFormat[];
  /** Ends the writing between two slices of rows; nothing stays behind. */
  readonly signal?: AbortSignal;
  /** Called after each batch with the rows done so far: a heartbeat. */
  readonly onBatch?: (rowsDone: number) => void;
}

/** Writes the files of report runs. */
export interface ArtifactWriter {
  /**
   * Reads the table once and writes all formats of a run from that one pass, then the manifest.
   * @throws destination.unavailable when the folder cannot be written, report.too_large above 4 GiB
   */
  write(meta: ReportMeta, table: ReportTable, options: WriteOptions): Promise<Artifact>;
}

interface Dependencies {
  /** Absolute path of the report folder. */
  readonly folder: string;
  /** Acts at `report.midWrite`, `report.beforeRename` and `report.afterRename`; does nothing but in tests. */
  readonly fault: (point: string) => Promise<void>;
}

/** Makes the writer of a report folder. */
export function createArtifactWriter({ folder, fault }: Dependencies): ArtifactWriter {
  return {
    write: async (meta, table, { formats, signal, onBatch }) => {
      const pass = createPass(meta, table, { signal, onBatch, midWrite: () => fault('report.midWrite') });
      const base = join(folder, artifactName(meta));
      try {
        await writeAll(formats, base, pass, () => fault('report.beforeRename'));
        await fault('report.afterRename');
        const { files, ...content } = pass.result();
        const written = files.map((file) => ({ ...file, ...placeOf(base, file.format), rows: content.rows }));
        return {
          ...content,
          files: written,
          manifest: await writeManifest(base, meta, { ...content, files: written }),
        };
      } catch (error) {
        throw toDestinationError(error);
      }
    },
  };
}

function placeOf(base: string, extension: string): { fileName: string; path: string } {
  const path = `${base}.${extension}`;
  return { fileName: basename(path), path };
}

async function writeManifest(
  base: string,
  meta: ReportMeta,
  written: Parameters<typeof manifestJson>[1],
): Promise<ReportArtifact> {
  const place = placeOf(base, 'manifest.json');
  const content = Buffer.from(manifestJson(meta, written));
  await writeFileAtomically(place.path, content);
  const sha256 = createHash('sha256').update(content).digest('hex');
  return { ...place, format: 'manifest', sizeBytes: content.length, sha256, rows: null };
}

/** Opens the files one inside the other, so that one pass fills them all and none is renamed before all are complete. */
async function writeAll(
  formats: readonly ReportFormat[],
  base: string,
  pass: Pass,
  beforeRename: () => Promise<void>,
): Promise<void> {
  const [format, ...rest] = formats;
  if (!format) return pass.run();
  await writeAtomically(
    placeOf(base, format).path,
    async (stream) => {
      try {
        await pass.open(format, stream);
        await writeAll(rest, base, pass, beforeRename);
      } catch (error) {
        stream.destroy();
        throw error;
      }
    },
    beforeRename,
  );
}

/**
 * Name of a run's files without extension: organization, report, as of, last 12 of the run id.
 * @throws bug when a slug or the id holds anything but `a-z0-9-`
 */
export function artifactName({ organization, slug, asOf, runId }: ReportMeta): string {
  const at = asOf.toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const parts = [organization.slug, slug, runId.slice(-12)];
  if (!parts.every((part) => /^[a-z0-9-]{1,80}$/.test(part))) throw new AppError('bug', { reason: 'not a file name' });
  return `${organization.slug}_${slug}_${at}_${runId.slice(-12)}`;
}

const reasons: Readonly<Record<string, string>> = {
  ENOSPC: 'no space left on the device',
  EDQUOT: 'the quota is used up',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOENT: 'the folder does not exist',
  ENOTDIR: 'the folder is a file',
  EIO: 'the device failed',
  ESTALE: 'the share is gone',
};

/** A fault of the file system as one the run can tell; anything else as it is. */
function toDestinationError(error: unknown): unknown {
  const code = typeof error === 'object' && error && 'syscall' in error && 'code' in error ? String(error.code) : '';
  const reason = reasons[code];
  return reason ? new AppError('destination.unavailable', { reason: `${reason} (${code})` }, { cause: error }) : error;
}
