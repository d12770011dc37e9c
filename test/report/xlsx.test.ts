import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as fc from 'fast-check';
import { countWords } from '../../src/domain/count-words';
import { cleanText } from '../../src/report/cell';
import { writeCsv } from '../../src/report/csv';
import type { Cell, Column, ReportMeta, Row } from '../../src/report/table';
import { userListColumns } from '../../src/report/user-list';
import { writeXlsx, type XlsxOptions } from '../../src/report/xlsx';
import { dataOf, readArchive, readBook, readCsv } from './reading';
import { aBucket, aMeta, allKinds, aTable, hostileTexts, noteColumn } from './samples';

const run = promisify(execFile);

async function xlsxOf(
  columns: readonly Column[],
  rows: readonly Row[],
  { meta = aMeta(), size = 1000, ...options }: XlsxOptions & { meta?: ReportMeta; size?: number } = {},
): Promise<Buffer> {
  const { stream, bytes } = aBucket();
  await writeXlsx(meta, aTable(columns, rows, size), stream, options);
  return bytes();
}

const aRow = (over: Partial<Record<string, Cell>> = {}): Cell[] => {
  const row: Record<string, Cell> = {
    user_id: 'u1',
    name: 'Ann',
    email: 'a@example.com',
    status: 'Using Enpass',
    note: 'n',
    used_at: '2026-03-29 22:30:00.000000',
    used_on: '2026-03-30',
    devices: 3,
    part: 0.25,
    never: true,
    ...over,
  };
  return allKinds.map(({ key }) => row[key] ?? null);
};

