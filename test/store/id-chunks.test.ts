// Long lists reach the database in pieces, whole and in their order.
import { inChunks } from '../../src/store/id-chunks';

describe('ids in chunks', () => {
  it.each([
    [0, []],
    [1, [1]],
    [1000, [1000]],
    [2001, [1000, 1000, 1]],
  ])('%i ids', async (count, sizes) => {
    const ids = Array.from({ length: count }, (_, n) => `id ${n}`);
    const seen: number[] = [];

    const found = await inChunks(ids, async (chunk) => {
      seen.push(chunk.length);
      return chunk;
    });

    expect([seen, found]).toEqual([sizes, ids]);
  });
});
