// How many mails may leave: one bucket of tokens for the installation, shared by all workers. Called by service/mails.
import type { ScanConnection } from './connection';

/** What a bucket holds and how fast it fills. */
export interface BucketSize {
  readonly perSecond: number;
  readonly burst: number;
}

const level = `LEAST(burst, tokens + GREATEST(TIMESTAMPDIFF(MICROSECOND, refilled_at, ?), 0) / 1000000 * per_second)`;

/** The buckets; they belong to the installation. */
export function createMailBucketScan(connection: ScanConnection) {
  return {
    /** Takes one token by one statement. Answers 0, or the milliseconds until there is one. */
    take: async (key: string, now: Date): Promise<number | undefined> => {
      const { affectedRows } = await connection.prepared(
        `UPDATE mail_buckets SET tokens = ${level} - 1, refilled_at = GREATEST(refilled_at, ?) WHERE bucket_key = ? AND ${level} >= 1`,
        [now, now, key, now],
      );
      if (affectedRows === 1) return 0;
      const { rows } = await connection.prepared(
        `SELECT ${level} AS tokens, per_second FROM mail_buckets WHERE bucket_key = ?`,
        [now, key],
      );
      if (!rows[0]) return undefined;
      return Math.ceil(((1 - Number(rows[0]['tokens'])) / Number(rows[0]['per_second'])) * 1000);
    },
    /** Makes the bucket, full, or gives it another size. */
    ensure: async (key: string, size: BucketSize, now: Date): Promise<void> => {
      await connection.prepared(
        `INSERT INTO mail_buckets (bucket_key, tokens, per_second, burst, refilled_at) VALUES (?, ?, ?, ?, ?)
         ON DUPLICATE KEY UPDATE tokens = LEAST(tokens, VALUES(burst)), per_second = VALUES(per_second), burst = VALUES(burst)`,
        [key, size.burst, size.perSecond, size.burst, now],
      );
    },
    /** Whether mail has to wait for tokens at this moment. */
    isDrained: async (key: string, now: Date): Promise<boolean> => {
      const { rows } = await connection.prepared(
        `SELECT ${level} < 1 AS drained FROM mail_buckets WHERE bucket_key = ?`,
        [now, key],
      );
      return Number(rows[0]?.['drained'] ?? 0) === 1;
    },
  };
}
