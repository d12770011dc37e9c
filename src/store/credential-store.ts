// Tokens of the API and of SCIM: found by the digest of what arrives, before the organization is known.
import type { Scope } from '../domain/caller';
import { jsonOf, type Connection, type Row, type ScanConnection } from './connection';

/** A live token as the check needs it. */
export interface Credential {
  readonly organizationId: number;
  readonly id: string;
  readonly kind: 'scim' | 'api';
  readonly scopes: readonly Scope[];
  readonly tokenHash: string;
  readonly expiresAt: Date | null;
  readonly lastUsedAt: Date | null;
  readonly organizationActive: boolean;
  /** Requests per second of the whole organization (setting `limit.scim`); null = the default. */
  readonly scimLimit: number | null;
}

/** A token about to be stored: its digest and last four, never itself. */
export interface NewCredential {
  readonly id: string;
  readonly name: string;
  readonly tokenHash: string;
  readonly last4: string;
  readonly scopes: readonly Scope[];
  readonly slotNo: number;
  readonly expiresAt: Date | null;
  readonly createdBy: string;
  readonly createdAt: Date;
}

/** Tokens of one organization. */
export function createCredentialStore(connection: Connection) {
  const { organizationId } = connection;
  return {
    addApiToken: async (it: NewCredential): Promise<void> => {
      await connection.run(
        `INSERT INTO api_tokens (organization_id, id, name, token_hash, last4, scopes, slot_no, expires_at, created_by, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        [
          organizationId,
          it.id,
          it.name,
          it.tokenHash,
          it.last4,
          JSON.stringify(it.scopes),
          it.slotNo,
          it.expiresAt,
          it.createdBy,
          it.createdAt,
        ],
      );
    },
    addScimBearer: async (it: Omit<NewCredential, 'scopes' | 'createdBy'>): Promise<void> => {
      await connection.run(
        `INSERT INTO scim_credentials (organization_id, id, kind, label, secret_hash, last4, slot_no, expires_at, created_at) VALUES (?, ?, 'bearer', ?, ?, ?, ?, ?, ?)`,
        [organizationId, it.id, it.name, it.tokenHash, it.last4, it.slotNo, it.expiresAt, it.createdAt],
      );
    },
    /** Live and revoked digests under a name, newest first; what the bootstrap compares its variable with. */
    listByName: async (
      kind: 'scim' | 'api',
      name: string,
    ): Promise<{ id: string; tokenHash: string; slotNo: number | null; isRevoked: boolean }[]> => {
      const [table, nameColumn, hashColumn] =
        kind === 'api' ? ['api_tokens', 'name', 'token_hash'] : ['scim_credentials', 'label', 'secret_hash'];
      const { rows } = await connection.run(
        `SELECT id, ${hashColumn} AS hash, slot_no, revoked_at FROM ${table} WHERE organization_id = ? AND ${nameColumn} = ? ORDER BY id DESC`,
        [organizationId, name],
      );
      return rows.map((row) => ({
        id: row['id'] as string,
        tokenHash: row['hash'] as string,
        slotNo: row['slot_no'] as number | null,
        isRevoked: row['revoked_at'] !== null,
      }));
    },
    /** Ends a live token or secret for good. `by` is the admin who did; null = the installation. */
    revoke: async (kind: 'scim' | 'api', id: string, at: Date, by: string | null = null): Promise<void> => {
      if (kind === 'scim')
        await connection.run(
          'UPDATE scim_credentials SET revoked_at = ?, slot_no = NULL WHERE organization_id = ? AND id = ? AND revoked_at IS NULL',
          [at, organizationId, id],
        );
      else
        await connection.run(
          'UPDATE api_tokens SET revoked_at = ?, revoked_by = ?, slot_no = NULL WHERE organization_id = ? AND id = ? AND revoked_at IS NULL',
          [at, by, organizationId, id],
        );
    },
  };
}

/** Across organizations: which organization a digest belongs to. */
export function createCredentialScan(connection: ScanConnection) {
  return {
    /** A bearer, or the access token of an OAuth client whose secret is not revoked; the credential is the secret's row. */
    findScim: async (tokenHash: string): Promise<Credential | undefined> => {
      const { rows } = await connection.prepared(
        `SELECT t.organization_id, t.id, t.secret_hash AS hash, NULL AS scopes, t.expires_at, t.last_used_at, o.status,
           (SELECT s.value_json FROM organization_settings s WHERE s.organization_id = t.organization_id AND s.setting = 'limit.scim') AS scim_limit
         FROM scim_credentials t JOIN organizations o ON o.organization_id = t.organization_id
         WHERE t.secret_hash = ? AND t.kind = 'bearer' AND t.revoked_at IS NULL
         UNION ALL
         SELECT a.organization_id, t.id, a.token_hash, NULL, a.expires_at, t.last_used_at, o.status,
           (SELECT s.value_json FROM organization_settings s WHERE s.organization_id = a.organization_id AND s.setting = 'limit.scim')
         FROM scim_access_tokens a
         JOIN scim_credentials t ON t.organization_id = a.organization_id AND t.id = a.credential_id
         JOIN organizations o ON o.organization_id = a.organization_id
         WHERE a.token_hash = ? AND t.revoked_at IS NULL`,
        [tokenHash, tokenHash],
      );
      return rows[0] && toCredential('scim', rows[0]);
    },
    findApi: async (tokenHash: string): Promise<Credential | undefined> => {
      const { rows } = await connection.prepared(
        `SELECT t.organization_id, t.id, t.token_hash AS hash, t.scopes, t.expires_at, t.last_used_at, o.status, NULL AS scim_limit
         FROM api_tokens t JOIN organizations o ON o.organization_id = t.organization_id
         WHERE t.token_hash = ? AND t.revoked_at IS NULL`,
        [tokenHash],
      );
      return rows[0] && toCredential('api', rows[0]);
    },
    /** Notes the use of a token, at most once a minute (the caller's part). */
    touch: async (kind: 'scim' | 'api', organizationId: number, id: string, at: Date): Promise<void> => {
      const table = kind === 'api' ? 'api_tokens' : 'scim_credentials';
      await connection.run(`UPDATE ${table} SET last_used_at = ? WHERE organization_id = ? AND id = ?`, [
        at,
        organizationId,
        id,
      ]);
    },
  };
}

function toCredential(kind: 'scim' | 'api', row: Row): Credential {
  return {
    organizationId: row['organization_id'] as number,
    id: row['id'] as string,
    kind,
    scopes: (jsonOf(row['scopes']) as Scope[] | null) ?? [],
    tokenHash: row['hash'] as string,
    expiresAt: row['expires_at'] as Date | null,
    lastUsedAt: row['last_used_at'] as Date | null,
    organizationActive: row['status'] === 'active',
    scimLimit: numberOf(jsonOf(row['scim_limit'])),
  };
}

/** A setting that is no positive number counts as not set. */
function numberOf(value: unknown): number | null {
  return typeof value === 'number' && value > 0 ? value : null;
}
