// Token buckets for what can be guessed; one row a bucket, shared by all processes. The table has no owner, because the
// organization is not known yet. Called by service/throttle.
import type { ScanConnection } from './connection';

/** How a bucket fills: its size, tokens back per minute, and how far below zero refused tries may push it. */
export interface BucketRule {
  readonly capacity: number;
  readonly perMinute: number;
  readonly floor: number;
}

/** The buckets. */
export function createAttemptScan(connection: ScanConnection) {
  return {
    /** Fills a bucket for the time that passed, takes one token, and answers what is left (below 0 = refused). */
    take: async (bucketKey: string, rule: BucketRule, at: Date): Promise<number> => {
      await connection.prepared(
        `INSERT INTO attempt_buckets (bucket_key, tokens, refilled_at) VALUES (?, ?, ?)
         ON DUPLICATE KEY UPDATE
           tokens = GREATEST(?, LEAST(?, tokens + GREATEST(TIMESTAMPDIFF(MICROSECOND, refilled_at, VALUES(refilled_at)), 0) * ? / 60000000) - 1),
           refilled_at = GREATEST(refilled_at, VALUES(refilled_at))`,
        [bucketKey, rule.capacity - 1, at, rule.floor, rule.capacity, rule.perMinute],
      );
      const { rows } = await connection.prepared('SELECT tokens FROM attempt_buckets WHERE bucket_key = ?', [
        bucketKey,
      ]);
      return Number(rows[0]?.['tokens']);
    },
    /** Gives tokens back after a try that was right. */
    giveBack: async (bucketKey: string, tokens: number, capacity: number): Promise<void> => {
      await connection.prepared(
        'UPDATE attempt_buckets SET tokens = LEAST(?, GREATEST(tokens, 0) + ?) WHERE bucket_key = ?',
        [capacity, tokens, bucketKey],
      );
    },
  };
}
