// Streams a CSV from the same rows as the workbook. Called by pass.ts.
// Source: RFC 4180 (CRLF, quotes doubled); UTF-8.
import type { Writable } from 'node:stream';
import { toBatches, type BatchWriter } from './batch';
import { guardFormula } from './cell';
import { createSink, type Sink } from './sink';
import type { ReportTable } from './table';

/** How a CSV begins. */
export interface CsvOptions {
  /** A byte order mark, by which Excel knows UTF-8; on for mailed files. */
  readonly bom?: boolean;
}

const mustQuote = /[",;|\t\r\n]|^\s|\s$/;
const chunkCharacters = 64 * 1024;

/** Starts a CSV with its head of snake_case keys. */
export function createCsvWriter(
  { columns }: Pick<ReportTable, 'columns'>,
  sink: Sink,
  { bom = false }: CsvOptions = {},
): BatchWriter {
  let gathered = `${bom ? '\ufeff' : ''}${columns.map(({ key }) => key).join(',')}\r\n`;
  let guarded = 0;
  const put = async (): Promise<void> => {
    const bytes = Buffer.from(gathered, 'utf8');
    gathered = '';
    await sink.write(bytes);
  };
  const field = (text: string, isText: boolean): string => {
    const safe = isText ? guardFormula(text) : text;
    if (safe !== text) guarded += 1;
    return mustQuote.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  return {
    write: async ({ rows, texts }) => {
      for (const [at, row] of texts.entries()) {
        gathered += `${row.map((text, index) => field(text, typeof rows[at]?.[index] === 'string')).join(',')}\r\n`;
        if (gathered.length >= chunkCharacters) await put();
      }
    },
    end: async () => {
      await put();
      await sink.end();
    },
    guardedCells: () => guarded,
  };
}

/** Writes a whole CSV to a stream, such as a download; answers how many cells were guarded. */
export async function writeCsv(table: ReportTable, stream: Writable, options: CsvOptions = {}): Promise<number> {
  const writer = createCsvWriter(table, createSink(stream), options);
  for await (const rows of table.rows) {
    for (const batch of toBatches(table.columns, rows)) await writer.write(batch);
  }
  await writer.end();
  return writer.guardedCells();
}
