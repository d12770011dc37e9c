// How often a token asked within its window; one row a token and family, shared by all web processes.
// Called by service/rate-limits.
import type { InstantText } from '../domain/instant';
import type { Connection } from './connection';
import { instantSql } from './instant-sql';

/** Which requests share a window. */
export interface RateKey {
  readonly tokenId: string;
  readonly family: string;
}

/** Windows of one organization. */
export function createRateWindowStore({ organizationId, prepared }: Connection) {
  return {
    /**
     * Counts one request and answers how many the window holds with it. A window that began at `staleAt` or before is
     * over: a new one begins `at`. One statement, so two processes never count the same place twice.
     */
    take: async ({ tokenId, family }: RateKey, at: InstantText, staleAt: InstantText): Promise<number> => {
      const { insertId } = await prepared(
        `INSERT INTO rate_windows (organization_id, token_id, family, window_started_at, used) VALUES (?, ?, ?, ?, 1)
         ON DUPLICATE KEY UPDATE used = LAST_INSERT_ID(IF(window_started_at > ?, used + 1, 1)),
           window_started_at = IF(window_started_at > ?, window_started_at, VALUES(window_started_at))`,
        [organizationId, tokenId, family, at, staleAt, staleAt],
      );
      return insertId === 0 ? 1 : insertId;
    },
    /** When the window began. */
    findStart: async ({ tokenId, family }: RateKey): Promise<InstantText | undefined> => {
      const { rows } = await prepared(
        `SELECT ${instantSql('window_started_at')} AS started_at FROM rate_windows WHERE organization_id = ? AND token_id = ? AND family = ?`,
        [organizationId, tokenId, family],
      );
      return rows[0]?.['started_at'] as InstantText | undefined;
    },
  };
}
