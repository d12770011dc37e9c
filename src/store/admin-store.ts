// People who sign in to the console, and their backup codes. Called by service/administration and its neighbors.
import type { Role } from '../domain/caller';
import type { Connection, Row, ScanConnection } from './connection';
import { dateOf, jsonOf } from './connection';

/** Where an admin stands: invited (no password yet), active, blocked (by the directory), removed. */
export type AdminStatus = 'invited' | 'active' | 'blocked' | 'removed';

/** An admin as the services see one. */
export interface Admin {
  readonly organizationId: number;
  readonly id: string;
  readonly userId: string | null;
  readonly email: string;
  readonly emailKey: string;
  readonly displayName: string;
  readonly role: Role;
  readonly passwordHash: string | null;
  /** Sealed; opened by service/second-factor alone. */
  readonly totpSecret: Buffer | null;
  readonly preferences: unknown;
  readonly status: AdminStatus;
  readonly lastSignInAt: Date | null;
  readonly createdAt: Date;
}

/** An admin about to be made. */
export type NewAdmin = Omit<Admin, 'organizationId' | 'totpSecret' | 'preferences' | 'lastSignInAt'>;

const columns = `organization_id, id, user_id, email, email_key, display_name, role, password_hash, totp_secret, preferences, status, last_sign_in_at, created_at`;

/** Admins of one organization. */
export function createAdminStore(connection: Connection) {
  return { ...finders(connection), ...counters(connection), ...savers(connection) };
}

function finders({ organizationId, prepared }: Connection) {
  const one = async (sql: string, key: string): Promise<Admin | undefined> => {
    const { rows } = await prepared(sql, [organizationId, key]);
    return rows[0] && toAdmin(rows[0]);
  };
  return {
    find: (id: string) => one(`SELECT ${columns} FROM admins WHERE organization_id = ? AND id = ?`, id),
    lock: (id: string) => one(`SELECT ${columns} FROM admins WHERE organization_id = ? AND id = ? FOR UPDATE`, id),
    lockByEmail: (emailKey: string) =>
      one(`SELECT ${columns} FROM admins WHERE organization_id = ? AND email_key = ? FOR UPDATE`, emailKey),
    /** The admins a directory user stands behind: bound to it, or not bound to anyone and of the same address. */
    lockOfUser: async (userId: string, emailKey: string | null): Promise<Admin[]> => {
      const { rows } = await prepared(
        `SELECT ${columns} FROM admins WHERE organization_id = ? AND (user_id = ? OR (user_id IS NULL AND email_key = ?)) AND status <> 'removed' FOR UPDATE`,
        [organizationId, userId, emailKey],
      );
      return rows.map(toAdmin);
    },
  };
}

function counters({ organizationId, prepared }: Connection) {
  return {
    /** Whether there is any admin at all, in whatever state. */
    hasAny: async (): Promise<boolean> => {
      const { rows } = await prepared('SELECT 1 AS found FROM admins WHERE organization_id = ? LIMIT 1', [
        organizationId,
      ]);
      return rows.length > 0;
    },
    /** How many Super Admins can sign in. */
    countWorkingSuperAdmins: async (): Promise<number> => {
      const { rows } = await prepared(
        `SELECT COUNT(*) AS n FROM admins WHERE organization_id = ? AND role = 'super_admin' AND status = 'active' AND password_hash IS NOT NULL`,
        [organizationId],
      );
      return Number(rows[0]?.['n']);
    },
  };
}

function savers({ organizationId, prepared }: Connection) {
  const set = async (id: string, column: string, value: string | Date): Promise<void> => {
    await prepared(`UPDATE admins SET ${column} = ? WHERE organization_id = ? AND id = ?`, [value, organizationId, id]);
  };
  return {
    add: async (it: NewAdmin): Promise<void> => {
      const { id, userId, email, emailKey, displayName, role, passwordHash, status, createdAt } = it;
      await prepared(
        `INSERT INTO admins (organization_id, id, user_id, email, email_key, display_name, role, password_hash, status, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        [organizationId, id, userId, email, emailKey, displayName, role, passwordHash, status, createdAt],
      );
    },
    savePassword: (id: string, hash: string) => set(id, 'password_hash', hash),
    saveRole: (id: string, role: Role) => set(id, 'role', role),
    savePreferences: (id: string, preferences: object) => set(id, 'preferences', JSON.stringify(preferences)),
    saveSignInTime: (id: string, at: Date) => set(id, 'last_sign_in_at', at),
    saveStatus: async (id: string, status: AdminStatus, reason: string | null): Promise<void> => {
      const sql = 'UPDATE admins SET status = ?, blocked_reason = ? WHERE organization_id = ? AND id = ?';
      await prepared(sql, [status, reason, organizationId, id]);
    },
    /** Sets or removes the sealed secret; a new one starts without a used step. */
    saveTotpSecret: async (id: string, secret: Buffer | null): Promise<void> => {
      const sql = 'UPDATE admins SET totp_secret = ?, totp_last_step = NULL WHERE organization_id = ? AND id = ?';
      await prepared(sql, [secret, organizationId, id]);
    },
    /** Takes a time step; false when it, or a later one, was taken before. */
    takeTotpStep: async (id: string, step: number): Promise<boolean> => {
      const { affectedRows } = await prepared(
        'UPDATE admins SET totp_last_step = ? WHERE organization_id = ? AND id = ? AND (totp_last_step IS NULL OR totp_last_step < ?)',
        [step, organizationId, id, step],
      );
      return affectedRows === 1;
    },
  };
}

/** Across organizations: an address is typed before the organization is known. Oldest first. */
export function createAdminScan(connection: ScanConnection) {
  return {
    /** Whether any organization has an admin. */
    hasAny: async (): Promise<boolean> => {
      const { rows } = await connection.prepared('SELECT organization_id FROM admins LIMIT 1');
      return rows.length > 0;
    },
    listActiveByEmail: async (emailKey: string): Promise<Admin[]> => {
      const { rows } = await connection.prepared(
        `SELECT ${columns} FROM admins WHERE email_key = ? AND status = 'active' AND password_hash IS NOT NULL ORDER BY created_at, organization_id`,
        [emailKey],
      );
      return rows.map(toAdmin);
    },
  };
}

function toAdmin(row: Row): Admin {
  return {
    organizationId: row['organization_id'] as number,
    id: row['id'] as string,
    userId: row['user_id'] as string | null,
    email: row['email'] as string,
    emailKey: row['email_key'] as string,
    displayName: row['display_name'] as string,
    role: row['role'] as Role,
    passwordHash: row['password_hash'] as string | null,
    totpSecret: row['totp_secret'] as Buffer | null,
    preferences: jsonOf(row['preferences']),
    status: row['status'] as AdminStatus,
    lastSignInAt: dateOf(row['last_sign_in_at']),
    createdAt: row['created_at'] as Date,
  };
}
