import { createHash } from 'node:crypto';
import { createPass } from '../../src/report/pass';
import type { Row } from '../../src/report/table';
import { dataOf, readBook, readCsv } from './reading';
import { aBucket, aMeta, aTable, noteColumn } from './samples';

const sha256 = (bytes: Buffer | string) => createHash('sha256').update(bytes).digest('hex');
const idle = { signal: undefined, onBatch: undefined, midWrite: async () => undefined };

async function passOf(rows: readonly Row[], formats: readonly ('xlsx' | 'csv')[]) {
  const pass = createPass(aMeta(), aTable(noteColumn, rows), idle);
  const buckets = formats.map(() => aBucket());
  for (const [index, format] of formats.entries()) await pass.open(format, buckets[index]?.stream ?? aBucket().stream);
  await pass.run();
  return { result: pass.result(), files: buckets.map(({ bytes }) => bytes()) };
}

describe('one pass', () => {
  it('fills every file with the same rows', async () => {
    const rows = Array.from({ length: 2500 }, (_, index) => [`note ${index}`]);

    const { files, result } = await passOf(rows, ['xlsx', 'csv']);

    const [xlsx = Buffer.alloc(0), csv = Buffer.alloc(0)] = files;
    expect(dataOf((await readBook(xlsx)).getWorksheet('Users'))).toEqual(rows);
    expect(readCsv(csv.toString('utf8')).slice(1)).toEqual(rows);
    expect(result.rows).toBe(2500);
    expect(result.files).toEqual([
      { format: 'xlsx', sha256: sha256(xlsx), sizeBytes: xlsx.length },
      { format: 'csv', sha256: sha256(csv), sizeBytes: csv.length },
    ]);
  });

  it('gives the rows one digest, whatever the format', async () => {
    const rows = [['=a'], ['b']];

    const both = await passOf(rows, ['xlsx', 'csv']);
    const one = await passOf(rows, ['csv']);
    const changed = await passOf([['=a'], ['c']], ['csv']);

    expect(one.result.rowsSha256).toBe(both.result.rowsSha256);
    expect(one.result.rowsSha256).toBe(sha256('note\u001e=a\u001eb\u001e'));
    expect(changed.result.rowsSha256).not.toBe(one.result.rowsSha256);
    expect(one.result.guardedCells).toBe(1);
  });

  it('tells after each batch how far it is, and stops between batches when told to', async () => {
    const stop = new AbortController();
    const done: number[] = [];
    const rows = Array.from({ length: 5000 }, (_, index) => [`note ${index}`]);
    const onBatch = (rowsDone: number): void => {
      done.push(rowsDone);
      if (done.length === 2) stop.abort();
    };
    const pass = createPass(aMeta(), aTable(noteColumn, rows), { ...idle, onBatch, signal: stop.signal });
    await pass.open('csv', aBucket().stream);

    const running = pass.run();

    await expect(running).rejects.toMatchObject({ name: 'AbortError' });
    expect(done).toEqual([1000, 2000]);
  });
});
