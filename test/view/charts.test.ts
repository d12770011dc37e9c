// view/charts: the seed's picture to the tenth, and what must hold for every population.
import * as fc from 'fast-check';
import { bars, funnel, type FunnelColumn, type FunnelCounts } from '../../src/view/charts';

const seed: FunnelCounts = { totalLicenses: 500, assigned: 420, activated: 350, onboarded: 300, using: 260 };

/** Counts as the product makes them: each stage a part of the one before; more assigned than licenses may happen. */
const populations = fc
  .record({
    totalLicenses: fc.nat(1_000_000),
    assigned: fc.nat(1_000_000),
    parts: fc.tuple(
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
    ),
  })
  .map(({ totalLicenses, assigned, parts }): FunnelCounts => {
    const activated = Math.floor(assigned * parts[0]);
    const onboarded = Math.floor(activated * parts[1]);
    return { totalLicenses, assigned, activated, onboarded, using: Math.floor(onboarded * parts[2]) };
  });

const numbersOf = (column: FunnelColumn): number[] => [
  ...Object.values(column.bar),
  ...Object.values(column.ghost),
  ...(column.joinPoints.match(/[\d.-]+/g) ?? []).map(Number),
];

const near = (value: number | undefined, expected: number) => Math.abs((value ?? Number.NaN) - expected) < 0.001;

test('the seed example stands at 32.3, 53.6, 68.8 and 81.0, with 80, 70, 50 and 40 pending', () => {
  const { columns } = funnel(seed);

  expect(columns.map((column) => column.bar.y)).toEqual([32.3, 53.6, 68.8, 81]);
  expect(columns.map((column) => column.pending)).toEqual([80, 70, 50, 40]);
  expect(columns.map((column) => column.ghost.y)).toEqual([8, 32.3, 53.6, 68.8]);
});

test('the seed example loses most people before activation', () => {
  const { columns, largestDrop } = funnel(seed);

  expect(largestDrop).toEqual({ stage: 'activated', pending: 70, share: 70 / 420 });
  expect(columns.filter((column) => column.isLargestDrop).map((column) => column.stage)).toEqual(['activated']);
});

test.each([
  ['four people', { assigned: 10, activated: 6, onboarded: 6, using: 6 }],
  ['less than five percent', { assigned: 1000, activated: 951, onboarded: 951, using: 951 }],
  ['nobody', { assigned: 0, activated: 0, onboarded: 0, using: 0 }],
])('a drop of %s is not named', (_, counts) => {
  const { largestDrop } = funnel({ totalLicenses: 1000, ...counts });

  expect(largestDrop).toBeUndefined();
});

test('of two equal drops the earlier is named', () => {
  const { largestDrop } = funnel({ totalLicenses: 100, assigned: 100, activated: 80, onboarded: 60, using: 60 });

  expect(largestDrop?.stage).toBe('activated');
});

test('free licenses are no drop', () => {
  const { largestDrop } = funnel({ totalLicenses: 100, assigned: 1, activated: 1, onboarded: 1, using: 1 });

  expect(largestDrop).toBeUndefined();
});

test('nothing at all draws the base line and nothing else', () => {
  const { columns } = funnel({ totalLicenses: 0, assigned: 0, activated: 0, onboarded: 0, using: 0 });

  expect(columns.map((column) => [column.bar.y, column.bar.height, column.hasGhost])).toEqual(
    Array.from({ length: 4 }, () => [160, 0, false]),
  );
});

test('more assigned than licenses shows no free seats and stays inside the field', () => {
  const [first] = funnel({ ...seed, totalLicenses: 400 }).columns;

  expect(first).toMatchObject({ pending: 0, hasGhost: false, bar: { y: 8 } });
});

test('one person among a hundred thousand can be seen', () => {
  const { columns } = funnel({ totalLicenses: 100_000, assigned: 100_000, activated: 1, onboarded: 1, using: 0 });

  expect(columns.map((column) => column.bar.height)).toEqual([152, 3, 3, 0]);
  expect(columns[3]?.ghost.height).toBe(3);
});

test('every population: numbers only, inside the field, one decimal', () => {
  fc.assert(
    fc.property(populations, (counts) => {
      const numbers = funnel(counts).columns.flatMap(numbersOf);

      expect(numbers.every((value) => Number.isFinite(value) && value >= 0 && value <= 160)).toBe(true);
      expect(funnel(counts).columns.every(({ bar }) => bar.y === Math.round(bar.y * 10) / 10)).toBe(true);
    }),
  );
});

test('every population: fewer people never stand higher, and each ghost reaches the bar before', () => {
  fc.assert(
    fc.property(populations, (counts) => {
      const { columns } = funnel(counts);

      const standing = columns.map(({ bar, ghost }) => [bar.y + bar.height, ghost.y + ghost.height - bar.y]);
      const steps = columns.slice(1).map((column, i) => [column, columns[i] as FunnelColumn] as const);
      expect(standing.every(([foot, gap]) => near(foot, 160) && near(gap, 0))).toBe(true);
      expect(steps.every(([column, before]) => column.bar.y >= before.bar.y)).toBe(true);
      expect(steps.every(([column, before]) => column.ghost.y <= before.bar.y + 0.001)).toBe(true);
    }),
  );
});

test('every population: what is pending and what is counted make the count before', () => {
  fc.assert(
    fc.property(populations, (counts) => {
      const { columns } = funnel(counts);

      expect(columns.slice(1).map((column, i) => column.count + column.pending - (columns[i]?.count ?? 0))).toEqual([
        0, 0, 0,
      ]);
    }),
  );
});

test('the seed bars of 320 onboarded users are 81.3 and 18.8 wide', () => {
  expect(bars([260, 60], 320).map((bar) => bar.width)).toEqual([81.3, 18.8]);
});

test('every bar: a number from 0 to 100, visible when there is anything, longer for more', () => {
  fc.assert(
    fc.property(fc.nat(1_000_000), fc.nat(1_000_000), fc.nat(1_000_000), (a, b, base) => {
      const [less, more] = bars([Math.min(a, b), Math.max(a, b)], base);

      expect([less, more].every((bar) => Number.isFinite(bar?.width) && Number.isFinite(bar?.share))).toBe(true);
      expect(less?.width).toBeLessThanOrEqual(more?.width ?? 0);
      expect(more?.width).toBeLessThanOrEqual(100);
      expect((more?.width ?? 0) >= 0.8).toBe(Math.max(a, b) > 0);
    }),
  );
});
