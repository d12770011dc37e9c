// Addresses and people we must not write to. Called by service/suppression and service/reminders.
import type { Suppression, SuppressionKind } from '../domain/reminder-facts';
import type { Connection } from './connection';

/** A suppression to write: of a person, of an address, or both. */
export interface NewSuppression {
  readonly id: string;
  readonly userId: string | null;
  readonly addressKey: string | null;
  readonly kind: SuppressionKind;
  readonly startedAt: Date;
  readonly expiresAt: Date | null;
  /** The mail behind it. */
  readonly causeRef: string | null;
}

/** Suppressions of one organization. */
export function createSuppressionStore(connection: Connection) {
  const { organizationId, prepared } = connection;
  return {
    /** What is not released for a person or their address; ends are judged by the caller. */
    listOpen: async (userId: string, addressKey: string | null): Promise<Suppression[]> => {
      const { rows } = await prepared(
        `SELECT kind, expires_at FROM suppressions WHERE organization_id = ? AND user_id = ? AND released_at IS NULL
         UNION ALL
         SELECT kind, expires_at FROM suppressions WHERE organization_id = ? AND address_key = ? AND released_at IS NULL
           AND (user_id IS NULL OR user_id <> ?)`,
        [organizationId, userId, organizationId, addressKey, userId],
      );
      return rows.map((row) => ({
        kind: row['kind'] as SuppressionKind,
        expiresAt: row['expires_at'] as Date | null,
      }));
    },
    add: async (it: NewSuppression): Promise<void> => {
      await prepared(
        'INSERT INTO suppressions (organization_id, id, user_id, address_key, kind, started_at, expires_at, cause_ref, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
        [
          organizationId,
          it.id,
          it.userId,
          it.addressKey,
          it.kind,
          it.startedAt,
          it.expiresAt,
          it.causeRef,
          it.startedAt,
        ],
      );
    },
    /** Ends what is open of one kind for a person. */
    release: async (userId: string, kind: SuppressionKind, at: Date): Promise<void> => {
      await prepared(
        'UPDATE suppressions SET released_at = ? WHERE organization_id = ? AND user_id = ? AND kind = ? AND released_at IS NULL',
        [at, organizationId, userId, kind],
      );
    },
    /** How often an address bounced softly since an instant. */
    countSoftBounces: async (addressKey: string, since: Date): Promise<number> => {
      const { rows } = await prepared(
        `SELECT COUNT(*) AS n FROM suppressions WHERE organization_id = ? AND address_key = ? AND kind = 'soft_bounce' AND started_at >= ?`,
        [organizationId, addressKey, since],
      );
      return Number(rows[0]?.['n']);
    },
  };
}
