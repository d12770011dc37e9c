// Codes and links that work once; only their digest is kept. Called by service/setup.
import type { Connection, ScanConnection } from './connection';

/** What a code is for. */
export type OneTimeCodeKind = 'setup' | 'invite' | 'reset' | 'reclaim';

/** A code about to be stored. */
export interface NewOneTimeCode {
  readonly id: string;
  readonly kind: OneTimeCodeKind;
  /** The admin (invite, reset) or user (reclaim) it is for; nobody for setup. */
  readonly personId: string | null;
  readonly codeHash: string;
  readonly expiresAt: Date;
  readonly createdAt: Date;
}

/** Codes of one organization. */
export function createOneTimeCodeStore(connection: Connection) {
  const { organizationId, prepared } = connection;
  return {
    /** Stores a code; an older one of the same kind and person ends with it. */
    add: async (it: NewOneTimeCode): Promise<void> => {
      await prepared(
        'UPDATE one_time_codes SET used_at = ? WHERE organization_id = ? AND kind = ? AND admin_or_user_id <=> ? AND used_at IS NULL',
        [it.createdAt, organizationId, it.kind, it.personId],
      );
      await prepared(
        'INSERT INTO one_time_codes (organization_id, id, kind, admin_or_user_id, code_hash, expires_at, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
        [organizationId, it.id, it.kind, it.personId, it.codeHash, it.expiresAt, it.createdAt],
      );
    },
    /** Uses a code up; false when it is unknown, used or too old. */
    take: async (kind: OneTimeCodeKind, codeHash: string, at: Date): Promise<boolean> => {
      const { affectedRows } = await prepared(
        'UPDATE one_time_codes SET used_at = ? WHERE organization_id = ? AND kind = ? AND code_hash = ? AND used_at IS NULL AND expires_at > ?',
        [at, organizationId, kind, codeHash, at],
      );
      return affectedRows === 1;
    },
  };
}

/** Across organizations: a code names its organization. */
export function createOneTimeCodeScan(connection: ScanConnection) {
  return {
    /** The organization whose unused, live code this is. */
    findOrganization: async (kind: OneTimeCodeKind, codeHash: string, at: Date): Promise<number | undefined> => {
      const { rows } = await connection.prepared(
        'SELECT organization_id FROM one_time_codes WHERE code_hash = ? AND kind = ? AND used_at IS NULL AND expires_at > ?',
        [codeHash, kind, at],
      );
      return rows[0] && (rows[0]['organization_id'] as number);
    },
  };
}
