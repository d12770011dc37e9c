import * as fc from 'fast-check';
import { cleanText, guardFormula } from '../../src/report/cell';
import { writeCsv } from '../../src/report/csv';
import type { Cell, Column } from '../../src/report/table';
import { readCsv } from './reading';
import { aBucket, allKinds, aTable, hostileTexts, noteColumn } from './samples';

async function csvOf(
  columns: readonly Column[],
  rows: Cell[][],
  bom = false,
): Promise<{ text: string; guarded: number }> {
  const { stream, bytes } = aBucket();
  const guarded = await writeCsv(aTable(columns, rows), stream, { bom });
  return { text: bytes().toString('utf8'), guarded };
}

describe('a CSV', () => {
  it('begins with its keys and ends each record with CR LF', async () => {
    const row = [
      'u1',
      'Ann',
      'a@example.com',
      null,
      'a "b", c',
      '2026-03-01 05:00:00.000000',
      '2026-03-01',
      3,
      0.5,
      false,
    ];

    const { text } = await csvOf(allKinds, [row]);

    expect(text).toBe(
      'user_id,name,email,status,note,used_at,used_on,devices,part,never\r\n' +
        'u1,Ann,a@example.com,,"a ""b"", c",2026-03-01T05:00:00.000Z,2026-03-01,3,0.5,false\r\n',
    );
  });

  it('carries a byte order mark when asked', async () => {
    expect((await csvOf(noteColumn, [], true)).text).toBe('\ufeffnote\r\n');
  });

  it('guards text that could run, counts it, and leaves figures alone', async () => {
    const columns: Column[] = [...noteColumn, { key: 'change', label: 'Change', kind: 'number' }];

    const { text, guarded } = await csvOf(columns, [
      ['=1', -5],
      ['fine', -6],
      ['x;=1', 7],
    ]);

    expect(readCsv(text).slice(1)).toEqual([
      ["'=1", '-5'],
      ['fine', '-6'],
      ["x;'=1", '7'],
    ]);
    expect(guarded).toBe(2);
  });

  it('is read back as it was written, whatever the cells hold', async () => {
    const cell = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom(...hostileTexts),
    );
    const columns = ['a', 'b', 'c'].map((key) => ({ key, label: key, kind: 'text' as const }));

    const property = fc.asyncProperty(fc.array(fc.tuple(cell, cell, cell), { maxLength: 20 }), async (rows) => {
      const { text } = await csvOf(columns, rows);
      expect(readCsv(text)).toEqual([
        ['a', 'b', 'c'],
        ...rows.map((row) => row.map((value) => guardFormula(cleanText(value)))),
      ]);
    });

    await fc.assert(property, { numRuns: 300 });
  });

  it('passes on the fault of its rows', async () => {
    async function* broken(): AsyncGenerator<Cell[][]> {
      yield [['one']];
      throw new Error('the source is gone');
    }

    const writing = writeCsv({ name: 'Users', columns: noteColumn, rows: broken() }, aBucket().stream);

    await expect(writing).rejects.toThrow('the source is gone');
  });
});
