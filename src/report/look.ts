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
const side = (kind: ColumnKind) => (isFigure(kind) ? ('right' as const) : ('left' as const));

/** Height of the head row, in points. */
export const headHeight = 30;

/** The look of a head cell. */
export function headStyle({ kind }: Column) {
  return {
    font: { ...body, bold: true, color: { argb: 'FFFFFFFF' } },
    fill: solid(accent),
    alignment: { vertical: 'middle' as const, horizontal: side(kind), wrapText: true },
  };
}

/** The look of a data cell of a kind. */
export function dataStyle({ kind }: Column) {
  return {
    font: kind === 'id' ? colored(muted) : body,
    border: bottomLine,
    alignment: { vertical: 'middle' as const, horizontal: side(kind) },
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
    alignment: { vertical: 'middle' as const, horizontal: 'left' as const },
    numFmt: '@',
  };
}

/** Columns behind the summary's text that form the bars, and their width. */
export const bars = { columns: 24, width: 1.6 };

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
  bar: { fill: solid('FF3F74C6') },
};
