// The manifest of a report run: what the files are, what they are true for, and their digests. Written last, so that
// who finds it finds everything.
import type { Content } from './pass';
import type { ReportMeta } from './table';

interface Written extends Content {
  readonly files: readonly (Content['files'][number] & { readonly fileName: string })[];
}

/** The manifest as JSON text; key order is fixed, so that the same run gives the same bytes. */
export function manifestJson(meta: ReportMeta, { files, rows, rowsSha256, guardedCells }: Written): string {
  const manifest = {
    manifest_version: 1,
    run_id: meta.runId,
    report: meta.slug,
    kind: meta.kind,
    title: meta.title,
    organization: meta.organization.slug,
    as_of: meta.asOf.toISOString(),
    known_at: meta.knownAt.toISOString(),
    zone: meta.zone,
    filter: meta.filter,
    definitions: meta.definitions.map(({ metric, version, description }) => ({ metric, version, description })),
    rows,
    rows_sha256: rowsSha256,
    files: files.map(({ fileName, sha256, sizeBytes }) => ({ name: fileName, sha256, bytes: sizeBytes })),
    guarded_cells: guardedCells,
    code_version: meta.codeVersion,
  };
  return `${JSON.stringify(manifest, null, 2)}\n`;
}
