// Lets exceljs make a whole workbook but for its data rows, and takes it apart for xlsx.ts: the parts to copy, what
// stands before and after the rows of a data sheet, and the style numbers of its marker row.
import { Workbook, type Worksheet } from 'exceljs';
import { AppError } from '../errors';
import { cleanText, escapeMarks } from './cell';
import { bars, dataStyle, headHeight, headStyle, summaryStyle, tabColor, toneNames, toneStyle, widthOf } from './look';
import { summaryLines, type SummaryLine } from './summary';
import type { Column, ReportMeta, ReportTable, Tone } from './table';
import { readZip } from './zip-reader';

/** Style numbers of the book: head and data by column, and one for each tint. */
export interface FrameStyles {
  readonly head: readonly number[];
  readonly data: readonly number[];
  readonly tone: ReadonlyMap<Tone, number>;
}

/** A book without data rows. */
export interface Frame {
  /** Every part but the data sheets. */
  readonly parts: ReadonlyMap<string, Buffer>;
  /** Part names of the data sheets, in order. */
  readonly sheets: readonly string[];
  /** A data sheet's XML up to its first row. */
  readonly before: string;
  /** The opening tag of its head row. */
  readonly headRow: string;
  /** Its XML after the last row; the filter covers `A1:` the last cell. */
  readonly after: (lastCell: string) => string;
  readonly styles: FrameStyles;
}

type TableShape = Pick<ReportTable, 'name' | 'columns'>;

/**
 * Builds the frame for a number of data sheets.
 * @param rows data rows in all, for the summary
 */
export async function buildFrame(
  meta: ReportMeta,
  table: TableShape,
  sheetCount: number,
  rows: number,
): Promise<Frame> {
  const book = new Workbook();
  Object.assign(book, { creator: 'Uptake', lastModifiedBy: 'Uptake', created: meta.asOf, modified: meta.asOf });
  book.title = safe(meta.title);
  addSummary(book, summaryLines(meta, rows));
  for (let number = 1; number <= sheetCount; number += 1) addDataSheet(book, meta, table, number);
  const parts = readZip(Buffer.from(await book.xlsx.writeBuffer()));
  const sheets = Array.from({ length: sheetCount }, (_, index) => `xl/worksheets/sheet${index + 2}.xml`);
  const first = parts.get(sheets[0] ?? '')?.toString('utf8') ?? '';
  for (const name of parts.keys()) if (name.endsWith('/') || sheets.includes(name)) parts.delete(name);
  return { parts, sheets, ...cutSheet(first, table.columns.length) };
}

function addDataSheet(book: Workbook, meta: ReportMeta, { name, columns }: TableShape, number: number): void {
  const nameColumn = columns.findIndex(({ kind }) => kind === 'name');
  const sheet = book.addWorksheet(sheetName(name, number), {
    properties: { tabColor: { argb: tabColor } },
    views: [{ state: 'frozen', xSplit: nameColumn + 1, ySplit: 1, showGridLines: false }],
    pageSetup: { paperSize: 9, orientation: 'landscape', fitToPage: true, fitToWidth: 1, fitToHeight: 0 },
    headerFooter: { oddFooter: `&L${printText(meta.title)}&R&P of &N` },
  });
  sheet.pageSetup.margins = { left: 0.4, right: 0.4, top: 0.4, bottom: 0.6, header: 0.3, footer: 0.3 };
  sheet.pageSetup.printTitlesRow = '1:1';
  sheet.columns = columns.map(({ kind }) => ({ width: widthOf[kind] }));
  sheet.autoFilter = { from: { row: 1, column: 1 }, to: { row: 1, column: columns.length } };
  sheet.getRow(1).height = headHeight;
  columns.forEach((column, index) => {
    sheet.getCell(1, index + 1).style = headStyle(column);
    sheet.getCell(2, index + 1).style = dataStyle(column);
  });
  toneNames.forEach((tone, index) => {
    sheet.getCell(3, index + 1).style = toneStyle(tone);
  });
}

