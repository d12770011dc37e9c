// The geometry of our charts: numbers for SVG attributes, rounded to 0.1. Pure; called by the console's view models.
// Words, counts and links stand in HTML beside the drawing and are no business of this file.

/** The five counts of the funnel, each a part of the one before except the first two. */
export interface FunnelCounts {
  readonly totalLicenses: number;
  readonly assigned: number;
  readonly activated: number;
  readonly onboarded: number;
  readonly using: number;
}

/** The four columns from left to right. */
export type FunnelStage = 'assigned' | 'activated' | 'onboarded' | 'using';

/** One column on its own field of 160 x 160, y pointing down. */
export interface FunnelColumn {
  readonly stage: FunnelStage;
  readonly count: number;
  /** How many of the column before are missing here; in the first column: free licenses. */
  readonly pending: number;
  /** Count as a share of the column before, 0 to 1; 0 when that one is empty. */
  readonly share: number;
  readonly bar: Box;
  readonly hasGhost: boolean;
  /** The pending number as an area on top of the bar. */
  readonly ghost: Box;
  readonly hasJoin: boolean;
  /** `points` of the polygon to the next column; empty in the last. */
  readonly joinPoints: string;
  readonly isLargestDrop: boolean;
}

/** Attributes of a rect. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The whole drawing; `largestDrop` is undefined when no drop is worth a word. */
export interface Funnel {
  readonly columns: readonly FunnelColumn[];
  readonly largestDrop: { stage: FunnelStage; pending: number; share: number } | undefined;
}

const stages: readonly FunnelStage[] = ['assigned', 'activated', 'onboarded', 'using'];
const fieldHeight = 160;
const drawnHeight = 152;
const leastHeight = 3;
const leastDropPeople = 5;
const leastDropShare = 0.05;

/**
 * The funnel from licenses to people who use the app.
 * @example funnel({ totalLicenses: 500, assigned: 420, activated: 350, onboarded: 300, using: 260 }).columns[0].bar.y === 32.3
 */
export function funnel(counts: FunnelCounts): Funnel {
  const values = stages.map((stage) => counts[stage]);
  const before = [counts.totalLicenses, ...values.slice(0, 3)];
  const max = Math.max(counts.totalLicenses, counts.assigned, 1);
  const top = (count: number) => tenth(fieldHeight - heightOf(count, max));
  const largest = largestDrop(values);
  const columns = stages.map((stage, i): FunnelColumn => {
    const [count, previous, next] = [values[i] ?? 0, before[i] ?? 0, values[i + 1]];
    const pending = Math.max(previous - count, 0);
    const y = top(count);
    const ghostY = pending > 0 ? Math.min(top(previous), tenth(y - leastHeight)) : y;
    return {
      stage,
      count,
      pending,
      share: shareOf(count, previous),
      bar: { x: 0, y, width: 104, height: tenth(fieldHeight - y) },
      hasGhost: pending > 0,
      ghost: { x: 1, y: ghostY, width: 102, height: tenth(y - ghostY) },
      hasJoin: next !== undefined,
      joinPoints: next === undefined ? '' : `104,${y} 160,${top(next)} 160,160 104,160`,
      isLargestDrop: stage === largest?.stage,
    };
  });
  return { columns, largestDrop: largest };
}

/** One row of a bar chart on its own field of 100 x 24. */
export interface Bar {
  readonly count: number;
  /** 0 to 100; at least 0.8 for a count above 0. */
  readonly width: number;
  /** Count as a share of the base, 0 to 1; 0 when the base is 0. */
  readonly share: number;
}

/** Bars over one base, such as all onboarded users. @example bars([260, 60], 320)[0].width === 81.3 */
export function bars(counts: readonly number[], base: number): Bar[] {
  return counts.map((count) => {
    const share = shareOf(count, base);
    return { count, share, width: count > 0 ? Math.min(Math.max(tenth(100 * share), 0.8), 100) : 0 };
  });
}

function heightOf(count: number, max: number): number {
  return count > 0 ? Math.max((drawnHeight * count) / max, leastHeight) : 0;
}

function shareOf(count: number, base: number): number {
  return base > 0 ? count / base : 0;
}

/** The greatest of the three losses of people; the earlier one when two are equal; none when all are small. */
function largestDrop(values: readonly number[]): Funnel['largestDrop'] {
  let largest: Funnel['largestDrop'];
  for (let i = 1; i < values.length; i += 1) {
    const [stage, previous] = [stages[i] ?? 'using', values[i - 1] ?? 0];
    const pending = previous - (values[i] ?? 0);
    if (pending > (largest?.pending ?? 0)) largest = { stage, pending, share: shareOf(pending, previous) };
  }
  return largest && largest.pending >= leastDropPeople && largest.share >= leastDropShare ? largest : undefined;
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10;
}
