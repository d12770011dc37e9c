// How the time of a pure function grows with its input, on a machine that others use as well.

/** Quickest of nine rounds at the large size over the quickest at the small one; rounds alternate, the first pair warms up. */
export function growthOf(work: (size: number) => unknown, small: number, large: number): number {
  const best = { small: Infinity, large: Infinity };
  const msOf = (size: number): number => {
    const from = performance.now();
    work(size);
    return performance.now() - from;
  };
  for (let round = 0; round < 10; round += 1) {
    const [quick, slow] = [msOf(small), msOf(large)];
    if (round === 0) continue;
    best.small = Math.min(best.small, quick);
    best.large = Math.min(best.large, slow);
  }
  return best.large / best.small;
}
