// Streams a workbook: exceljs' frame, our own rows. Called by pass.ts.
import type { Writable } from 'node:stream';
import { AppError } from '../errors';
import { toBatches, type BatchWriter } from './batch';
import { createSink, type Sink } from './sink';
import type { ReportMeta, ReportTable, Row } from './table';
import { columnLetters, buildFrame, type Frame } from './xlsx-frame';
import { createRowXml, headXml } from './xlsx-row';
import { createZip, type Zip, type ZipPart } from './zip';

/** How a workbook is packed. */
export interface XlsxOptions {
  /** Deflate level: 6 for kept files (default), 1 for downloads. */
  readonly level?: number;
  /** Data rows of one sheet; a test may lower it. */
  readonly sheetRows?: number;
}

/** Data rows that fit under the head of one sheet. Source: Excel specifications and limits. */
export const mostSheetRows = 1_048_575;

/**
 * Starts a workbook. Memory does not grow with the rows.
 * @throws report.too_large when a sheet or the file passes 4 GiB
 */
export async function createXlsxWriter(
  meta: ReportMeta,
  table: TableShape,
  sink: Sink,
  { level = 6, sheetRows = mostSheetRows }: XlsxOptions = {},
): Promise<BatchWriter> {
  const frame = await buildFrame(meta, table, [0]);
  const zip = createZip(sink, { level });
  const sheets = createSheets(meta, table, frame, zip);
  await addParts(zip, frame, firstParts);
  await sheets.open();
  return {
    write: async ({ rows, texts }) => {
      for (const [index, row] of rows.entries()) {
        if (sheets.rows() === sheetRows) await sheets.next();
        const full = sheets.write(row, texts[index] ?? []);
        if (full) await full;
      }
    },
    end: async () => {
      await sheets.close();
      const final = await buildFrame(meta, table, sheets.rowsBySheet());
      assertSameStyles(frame, final);
      await addParts(
        zip,
        final,
        [...final.parts.keys()].filter((name) => !firstParts.includes(name)),
      );
      await zip.finish();
      await sink.end();
    },
    // Typed text cells never run, so there is nothing to guard.
    guardedCells: () => 0,
  };
}

/** Writes a whole workbook to a stream, such as a download. */
export async function writeXlsx(
  meta: ReportMeta,
  table: ReportTable,
  stream: Writable,
  options: XlsxOptions = {},
): Promise<void> {
  const writer = await createXlsxWriter(meta, table, createSink(stream), options);
  for await (const rows of table.rows) {
    for (const batch of toBatches(table.columns, rows)) await writer.write(batch);
  }
  await writer.end();
}

type TableShape = Pick<ReportTable, 'name' | 'columns'>;

// By these and `xl/` after them file(1) and mail gateways know a workbook; the rest waits for the number of rows.
const firstParts = ['_rels/.rels', 'docProps/core.xml', 'xl/theme/theme1.xml', 'xl/styles.xml'];

/** The data sheets of one book, one open at a time. */
function createSheets(meta: ReportMeta, { columns }: TableShape, frame: Frame, zip: Zip) {
  const head = `${frame.before}${frame.headRow}${headXml(columns, frame.styles, meta.zone)}</row>`;
  const rowXml = createRowXml(columns, frame.styles, meta.zone);
  const lastColumn = columnLetters(columns).at(-1) ?? 'A';
  let part: ZipPart | undefined;
  let rows = 0;
  const closed: number[] = [];
  const open = async (): Promise<void> => {
    rows = 0;
    part = await zip.open(`xl/worksheets/sheet${closed.length + 2}.xml`);
    await part.write(head);
  };
  const close = async (): Promise<void> => {
    closed.push(rows);
    await part?.write(frame.after(`${lastColumn}${rows + 1}`));
    await part?.end();
  };
  return {
    open,
    close,
    next: async () => {
      await close();
      await open();
    },
    write: (row: Row, texts: readonly string[]) => {
      rows += 1;
      return part?.write(rowXml(rows + 1, row, texts));
    },
    rows: () => rows,
    rowsBySheet: () => closed,
  };
}

async function addParts(zip: Zip, frame: Frame, names: readonly string[]): Promise<void> {
  for (const name of names) await zip.add(name, frame.parts.get(name) ?? Buffer.alloc(0));
}

/** The rows carry numbers of the first frame and meet the styles of the last: both must be one. */
function assertSameStyles(first: Frame, last: Frame): void {
  const [one, other] = [first, last].map(({ parts }) => parts.get('xl/styles.xml')?.toString('utf8'));
  if (one !== other) throw new AppError('bug', { reason: 'the styles of the workbook changed while it was written' });
}
