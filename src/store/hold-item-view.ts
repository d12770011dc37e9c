// The people of a hold as somebody who must decide reads them, page by page. Called by service/holds.
import type { Connection, Row } from './connection';

/** A person of a hold, and what became of the deactivation. */
export interface HoldItem {
  readonly userId: string;
  /** null once the person is erased. */
  readonly userName: string | null;
  readonly displayName: string | null;
  readonly state: 'waiting' | 'applied' | 'dropped';
  readonly requestedAt: Date;
  readonly requestId: string | null;
}

/** The view. */
export function createHoldItemView({ organizationId, run }: Connection) {
  return {
    /** The people of a hold by id, after the one named; `limit` at most. */
    page: async (holdId: string, afterUserId: string, limit: number): Promise<HoldItem[]> => {
      const { rows } = await run(
        `SELECT STRAIGHT_JOIN i.user_id, i.request_id, i.requested_at, i.applied_at, i.dropped_at, u.user_name, u.display_name
         FROM provisioning_hold_items i FORCE INDEX (provisioning_hold_items_hold_id_unique)
         JOIN users u ON u.organization_id = i.organization_id AND u.id = i.user_id
         WHERE i.organization_id = ? AND i.hold_id = ? AND i.user_id > ? ORDER BY i.user_id LIMIT ?`,
        [organizationId, holdId, afterUserId, limit],
      );
      return rows.map(toItem);
    },
  };
}

function toItem(row: Row): HoldItem {
  return {
    userId: row['user_id'] as string,
    userName: row['user_name'] as string | null,
    displayName: row['display_name'] as string | null,
    state: row['applied_at'] !== null ? 'applied' : row['dropped_at'] !== null ? 'dropped' : 'waiting',
    requestedAt: row['requested_at'] as Date,
    requestId: row['request_id'] as string | null,
  };
}
