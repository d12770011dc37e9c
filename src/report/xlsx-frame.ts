// Lets exceljs make a whole workbook but for its data rows, and takes it apart for xlsx.ts: the parts to copy, what
// stands before and after the rows of a data sheet, and the style numbers of its marker row.
import { Workbook, type Row as ExcelRow } from 'exceljs';
import { AppError } from '../errors';
import { cleanText, escapeMarks, workbookXml } from './cell';
import {
  bars,
  dataStyle,
  headHeight,
  headStyle,
  summaryHeights,
  summaryStyle,
  summaryWidths,
  tabColor,
  toneNames,
  toneStyle,
  widthOf,
  wrappedHeight,
} from './look';
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
 * Builds the frame of a book.
 * @param sheetRows data rows of each data sheet; `[0]` before they are known
 */
export async function buildFrame(meta: ReportMeta, table: TableShape, sheetRows: readonly number[]): Promise<Frame> {
  const book = new Workbook();
  Object.assign(book, { creator: 'Uptake', lastModifiedBy: 'Uptake', created: meta.asOf, modified: meta.asOf });
  book.title = safe(meta.title);
  const rows = sheetRows.reduce((sum, count) => sum + count, 0);
  addSummary(book, summaryLines(meta, rows));
  sheetRows.forEach((_, index) => addDataSheet(book, meta, table, index + 1));
  const parts = readZip(Buffer.from(await book.xlsx.writeBuffer()));
  const sheets = sheetRows.map((_, index) => `xl/worksheets/sheet${index + 2}.xml`);
  const first = parts.get(sheets[0] ?? '')?.toString('utf8') ?? '';
  for (const name of parts.keys()) if (name.endsWith('/') || sheets.includes(name)) parts.delete(name);
  nameFilters(parts, table, sheetRows);
  return { parts, sheets, ...cutSheet(first, table.columns.length) };
}

/** LibreOffice shows a filter only when the book has a name for its range, as Excel writes it; exceljs writes none. */
function nameFilters(parts: Map<string, Buffer>, { name, columns }: TableShape, sheetRows: readonly number[]): void {
  const book = parts.get('xl/workbook.xml')?.toString('utf8') ?? '';
  const last = columnLetters(columns).at(-1);
  const names = sheetRows.map((rows, index) => {
    const sheet = workbookXml(`'${sheetName(name, index + 1)}'!$A$1:$${last}$${rows + 1}`);
    return `<definedName name="_xlnm._FilterDatabase" localSheetId="${index + 1}" hidden="1">${sheet}</definedName>`;
  });
  parts.set('xl/workbook.xml', Buffer.from(book.replace('<definedNames>', () => `<definedNames>${names.join('')}`)));
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
  sheet.getRow(1).height = headHeight(columns, meta.zone);
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
  sheet.columns = [{ width: summaryWidths.label }, { width: summaryWidths.value }, ...barColumns];
  lines.forEach((line, index) => addSummaryLine(sheet.getRow(index + 1), line));
}

function addSummaryLine(row: ExcelRow, line: SummaryLine): void {
  if (line.kind === 'gap') return;
  const [left, right] = [row.getCell(1), row.getCell(2)];
  if (line.kind === 'title' || line.kind === 'heading') {
    Object.assign(left, { value: safe(line.text), style: summaryStyle[line.kind] });
    if (line.kind === 'title') row.height = summaryHeights.title;
    else right.style = summaryStyle.heading;
    return;
  }
  if (line.kind === 'count') {
    Object.assign(left, { value: safe(line.label), style: summaryStyle.countLabel });
    Object.assign(right, { value: line.value, style: summaryStyle.count });
    row.height = Math.max(summaryHeights.count, wrappedHeight(line.label, summaryWidths.label));
    const filled = Math.ceil(line.bar * bars.columns);
    for (let column = 3; column < 3 + filled; column += 1) row.getCell(column).style = summaryStyle.bar;
    return;
  }
  Object.assign(left, { value: safe(line.label), style: summaryStyle.label });
  const isFigure = typeof line.value === 'number';
  Object.assign(right, {
    value: isFigure ? line.value : safe(line.value),
    style: summaryStyle[isFigure ? 'figure' : 'value'],
  });
  // No spreadsheet makes room for wrapped text by itself when the file says nothing of it.
  row.height = Math.max(
    wrappedHeight(line.label, summaryWidths.label),
    wrappedHeight(String(line.value), summaryWidths.value),
  );
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