function addSummary(book: Workbook, lines: readonly SummaryLine[]): void {
  const sheet = book.addWorksheet('Summary', {
    views: [{ state: 'normal', showGridLines: false }],
    pageSetup: { paperSize: 9, orientation: 'portrait', fitToPage: true, fitToWidth: 1, fitToHeight: 0 },
  });
  const barColumns = Array.from({ length: bars.columns }, () => ({ width: bars.width }));
  sheet.columns = [{ width: 28 }, { width: 60 }, ...barColumns];
  lines.forEach((line, index) => addSummaryLine(sheet, line, index + 1));
}

function addSummaryLine(sheet: Worksheet, line: SummaryLine, row: number): void {
  if (line.kind === 'gap') return;
  const [left, right] = [sheet.getCell(row, 1), sheet.getCell(row, 2)];
  if (line.kind === 'title' || line.kind === 'heading') {
    left.value = safe(line.text);
    left.style = summaryStyle[line.kind];
    if (line.kind === 'heading') right.style = summaryStyle.heading;
    else sheet.getRow(row).height = 32;
    return;
  }
  left.value = safe(line.label);
  left.style = summaryStyle.label;
  right.value = typeof line.value === 'number' ? line.value : safe(line.value);
  right.style = typeof line.value === 'number' ? summaryStyle.figure : summaryStyle.value;
  const filled = line.kind === 'count' ? Math.ceil(line.bar * bars.columns) : 0;
  for (let column = 3; column < 3 + filled; column += 1) sheet.getCell(row, column).style = summaryStyle.bar;
}

/** The name of a report's n-th data sheet: what Excel allows, at most 31 characters. */
export function sheetName(name: string, number: number): string {
  const suffix = number === 1 ? '' : ` ${number}`;
  const allowed =
    cleanText(name)
      .replaceAll(/[[\]:*?/\\\r\n\t]/g, ' ')
      .replaceAll("'", '\u2019')
      .trim() || 'Rows';
  const free = /^(history|summary)$/i.test(allowed) ? `${allowed} rows` : allowed;
  return `${free.slice(0, 31 - suffix.length).trimEnd()}${suffix}`;
}

function cutSheet(xml: string, columns: number): Pick<Frame, 'before' | 'headRow' | 'after' | 'styles'> {
  const rowsAt = xml.indexOf('<sheetData>') + '<sheetData>'.length;
  const endAt = xml.indexOf('</sheetData>');
  const rows = xml.slice(rowsAt, endAt).split('<row ').slice(1);
  const [head = '', data = '', tones = ''] = rows;
  const [headStyles, dataStyles, toneStyles] = [styleNumbers(head), styleNumbers(data), styleNumbers(tones)];
  if (endAt < rowsAt || headStyles.length !== columns || dataStyles.length !== columns) {
    throw new AppError('bug', { reason: 'the frame of the workbook has no marker row' });
  }
  const tail = xml.slice(endAt + '</sheetData>'.length);
  return {
    before: xml.slice(0, rowsAt).replace(/<dimension [^>]*\/>/, ''),
    headRow: `<row ${head.slice(0, head.indexOf('>') + 1)}`,
    after: (lastCell) => `</sheetData>${tail.replace(/<autoFilter ref="[^"]*"/, `<autoFilter ref="A1:${lastCell}"`)}`,
    styles: {
      head: headStyles,
      data: dataStyles,
      tone: new Map(toneNames.map((tone, index) => [tone, toneStyles[index] ?? 0])),
    },
  };
}

function styleNumbers(row: string): number[] {
  return Array.from(row.matchAll(/<c r="[A-Z]+\d+" s="(\d+)"/g), ([, style]) => Number(style));
}

const safe = (text: string): string => escapeMarks(cleanText(text));

function printText(text: string): string {
  return cleanText(text).slice(0, 180).replaceAll('&', '&&');
}

/** Names of the columns of a sheet: A, B, … Z, AA. */
export function columnLetters(columns: readonly Column[]): string[] {
  return columns.map((_, index) => letters(index));
}

function letters(index: number): string {
  const last = String.fromCharCode(65 + (index % 26));
  return index < 26 ? last : `${letters(Math.floor(index / 26) - 1)}${last}`;
}
