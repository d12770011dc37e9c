// Reads back what the report room wrote, by readers of its own: a strict XML check, an RFC 4180 reader, exceljs.
import { Workbook, type CellValue, type Worksheet } from 'exceljs';
import { crc32, inflateRawSync } from 'node:zlib';

/** Every part of an archive, its CRC and lengths compared with the directory. */
export function readArchive(archive: Buffer): Map<string, Buffer> {
  const end = archive.lastIndexOf('PK\u0005\u0006', undefined, 'latin1');
  const parts = new Map<string, Buffer>();
  let at = archive.readUInt32LE(end + 16);
  for (let left = archive.readUInt16LE(end + 10); left > 0; left -= 1) {
    const [crc, packedBytes, plainBytes] = [16, 20, 24].map((offset) => archive.readUInt32LE(at + offset));
    const nameBytes = archive.readUInt16LE(at + 28);
    const name = archive.toString('utf8', at + 46, at + 46 + nameBytes);
    const local = archive.readUInt32LE(at + 42);
    const from = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
    const plain = inflateRawSync(archive.subarray(from, from + (packedBytes ?? 0)));
    if (crc32(plain) !== crc || plain.length !== plainBytes) throw new Error(`${name} differs from the directory`);
    parts.set(name, plain);
    at += 46 + nameBytes;
  }
  return parts;
}

const markup =
  /<(?:(\?xml [^?<>]*\?)|(\/?)([A-Za-z][\w:.-]*)((?:\s+[\w:.-]+="[^"<&]*(?:&(?:\w+|#\d+);[^"<&]*)*")*)\s*(\/?))>|([^<]+)/gy;
const content = /^(?:[^&]|&(?:amp|lt|gt|quot|apos|#\d+);)*$/u;
const forbidden = /[^\P{Cc}\t\n\r]|[\ufffe\uffff]|\p{Surrogate}/u;

/** Refuses XML that is not well-formed: nesting, quotes, entities, characters. Knows what workbooks use of XML. */
export function assertWellFormed(xml: string): void {
  if (forbidden.test(xml)) throw new Error('a character that XML does not know');
  const open: string[] = [];
  markup.lastIndex = 0;
  while (markup.lastIndex < xml.length) {
    const at = markup.lastIndex;
    const [, declaration, slash, name, , empty, text] = markup.exec(xml) ?? [];
    if (declaration === undefined && name === undefined && text === undefined) throw new Error(`no XML at ${at}`);
    if (text !== undefined && (!content.test(text) || text.includes(']]>'))) throw new Error(`bad text at ${at}`);
    if (name === undefined) continue;
    if (slash && open.pop() !== name) throw new Error(`</${name}> at ${at} closes nothing`);
    if (!slash && !empty) open.push(name);
  }
  if (open.length > 0) throw new Error(`<${open.at(-1)}> is never closed`);
}

/** A workbook by exceljs, after its XML was found well-formed. */
export async function readBook(file: Buffer): Promise<Workbook> {
  for (const [name, part] of readArchive(file)) {
    if (/\.(xml|rels)$/.test(name)) assertWellFormed(part.toString('utf8'));
  }
  const book = new Workbook();
  // exceljs declares a Buffer of its own, which is an ArrayBuffer.
  await book.xlsx.load(Uint8Array.from(file).buffer);
  return book;
}

// Spreadsheets decode this in every text; exceljs only in shared ones. Source: ECMA-376 22.9.2.19.
function decoded(value: CellValue): CellValue {
  if (typeof value !== 'string') return value;
  return value.replaceAll(/_x([0-9A-Fa-f]{4})_/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** The values of a sheet's rows from row 2 on, as wide as its head. */
export function dataOf(sheet: Worksheet | undefined): CellValue[][] {
  const width = sheet?.getRow(1).cellCount ?? 0;
  const rows: CellValue[][] = [];
  sheet?.eachRow({ includeEmpty: true }, (row, number) => {
    if (number > 1) rows.push(Array.from({ length: width }, (_, index) => decoded(row.getCell(index + 1).value)));
  });
  return rows;
}

/** The records of a CSV. Source: RFC 4180. */
export function readCsv(text: string): string[][] {
  const records: string[][] = [];
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|$)/gy;
  let record: string[] = [];
  while (field.lastIndex < text.length) {
    const at = field.lastIndex;
    const [, quoted, bare, ending] = field.exec(text) ?? [];
    if (ending === undefined) throw new Error(`no CSV at ${at}`);
    record.push(quoted?.replaceAll('""', '"') ?? bare ?? '');
    if (ending === ',') continue;
    records.push(record);
    record = [];
  }
  return records;
}
