// Oddities of provisioning: accepted, but shown. One open row per kind, user and fact; a repeat only counts.
import type { Json } from '../domain/user';
import type { NewId } from '../ids';
import type { Connection } from './connection';

/** What was odd. */
export type FindingKind =
  'unmapped_role' | 'duplicate_email' | 'ignored_attribute' | 'unknown_manager' | 'ignored_patch' | 'no_email';

/** One finding about a user. `detail` holds codes and attribute names, never values. */
export interface Finding {
  readonly kind: FindingKind;
  readonly userId: string | null;
  readonly detail: { readonly [key: string]: Json };
}

/** The store of findings. */
export function createFindingStore(connection: Connection) {
  const { organizationId } = connection;
  return {
    /** Notes a finding; an open one of the same kind, user and detail is counted up. */
    note: async (newId: NewId, it: Finding, at: Date): Promise<void> => {
      const detail = JSON.stringify(it.detail);
      const { affectedRows } = await connection.run(
        `UPDATE provisioning_findings SET last_seen_at = ?, seen = seen + 1
         WHERE organization_id = ? AND kind = ? AND user_id <=> ? AND resolved_at IS NULL AND CAST(detail AS CHAR) = CAST(? AS CHAR)`,
        [at, organizationId, it.kind, it.userId, detail],
      );
      if (affectedRows > 0) return;
      await connection.run(
        `INSERT INTO provisioning_findings (organization_id, id, kind, user_id, detail, first_seen_at, last_seen_at, seen, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, 1, ?)`,
        [organizationId, newId(), it.kind, it.userId, detail, at, at, at],
      );
    },
    /** Users with an open finding of a kind, those not looked at for longest first. */
    listUsers: async (kind: FindingKind, limit: number): Promise<string[]> => {
      const { rows } = await connection.run(
        `SELECT user_id FROM provisioning_findings WHERE organization_id = ? AND kind = ? AND resolved_at IS NULL AND user_id IS NOT NULL ORDER BY last_seen_at LIMIT ?`,
        [organizationId, kind, limit],
      );
      return rows.map((row) => row['user_id'] as string);
    },
    /** Closes the open findings of a kind about a user. */
    resolve: async (kind: FindingKind, userId: string, at: Date): Promise<void> => {
      await connection.run(
        'UPDATE provisioning_findings SET resolved_at = ? WHERE organization_id = ? AND kind = ? AND user_id = ? AND resolved_at IS NULL',
        [at, organizationId, kind, userId],
      );
    },
  };
}
