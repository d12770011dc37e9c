import { toBatches } from '../../src/report/batch';
import { noteColumn } from './samples';

describe('batches', () => {
  it('hold every row once, in order, typed and as text', () => {
    const rows = Array.from({ length: 1001 }, (_, index) => [`note ${index}\u0000`]);

    const batches = [...toBatches(noteColumn, rows)];

    expect(batches.length).toBeGreaterThan(1);
    expect(batches.flatMap((batch) => batch.rows)).toEqual(rows);
    expect(batches.flatMap((batch) => batch.texts)).toEqual(rows.map((_, index) => [`note ${index}\ufffd`]));
  });

  it('are none for no rows', () => {
    expect([...toBatches(noteColumn, [])]).toEqual([]);
  });
});
