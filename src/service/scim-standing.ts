// How the directory fares now: what it asked in its last cycle and in the last day, against the lines of Entra's quarantine.
// Steps within a reader's connection. Called by request-history and provisioning-watch.
import {
  alertLines,
  cycleMs,
  forecastMs,
  quarantineRisk,
  ratioOf,
  type QuarantineRisk,
  type RequestCounts,
} from '../domain/entra-quarantine';
import type { Stores } from '../store/stores';

/** Counts with the answers they are made of. */
export interface CountedRequests extends RequestCounts {
  readonly byStatus: ReadonlyMap<number, number>;
  /** The answers that count as failures. */
  readonly failedByStatus: ReadonlyMap<number, number>;
}

/** How the directory fares; its `ratio` is that of the last day, or of the last cycle while next to nothing fails. */
export interface Standing extends QuarantineRisk {
  /** The last 40 minutes. */
  readonly recent: CountedRequests;
  /** The share of these that failed, 0 to 1; member and manager failures apart. */
  readonly recentRatio: number;
  /** The last request that is kept. */
  readonly lastAt: Date | undefined;
}

const successes = [200, 201, 204, 304];
const failures = [400, 401, 403, 404, 405, 408, 409, 412, 413, 414, 415, 429, 500, 501, 503];
/** Failures of one status that are read to tell what they were about; of more, the newest stand for the rest. */
const mostJudged = 5000;

/** Looks at one organization. Where next to nothing fails it costs two reads of keys. */
export async function readStanding(stores: Stores, now: Date): Promise<Standing> {
  const lastAt = await stores.requestCounts.lastAt();
  const recent = await countRequests(stores, before(now, cycleMs));
  const isQuiet = recent.failures < alertLines.leastFailures;
  const day = isQuiet ? recent : await countRequests(stores, before(now, forecastMs));
  return { ...quarantineRisk(day, recent), recent, recentRatio: ratioOf(recent), lastAt };
}

/** Counts the answers since an instant as Entra counts them: a search that finds nobody has not failed. */
export async function countRequests({ requestCounts }: Stores, since: Date): Promise<CountedRequests> {
  const byStatus = await requestCounts.countByStatus([...successes, ...failures], since);
  const failedByStatus = new Map<number, number>();
  let referenceFailures = 0;
  for (const status of failures) {
    const times = byStatus.get(status) ?? 0;
    if (times === 0) continue;
    const { looked, references, searches } = await requestCounts.judgeFailures(status, since, mostJudged);
    const scaled = (part: number) => (looked === 0 ? 0 : Math.round((part * times) / looked));
    referenceFailures += scaled(references);
    const failed = status === 404 ? times - scaled(searches) : times;
    if (failed > 0) failedByStatus.set(status, failed);
  }
  const requests = sumOf(byStatus);
  return { byStatus, failedByStatus, requests, failures: sumOf(failedByStatus), referenceFailures };
}

function sumOf(times: ReadonlyMap<number, number>): number {
  return [...times.values()].reduce((sum, it) => sum + it, 0);
}

function before(at: Date, ms: number): Date {
  return new Date(at.getTime() - ms);
}