describe('a workbook', () => {
  it('has a summary, then the data with typed cells in the zone of the report', async () => {
    const book = await readBook(await xlsxOf(allKinds, [aRow()]));

    const [first] = dataOf(book.getWorksheet('Users'));

    expect(book.worksheets.map(({ name }) => name)).toEqual(['Summary', 'Users']);
    expect(first).toEqual([
      'u1',
      'Ann',
      'a@example.com',
      'Using Enpass',
      'n',
      new Date('2026-03-30T00:30:00.000Z'),
      new Date('2026-03-30T00:00:00.000Z'),
      3,
      0.25,
      'Yes',
    ]);
  });

  it('keeps head, pane, filter, widths, print set-up, formats and tints', async () => {
    const book = await readBook(await xlsxOf(allKinds, [aRow(), aRow({ status: 'No License' })]));

    const sheet = book.getWorksheet('Users');

    expect(sheet?.getCell('F1').value).toBe('Used (Europe/Berlin)');
    expect(sheet?.getRow(1)).toMatchObject({ height: 30 });
    expect(sheet?.getCell('A1')).toMatchObject({ font: { bold: true }, fill: { fgColor: { argb: 'FF1D56B8' } } });
    expect(sheet?.views[0]).toMatchObject({ state: 'frozen', xSplit: 2, ySplit: 1, showGridLines: false });
    expect(sheet?.autoFilter).toBe('A1:J3');
    expect([1, 2, 3, 4, 6, 8].map((column) => sheet?.getColumn(column).width)).toEqual([12, 28, 34, 18, 18, 12]);
    expect(sheet?.pageSetup).toMatchObject({ paperSize: 9, orientation: 'landscape', fitToWidth: 1, fitToHeight: 0 });
    expect(sheet?.pageSetup.printTitlesRow).toBe('1:1');
    expect(sheet?.headerFooter.oddFooter).toBe('&LUsers and adoption&R&P of &N');
    expect(['F2', 'G2', 'H2', 'I2'].map((cell) => sheet?.getCell(cell).numFmt)).toEqual([
      'yyyy-mm-dd hh:mm',
      'yyyy-mm-dd',
      '#,##0',
      '0.0%',
    ]);
    expect(sheet?.getCell('D2').fill).toMatchObject({ fgColor: { argb: 'FFD9F2E3' } });
    expect(sheet?.getCell('D3').fill).toMatchObject({ pattern: 'none' });
    expect(book).toMatchObject({ title: 'Users and adoption', creator: 'Uptake' });
  });

  it('shows every label of its summary whole: there is room for those of today, and longer ones wrap', async () => {
    const long = 'A count that somebody will give a name of far more than forty-two characters';
    const counts = [...countWords.map(({ label }) => ({ label, value: 1 })), { label: long, value: 1 }];

    const book = await readBook(await xlsxOf(noteColumn, [], { meta: aMeta({ counts }) }));
    const summary = book.getWorksheet('Summary');
    const labels = counts.map((_, index) => summary!.getCell(8 + index, 1));
    const width = summary!.getColumn(1).width!;

    expect(labels.map(({ value }) => value)).toEqual(counts.map(({ label }) => label));
    expect(labels.map(({ text }) => text).filter((text) => text.length > width)).toEqual([long]);
    expect(labels.at(-1)).toMatchObject({ alignment: { wrapText: true } });
    expect(summary!.getRow(8 + countWords.length).height).toBe(30);
    expect(countWords.filter(({ column }) => `${column} (v1)`.length > width)).toEqual([]);
  });

  it('tells on its summary how many rows there are', async () => {
    const book = await readBook(
      await xlsxOf(
        noteColumn,
        Array.from({ length: 1203 }, () => ['x']),
      ),
    );

    const summary = book.getWorksheet('Summary');

    expect(summary?.getCell('A1').value).toBe('Users and adoption');
    expect([summary?.getCell('A5').value, summary?.getCell('B5').value]).toEqual(['Rows', 1203]);
    expect(summary?.getColumn(1).width).toBe(42);
    expect(summary?.getColumn(2).width).toBe(60);
  });

  it('goes on to a second and third sheet when one is full', async () => {
    const rows = Array.from({ length: 25 }, (_, index) => [`row ${index}`]);

    const book = await readBook(await xlsxOf(noteColumn, rows, { sheetRows: 10, size: 7 }));

    expect(book.worksheets.map(({ name }) => name)).toEqual(['Summary', 'Users', 'Users 2', 'Users 3']);
    expect(book.worksheets.slice(1).flatMap((sheet) => dataOf(sheet))).toEqual(rows);
    expect(book.worksheets.slice(1).map(({ autoFilter }) => autoFilter)).toEqual(['A1:A11', 'A1:A11', 'A1:A6']);
    expect(book.worksheets.slice(1).map((sheet) => sheet.getCell('A1').value)).toEqual(['Note', 'Note', 'Note']);
  });

  it('does not open a sheet for nothing when the last one is just full', async () => {
    const book = await readBook(await xlsxOf(noteColumn, [['a'], ['b']], { sheetRows: 2 }));

    expect(book.worksheets).toHaveLength(2);
  });

  it('can be opened when there are no rows at all', async () => {
    const sheet = (await readBook(await xlsxOf(userListColumns, []))).getWorksheet('Users');

    expect(sheet?.rowCount).toBe(1);
    expect(sheet?.autoFilter).toBe('A1:X1');
  });

  it('is the same to the byte for the same report, however its rows come', async () => {
    const rows = Array.from({ length: 3000 }, (_, index) => aRow({ name: `Person ${index}`, devices: index }));

    const one = await xlsxOf(allKinds, rows, { size: 7 });
    const other = await xlsxOf(allKinds, rows, { size: 3000 });

    expect(one.equals(other)).toBe(true);
  });

  it('begins with what a mail gateway knows a workbook by', async () => {
    const names = [...readArchive(await xlsxOf(noteColumn, [['x']])).keys()];

    expect(names.slice(0, 2)).toEqual(['_rels/.rels', 'docProps/core.xml']);
    expect(names[3]).toMatch(/^xl\//);
  });
});

describe('hostile contents in a workbook', () => {
  it('are read back as the cleaner left them', async () => {
    const book = await readBook(
      await xlsxOf(
        noteColumn,
        hostileTexts.map((text) => [text]),
      ),
    );

    const values = dataOf(book.getWorksheet('Users')).map(([value]) => value ?? '');

    expect(values).toEqual(hostileTexts.map(cleanText));
  });

  it('are the same as in the CSV but for its guard', async () => {
    const cell = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom(...hostileTexts),
    );
    const columns = ['a', 'b'].map((key) => ({ key, label: key, kind: 'text' as const }));

    const property = fc.asyncProperty(fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 20 }), async (rows) => {
      const { stream, bytes } = aBucket();
      await writeCsv(aTable(columns, rows), stream);
      const records = readCsv(bytes().toString('utf8')).slice(1);
      const book = await readBook(await xlsxOf(columns, rows));
      const values = dataOf(book.getWorksheet('Users'));
      const isSame = (value: unknown, field = '') => (value ?? '') === field || (value ?? '') === unguarded(field);
      expect(
        records.filter((record, at) => !record.every((field, index) => isSame(values[at]?.[index], field))),
      ).toEqual([]);
    });

    await fc.assert(property, { numRuns: 30 });
  });
});

/** What the guard adds, taken off again. */
function unguarded(field: string): string {
  return field.replaceAll(/(^|[;|\t\r\n])'(?=[\s"\u200b\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r])/g, '$1');
}

describe('the memory of the workbook writer', () => {
  it('hardly grows when there are five times as many rows', async () => {
    const growthMb = async (rows: number): Promise<number> => {
      const small = ['--disable-proto=delete', '--max-semi-space-size=4', '--max-old-space-size=64'];
      const { stdout } = await run(process.execPath, [...small, join(__dirname, 'child.js'), 'memory', String(rows)]);
      return Number(stdout);
    };

    const [few, many] = [await growthMb(20_000), await growthMb(100_000)];

    expect(many).toBeLessThan(2.5 * few);
  });
});
