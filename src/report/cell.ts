// Makes any value safe for a file: one cleaner for both formats, the guard of CSV cells, the escapes of workbook text.
// Called by the writers of this room; the frame uses it for its own few texts.
import type { Cell, Column, Row } from './table';
import { instantIso } from './instant';

/** Most UTF-16 units a workbook's cell may hold. Source: Excel specifications and limits. */
export const longestCell = 32_767;

const cutMark = ' [cut]';
// Control characters but TAB, LF, CR; the two non-characters; halves of a surrogate pair.
const unsafe = /[^\P{Cc}\t\n\r]|[\ufffe\uffff]|\p{Surrogate}/gu;
// Most texts; three times as fast to know as to search.
const harmless = /^[ -~\u00a0-\ud7ff]*$/;

/** Text that XML, spreadsheets and UTF-8 can carry: what they cannot becomes U+FFFD, what is too long is cut and marked. */
export function cleanText(text: string): string {
  const whole = text.length > longestCell ? cut(text) : text;
  return harmless.test(whole) ? whole : whole.replace(unsafe, '\ufffd');
}

function cut(text: string): string {
  const kept = text.slice(0, longestCell - cutMark.length);
  const last = kept.charCodeAt(kept.length - 1);
  const halved = last >= 0xd800 && last <= 0xdbff;
  return `${halved ? kept.slice(0, -1) : kept}${cutMark}`;
}

/**
 * A row as plain text, the same for every format: clean text, ISO instants in UTC, `true` and `false`, '' for nothing.
 * @throws bug when a datetime cell holds no instant
 */
export function rowTexts(columns: readonly Column[], row: Row): string[] {
  return columns.map((column, index) => cellText(column, row[index] ?? null));
}

function cellText(column: Column, cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell === 'string') return column.kind === 'datetime' ? instantIso(cell) : cleanText(cell);
  if (typeof cell === 'number') return Number.isFinite(cell) ? String(cell) : '';
  if (typeof cell === 'boolean') return cell ? 'true' : 'false';
  return column.kind === 'date' ? instantIso(cell).slice(0, 10) : instantIso(cell);
}

const formulaSigns = new Set('=+-@\uff1d\uff0b\uff0d\uff20');
const blanks = new Set(' "\u00a0\u3000\u200b\ufeff');
const breaks = new Set(';|\t\r\n');
const suspect = /^[\s"=+\-@\uff1d\uff0b\uff0d\uff20\u200b\ufeff]|[;|\t\r\n]/;

/**
 * Text that a spreadsheet never runs as a formula when it opens a CSV: `'` before a leading `= + - @` (full-width forms
 * and leading blanks or quotes too), TAB or CR; and before such a sign after `; | TAB CR LF`, at which programs of other
 * regions split the line.
 * Source: OWASP, CSV Injection.
 */
export function guardFormula(text: string): string {
  return suspect.test(text) ? guardParts(text) : text;
}

function guardParts(text: string): string {
  let guarded = '';
  let partStart = 0;
  let atStart = true;
  let copied = 0;
  for (let index = 0; index < text.length; index += 1) {
    const sign = text.charAt(index);
    const dangerous: boolean = atStart && (formulaSigns.has(sign) || (index === 0 && (sign === '\t' || sign === '\r')));
    if (dangerous) {
      guarded += `${text.slice(copied, partStart)}'`;
      copied = partStart;
    }
    if (breaks.has(sign)) partStart = index + 1;
    atStart = breaks.has(sign) || (atStart && !dangerous && blanks.has(sign));
  }
  return guarded + text.slice(copied);
}

const special = /[&<>\r_]/;

/** Clean text as the content of a workbook's `<t>`; an XML reader would take a bare CR for LF. */
export function workbookXml(text: string): string {
  if (!special.test(text)) return text;
  const marked = escapeMarks(text);
  return marked.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('\r', '&#13;');
}

/** Text whose `_xHHHH_` a workbook's reader would take for a character. Source: ECMA-376 22.9.2.19. */
export function escapeMarks(text: string): string {
  return text.replaceAll(/_(?=x[0-9A-Fa-f]{4}_)/g, '_x005F_');
}
