// How many SCIM requests of one organization one process takes at once: a bucket in memory for each, so that a request
// pays nothing for it. Called by service/access. Below 100 a second Entra is never refused (a limiter quarantines jobs).
import type { Clock } from '../clock';

/** The buckets of a process. */
export interface RequestBuckets {
  /** Takes one request; false when the organization's second is used up. @param perSecond size and refill of the bucket */
  take(organizationId: number, perSecond: number): boolean;
}

interface Bucket {
  left: number;
  refilledMs: number;
}

/** Makes them; each begins full. */
export function createRequestBuckets(clock: Clock): RequestBuckets {
  const buckets = new Map<number, Bucket>();
  return {
    take: (organizationId, perSecond) => {
      const nowMs = clock.now().getTime();
      const bucket = buckets.get(organizationId) ?? { left: perSecond, refilledMs: nowMs };
      const refill = (Math.max(0, nowMs - bucket.refilledMs) * perSecond) / 1000;
      bucket.left = Math.min(perSecond, bucket.left + refill);
      bucket.refilledMs = nowMs;
      buckets.set(organizationId, bucket);
      if (bucket.left < 1) return false;
      bucket.left -= 1;
      return true;
    },
  };
}
