// One pass over a report's rows that fills all its files at once: every file shows the same snapshot, the database is
// read once, and no batch is kept longer than the slowest file needs it. Called by artifact.ts.
import { createHash } from 'node:crypto';
import type { Writable } from 'node:stream';
import type { ReportFormat } from '../domain/report';
import { toBatches, type Batch, type BatchWriter } from './batch';
import { createCsvWriter } from './csv';
import { createSink } from './sink';
import type { ReportMeta, ReportTable } from './table';
import { createXlsxWriter } from './xlsx';

/** Size and digest of one format, and of the rows in all. */
export interface Content {
  readonly files: readonly { readonly format: ReportFormat; readonly sha256: string; readonly sizeBytes: number }[];
  readonly rows: number;
  /** Digest of the rows alone, the same for every format. */
  readonly rowsSha256: string;
  /** Cells of the CSV that the formula guard changed. */
  readonly guardedCells: number;
}

/** A pass being prepared, then run once. */
export interface Pass {
  /** Adds a format that goes to a stream. */
  open(format: ReportFormat, stream: Writable): Promise<void>;
  /** Reads the table and ends every stream. */
  run(): Promise<void>;
  /** What was written; after `run`. */
  result(): Content;
}

interface PassOptions {
  readonly signal: AbortSignal | undefined;
  readonly onBatch: ((rowsDone: number) => void) | undefined;
  /** Awaited after the first batch. */
  readonly midWrite: () => Promise<void>;
}

interface Output {
  readonly format: ReportFormat;
  readonly writer: BatchWriter;
  readonly digest: () => string;
  readonly size: () => number;
}

/** Prepares a pass over a table. */
export function createPass(meta: ReportMeta, table: ReportTable, options: PassOptions): Pass {
  const outputs: Output[] = [];
  const rowsHash = createHash('sha256').update(canonical(table.columns.map(({ key }) => key)));
  let rows = 0;
  const write = async (batch: Batch): Promise<void> => {
    options.signal?.throwIfAborted();
    rowsHash.update(batch.texts.map(canonical).join(''));
    await Promise.all(outputs.map(({ writer }) => writer.write(batch)));
    rows += batch.rows.length;
  };
  return {
    open: async (format, stream) => {
      outputs.push(await openOutput(meta, table, format, stream));
    },
    run: async () => {
      let isFirst = true;
      for await (const some of table.rows) {
        for (const batch of toBatches(table.columns, some)) await write(batch);
        if (isFirst) await options.midWrite();
        isFirst = false;
        options.onBatch?.(rows);
      }
      options.signal?.throwIfAborted();
      await Promise.all(outputs.map(({ writer }) => writer.end()));
    },
    result: () => ({
      files: outputs.map(({ format, digest, size }) => ({ format, sha256: digest(), sizeBytes: size() })),
      rows,
      rowsSha256: rowsHash.copy().digest('hex'),
      guardedCells: outputs.reduce((sum, { writer }) => sum + writer.guardedCells(), 0),
    }),
  };
}

/** Canonical form of a row: its clean texts with U+001F between and U+001E behind, which no clean text holds. */
function canonical(texts: readonly string[]): string {
  return `${texts.join('\u001f')}\u001e`;
}

async function openOutput(
  meta: ReportMeta,
  table: ReportTable,
  format: ReportFormat,
  stream: Writable,
): Promise<Output> {
  const hash = createHash('sha256');
  let bytes = 0;
  const sink = createSink(stream, (chunk) => {
    hash.update(chunk);
    bytes += chunk.length;
  });
  const writer =
    format === 'xlsx' ? await createXlsxWriter(meta, table, sink) : createCsvWriter(table, sink, { bom: true });
  return { format, writer, digest: () => hash.copy().digest('hex'), size: () => bytes };
}
