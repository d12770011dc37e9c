// One row as the XML of a workbook's sheet: inline text, day numbers in the report's zone, figures, tints.
// Called by xlsx.ts for each row.
import { workbookXml } from './cell';
import { createZoneOffset, firstSerial, instantMs, toSerial } from './instant';
import type { Cell, Column, Row } from './table';
import { columnLetters, type FrameStyles } from './xlsx-frame';

/** The XML of a row: its number on the sheet, its values, and the same as clean texts (rowTexts). */
export type RowXml = (number: number, row: Row, texts: readonly string[]) => string;

type CellXml = (number: number, cell: Cell, text: string) => string;

/** Makes the XML of rows with a frame's styles; times are shown in `zone`. */
export function createRowXml(columns: readonly Column[], styles: FrameStyles, zone: string): RowXml {
  const letters = columnLetters(columns);
  const offset = createZoneOffset(zone);
  const cells = columns.map((column, index) => {
    const style = styles.data[index] ?? 0;
    return createCellXml(column, `<c r="${letters[index]}`, style, styles.tone, offset);
  });
  return (number, row, texts) => {
    let xml = `<row r="${number}">`;
    for (let index = 0; index < cells.length; index += 1) {
      xml += cells[index]?.(number, row[index] ?? null, texts[index] ?? '') ?? '';
    }
    return `${xml}</row>`;
  };
}

/** The XML of the head row's cells, `zone` named where times stand. */
export function headXml(columns: readonly Column[], styles: FrameStyles, zone: string): string {
  const letters = columnLetters(columns);
  return columns
    .map(({ label, kind }, index) => {
      const text = kind === 'datetime' ? `${label} (${zone})` : label;
      return `<c r="${letters[index]}1"${textXml(styles.head[index] ?? 0, text)}`;
    })
    .join('');
}

function createCellXml(
  column: Column,
  open: string,
  style: number,
  tones: FrameStyles['tone'],
  offset: (at: number) => number,
): CellXml {
  const plain: CellXml = (number, _cell, text) => `${open}${number}"${textXml(style, text)}`;
  const figure = (number: number, value: number): string => `${open}${number}" s="${style}"><v>${value}</v></c>`;
  const dated = (number: number, localMs: number, text: string): string => {
    const serial = toSerial(localMs);
    return serial < firstSerial ? plain(number, null, text) : figure(number, serial);
  };
  if (column.kind === 'datetime') {
    return (number, cell, text) => {
      if (text === '' || typeof cell === 'number' || typeof cell === 'boolean') return plain(number, cell, text);
      const at = instantMs(cell ?? text);
      return dated(number, at + offset(at), text);
    };
  }
  if (column.kind === 'date') {
    return (number, cell, text) => (isDay(text) ? dated(number, Date.parse(text), text) : plain(number, cell, text));
  }
  const { toneOf } = column;
  return (number, cell, text) => {
    if (typeof cell === 'number') return text === '' ? plain(number, cell, text) : figure(number, cell);
    if (typeof cell === 'boolean') return plain(number, cell, cell ? 'Yes' : 'No');
    const tone = toneOf && text !== '' ? toneOf(text) : undefined;
    return tone ? `${open}${number}"${textXml(tones.get(tone) ?? style, text)}` : plain(number, cell, text);
  };
}

const day = /^\d{4}-\d{2}-\d{2}$/;
const isDay = (text: string): boolean => day.test(text) && !Number.isNaN(Date.parse(text));
const edgeSpace = /^\s|\s$|\n|\t| {2}/;

/** The rest of a text cell after its address; empty text is an empty cell with its look. */
function textXml(style: number, text: string): string {
  if (text === '') return ` s="${style}"/>`;
  const space = edgeSpace.test(text) ? ' xml:space="preserve"' : '';
  return ` s="${style}" t="inlineStr"><is><t${space}>${workbookXml(text)}</t></is></c>`;
}
