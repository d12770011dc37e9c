// One-use codes for an admin without the phone; kept as HMAC. Called by service/second-factor.
import type { Connection } from './connection';

/** Backup codes of the admins of one organization. */
export function createBackupCodeStore(connection: Connection) {
  const { organizationId, prepared } = connection;
  const clear = async (adminId: string): Promise<void> => {
    await prepared('DELETE FROM admin_backup_codes WHERE organization_id = ? AND admin_id = ?', [
      organizationId,
      adminId,
    ]);
  };
  return {
    /** New codes in place of all older ones; none = no codes. */
    replace: async (adminId: string, codes: readonly { id: string; codeHash: string }[], at: Date): Promise<void> => {
      await clear(adminId);
      await connection.insertMany(
        'INSERT INTO admin_backup_codes (organization_id, id, admin_id, code_hash, created_at) VALUES ?',
        codes.map(({ id, codeHash }) => [organizationId, id, adminId, codeHash, at]),
      );
    },
    /** Uses a code up; false when there is none or it was used. */
    take: async (adminId: string, codeHash: string, at: Date): Promise<boolean> => {
      const { affectedRows } = await prepared(
        'UPDATE admin_backup_codes SET used_at = ? WHERE organization_id = ? AND admin_id = ? AND code_hash = ? AND used_at IS NULL',
        [at, organizationId, adminId, codeHash],
      );
      return affectedRows === 1;
    },
    /** How many are left. */
    countUnused: async (adminId: string): Promise<number> => {
      const { rows } = await prepared(
        'SELECT COUNT(*) AS n FROM admin_backup_codes WHERE organization_id = ? AND admin_id = ? AND used_at IS NULL',
        [organizationId, adminId],
      );
      return Number(rows[0]?.['n']);
    },
  };
}
