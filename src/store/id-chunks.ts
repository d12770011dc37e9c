// Long lists of ids in pieces that a statement takes well: 1,000 by `IN (?)`, in the order given.

const chunkSize = 1000;

/** Runs `work` for each piece, one after the other, and joins what it finds. No ids, no statement. */
export async function inChunks<T>(
  ids: readonly string[],
  work: (chunk: readonly string[]) => Promise<readonly T[] | void>,
): Promise<T[]> {
  const found: T[] = [];
  for (let start = 0; start < ids.length; start += chunkSize) {
    found.push(...((await work(ids.slice(start, start + chunkSize))) ?? []));
  }
  return found;
}
