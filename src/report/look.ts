// How a workbook looks: colors, widths and formats by kind of column. Read by xlsx-frame.ts alone.
import type { Column, ColumnKind, Tone } from './table';

const accent = 'FF1D56B8';
const line = 'FFD5DAE3';
const muted = 'FF4D5768';
const body = { name: 'Calibri', family: 2, size: 11 };

const solid = (argb: string) => ({ type: 'pattern' as const, pattern: 'solid' as const, fgColor: { argb } });
const colored = (argb: string) => ({ ...body, color: { argb } });
const bottomLine = { bottom: { style: 'thin' as const, color: { argb: line } } };

/** The color of the data sheets' tabs. */
export const tabColor = accent;

/** Width of a column, in characters. */
export const widthOf: Readonly<Record<ColumnKind, number>> = {
  id: 12,
  name: 28,
  email: 34,
  tag: 18,
  text: 28,
  datetime: 18,
  date: 12,
  number: 12,
  share: 12,
  boolean: 12,
};

const formatOf: Readonly<Partial<Record<ColumnKind, string>>> = {
  id: '@',
  name: '@',
  email: '@',
  tag: '@',
  text: '@',
  datetime: 'yyyy-mm-dd hh:mm',
  date: 'yyyy-mm-dd',
  number: '#,##0',
  share: '0.0%',
};

const isFigure = (kind: ColumnKind): boolean => kind === 'number' || kind === 'share';
// Without it a cut id or a figure touches the text of the next column.
const indent = 1;
const side = (kind: ColumnKind) => (isFigure(kind) ? ('right' as const) : ('left' as const));

const lineHeight = 15;
// Column widths count digits; in running text a letter of Calibri is narrower.
const lettersPerDigit = 1.1;

/** Height of wrapped text in a column of so many characters, in points. */
export function wrappedHeight(text: string, width: number, leastLines = 1): number {
  const lines = text.split('\n').map((part) => Math.max(1, Math.ceil(part.length / (width * lettersPerDigit))));
  return (
    lineHeight *
    Math.min(
      27,
      Math.max(
        leastLines,
        lines.reduce((sum, count) => sum + count, 0),
      ),
    )
  );
}

/** Height of the head row, in points: two lines, more for a zone with a long name. */
export function headHeight(columns: readonly Column[], zone: string): number {
  const isDated = columns.some(({ kind }) => kind === 'datetime');
  return wrappedHeight(isDated ? `Last used\n(${zone})` : '', widthOf.datetime - 1, 2);
}

/** The look of a head cell. */
export function headStyle({ kind }: Column) {
  return {
    font: { ...body, bold: true, color: { argb: 'FFFFFFFF' } },
    fill: solid(accent),
    alignment: { vertical: 'middle' as const, horizontal: side(kind), indent, wrapText: true },
  };
}

/** The look of a data cell of a kind. */
export function dataStyle({ kind }: Column) {
  return {
    font: kind === 'id' ? colored(muted) : body,
    border: bottomLine,
    alignment: { vertical: 'middle' as const, horizontal: side(kind), indent },
    ...(formatOf[kind] && { numFmt: formatOf[kind] }),
  };
}

const tones: Readonly<Record<Tone, { text: string; fill: string }>> = {
  neutral: { text: 'FF414B5C', fill: 'FFE6E9EF' },
  wait: { text: 'FF7A4A00', fill: 'FFFDEECB' },
  good: { text: 'FF0D5F3A', fill: 'FFD9F2E3' },
  bad: { text: 'FFA3171F', fill: 'FFFDE4E3' },
  info: { text: 'FF1B4F9C', fill: 'FFE1ECFB' },
};

/** All tints, in the order of their marker cells. */
export const toneNames: readonly Tone[] = ['neutral', 'wait', 'good', 'bad', 'info'];

/** The look of a tinted tag. */
export function toneStyle(tone: Tone) {
  return {
    font: colored(tones[tone].text),
    fill: solid(tones[tone].fill),
    border: bottomLine,
    alignment: { vertical: 'middle' as const, horizontal: 'left' as const, indent },
    numFmt: '@',
  };
}

/** Widths of the summary's two columns of text. The longest label of a count, and of a metric, is 39 characters. */
export const summaryWidths = { label: 42, value: 60 };

/** Columns behind the summary's text that form the bars, and their width. */
export const bars = { columns: 24, width: 1.6 };

/** Height of a summary line with a bar, and of the title. */
export const summaryHeights = { count: 20, title: 32 };

const white = { style: 'thick' as const, color: { argb: 'FFFFFFFF' } };

/** The looks of the summary sheet. */
export const summaryStyle = {
  title: {
    font: { ...body, size: 20, bold: true, color: { argb: 'FF171C26' } },
    alignment: { vertical: 'middle' as const },
  },
  heading: { font: { ...body, size: 13, bold: true, color: { argb: accent } }, border: bottomLine },
  label: { font: colored(muted), alignment: { vertical: 'top' as const, wrapText: true } },
  value: {
    font: body,
    alignment: { vertical: 'top' as const, horizontal: 'left' as const, wrapText: true },
    numFmt: '@',
  },
  figure: { font: body, alignment: { vertical: 'top' as const, horizontal: 'left' as const }, numFmt: '#,##0' },
  countLabel: { font: body, border: bottomLine, alignment: { vertical: 'middle' as const, wrapText: true } },
  count: {
    font: { ...body, bold: true },
    border: bottomLine,
    alignment: { vertical: 'middle' as const, horizontal: 'right' as const, indent: 1 },
    numFmt: '#,##0',
  },
  bar: { fill: solid('FF3F74C6'), border: { top: white, bottom: white } },
};
