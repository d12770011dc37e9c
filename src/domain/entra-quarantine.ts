// How near the directory's job is to Microsoft's quarantine, in which a cycle runs once a day, and when that is worth an alert.
// Pure; called by service/scim-standing and service/provisioning-watch.

/** What a span of requests held. */
export interface RequestCounts {
  readonly requests: number;
  /** Answers of 400 and above. A search for somebody who is not there is answered and has not failed. */
  readonly failures: number;
  /** Those about members and managers; they count against the ceiling alone. */
  readonly referenceFailures: number;
}

/** The lines. Source: Microsoft Entra, "Application provisioning in quarantine status". */
export const quarantineLines = { evaluatedFrom: 5000, ratio: 0.4, failures: 40_000, ceiling: 60_000 } as const;

/** How long a cycle of the directory is apart from the next, in milliseconds; the span that shows its pace. */
export const cycleMs = 40 * 60_000;
/** Without a request for two cycles the directory is silent. */
export const silentMs = 2 * cycleMs;
/** How far counts look back, and how far ahead the forecast looks, in milliseconds. */
export const forecastMs = 24 * 60 * 60_000;
/**
 * Shares of the last cycle at which the alert opens and closes. Fewer failures than the least say nothing: one person whom
 * the directory sends again in each cycle would be half of a quiet day.
 */
export const alertLines = { opensAbove: 0.2, closesBelow: 0.1, leastFailures: 5 } as const;

/** Where a job stands: `at_risk` = too much fails now; `quarantine_expected` = a line is crossed, or will be within a day. */
export type QuarantineState = 'ok' | 'at_risk' | 'quarantine_expected';

/** One of the lines. */
export type QuarantineLine = 'ratio' | 'failures' | 'ceiling';

/** The standing of a job with the share that fails and how many failures are left before the next line. */
export interface QuarantineRisk {
  readonly state: QuarantineState;
  /** 0 to 1, member and manager failures apart. */
  readonly ratio: number;
  /** The line that is crossed, or will be within a day; null without one. */
  readonly line: QuarantineLine | null;
  /** Failures until the evaluation begins (or, past it, until the ceiling of failures); 0 beyond a line. */
  readonly failuresLeft: number;
  /** Until the line is crossed at the pace of now, in milliseconds; 0 beyond it, null without one. */
  readonly expectedInMs: number | null;
}

/**
 * Judges counts against the lines.
 * @param recent the last cycle, whose pace the forecast follows; without it nothing is foreseen
 */
export function quarantineRisk(counts: RequestCounts, recent?: RequestCounts): QuarantineRisk {
  const now = recent ?? counts;
  const crossed = lineOf(counts);
  const ahead =
    now.failures < alertLines.leastFailures ? undefined : nextLine(counts, now, crossed, recent !== undefined);
  const isFailing = now.failures >= alertLines.leastFailures && ratioOf(now) > alertLines.opensAbove;
  return {
    state: ahead !== undefined ? 'quarantine_expected' : isFailing ? 'at_risk' : 'ok',
    ratio: ratioOf(counts),
    line: ahead?.line ?? crossed,
    failuresLeft: crossed === null ? failuresLeft(counts) : 0,
    expectedInMs: ahead?.inMs ?? null,
  };
}

/** The share that fails of what the directory asked, 0 to 1; member and manager failures apart. */
export function ratioOf(counts: RequestCounts): number {
  return counts.requests === 0 ? 0 : ownOf(counts) / counts.requests;
}

/** Whether an alert about failures ends: the last cycle went well. Without any request nobody knows. */
export function isWellAgain(state: QuarantineState, recent: RequestCounts): boolean {
  return state === 'ok' && recent.requests > 0 && ratioOf(recent) < alertLines.closesBelow;
}

/** Whether a directory that has asked before asks no more. */
export function isSilent(lastAt: Date | undefined, now: Date): boolean {
  return lastAt !== undefined && now.getTime() - lastAt.getTime() >= silentMs;
}

interface Ahead {
  readonly line: QuarantineLine;
  readonly inMs: number;
}

/** The first line that is crossed within a day. The share of a day counts no more once the failures have ended. */
function nextLine(
  counts: RequestCounts,
  now: RequestCounts,
  crossed: QuarantineLine | null,
  isForeseen: boolean,
): Ahead | undefined {
  const isShareDue = ratioOf(now) >= alertLines.closesBelow;
  if (crossed !== null && (crossed !== 'ratio' || isShareDue)) return { line: crossed, inMs: 0 };
  if (!isForeseen) return undefined;
  const { failures, ceiling } = quarantineLines;
  const lines: readonly Ahead[] = [
    { line: 'ceiling', inMs: untilAmount(ceiling - counts.failures, now.failures) },
    { line: 'failures', inMs: untilAmount(failures + 1 - ownOf(counts), ownOf(now)) },
    { line: 'ratio', inMs: isShareDue ? untilShare(counts, now) : Infinity },
  ];
  const [first] = lines.toSorted((a, b) => a.inMs - b.inMs);
  return first !== undefined && first.inMs <= forecastMs ? first : undefined;
}

/** Milliseconds until so many more have come, at so many in a cycle. */
function untilAmount(missing: number, perCycle: number): number {
  if (missing <= 0) return 0;
  return perCycle === 0 ? Infinity : (missing / perCycle) * cycleMs;
}

/** Milliseconds until there are enough failures for the evaluation and more than its share of all requests. */
function untilShare(counts: RequestCounts, now: RequestCounts): number {
  const { evaluatedFrom, ratio } = quarantineLines;
  const begins = untilAmount(evaluatedFrom - ownOf(counts), ownOf(now));
  const gap = ownOf(counts) - ratio * counts.requests;
  const perCycle = ownOf(now) - ratio * now.requests;
  if (begins === Infinity || gap + (perCycle * begins) / cycleMs > 0) return begins;
  return perCycle > 0 ? (-gap / perCycle) * cycleMs : Infinity;
}

function failuresLeft(counts: RequestCounts): number {
  const { evaluatedFrom, failures, ceiling } = quarantineLines;
  const own = ownOf(counts);
  const toEvaluation = own < evaluatedFrom ? evaluatedFrom - own : failures + 1 - own;
  return Math.min(toEvaluation, ceiling - counts.failures);
}

function lineOf(counts: RequestCounts): QuarantineLine | null {
  const own = ownOf(counts);
  if (counts.failures >= quarantineLines.ceiling) return 'ceiling';
  if (own < quarantineLines.evaluatedFrom) return null;
  if (own > quarantineLines.failures) return 'failures';
  return ratioOf(counts) > quarantineLines.ratio ? 'ratio' : null;
}

function ownOf({ failures, referenceFailures }: RequestCounts): number {
  return failures - referenceFailures;
}
