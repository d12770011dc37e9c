// Console sessions as rows: ending all of a person's is one UPDATE. Called by service/console-session, and by
// service/administration when an admin loses access.
import type { Connection, Row, ScanConnection } from './connection';
import { jsonOf } from './connection';

/** A live session: found by the digest of its id. */
export interface SignIn {
  readonly organizationId: number;
  readonly id: string;
  readonly adminId: string;
  readonly data: unknown;
  readonly lastSeenAt: Date;
  readonly expiresAt: Date;
  readonly createdAt: Date;
}

/** A session about to be stored. */
export interface NewSignIn {
  readonly id: string;
  readonly adminId: string;
  readonly tokenHash: string;
  readonly data: object;
  readonly expiresAt: Date;
  readonly createdAt: Date;
}

const columns = `s.organization_id, s.id, s.admin_id, s.data, s.last_seen_at, s.expires_at, s.created_at`;

/** Sessions of one organization. */
export function createSignInStore(connection: Connection) {
  return { ...living(connection), ...ending(connection) };
}

function living({ organizationId, prepared }: Connection) {
  const live = 'WHERE organization_id = ? AND token_hash = ? AND ended_at IS NULL';
  return {
    add: async (it: NewSignIn): Promise<void> => {
      const { id, adminId, tokenHash, data, expiresAt, createdAt } = it;
      await prepared(
        `INSERT INTO admin_sign_ins (organization_id, id, admin_id, token_hash, data, last_seen_at, expires_at, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
        [organizationId, id, adminId, tokenHash, JSON.stringify(data), createdAt, expiresAt, createdAt],
      );
    },
    /** Saves the data of a session that still lives; an ended one stays ended. */
    save: async (tokenHash: string, data: object, at: Date): Promise<void> => {
      const values = [JSON.stringify(data), at, organizationId, tokenHash];
      await prepared(`UPDATE admin_sign_ins SET data = ?, last_seen_at = ? ${live}`, values);
    },
    touch: async (tokenHash: string, at: Date): Promise<void> => {
      await prepared(`UPDATE admin_sign_ins SET last_seen_at = ? ${live}`, [at, organizationId, tokenHash]);
    },
    /** Live sessions of an admin, newest first; `seenAfter` leaves idle ones out. */
    listLive: async (adminId: string, at: Date, seenAfter: Date): Promise<(SignIn & { tokenHash: string })[]> => {
      const { rows } = await prepared(
        `SELECT ${columns}, s.token_hash FROM admin_sign_ins s WHERE s.organization_id = ? AND s.admin_id = ? AND s.ended_at IS NULL AND s.expires_at > ? AND s.last_seen_at > ? ORDER BY s.created_at DESC, s.id DESC`,
        [organizationId, adminId, at, seenAfter],
      );
      return rows.map((row) => ({ ...toSignIn(row), tokenHash: row['token_hash'] as string }));
    },
  };
}

function ending({ organizationId, prepared, run }: Connection) {
  const set = 'UPDATE admin_sign_ins SET ended_at = ?, end_reason = ? WHERE organization_id = ?';
  return {
    /** Ends sessions by row id. */
    end: async (ids: readonly string[], reason: string, at: Date): Promise<void> => {
      if (ids.length === 0) return;
      await run(`${set} AND id IN (?) AND ended_at IS NULL`, [at, reason, organizationId, ids]);
    },
    /** Ends every session of an admin. */
    endAll: async (adminId: string, reason: string, at: Date): Promise<void> => {
      await prepared(`${set} AND admin_id = ? AND ended_at IS NULL`, [at, reason, organizationId, adminId]);
    },
  };
}

/** Across organizations: a cookie comes before the organization is known. */
export function createSignInScan(connection: ScanConnection) {
  return {
    /** The session of a digest while it lives and its admin may sign in. */
    findLive: async (tokenHash: string, at: Date, seenAfter: Date): Promise<SignIn | undefined> => {
      const { rows } = await connection.prepared(
        `SELECT ${columns} FROM admin_sign_ins s
         JOIN admins a ON a.organization_id = s.organization_id AND a.id = s.admin_id AND a.status = 'active'
         JOIN organizations o ON o.organization_id = s.organization_id AND o.status = 'active'
         WHERE s.token_hash = ? AND s.ended_at IS NULL AND s.expires_at > ? AND s.last_seen_at > ?`,
        [tokenHash, at, seenAfter],
      );
      return rows[0] && toSignIn(rows[0]);
    },
    /** The organization and row of a digest, whether it lives or not. */
    findKnown: async (tokenHash: string): Promise<{ organizationId: number; id: string } | undefined> => {
      const { rows } = await connection.prepared(
        'SELECT organization_id, id FROM admin_sign_ins WHERE token_hash = ?',
        [tokenHash],
      );
      const row = rows[0];
      return row && { organizationId: row['organization_id'] as number, id: row['id'] as string };
    },
  };
}

function toSignIn(row: Row): SignIn {
  return {
    organizationId: row['organization_id'] as number,
    id: row['id'] as string,
    adminId: row['admin_id'] as string,
    data: jsonOf(row['data']),
    lastSeenAt: row['last_seen_at'] as Date,
    expiresAt: row['expires_at'] as Date,
    createdAt: row['created_at'] as Date,
  };
}
