// Access tokens of OAuth clients, and the secrets they are given for. Called by service/token-grants; the check of a token
// that arrives is credential-store's.
import type { Trust } from '../domain/federation';
import { jsonOf, type Connection, type Row, type ScanConnection } from './connection';

/** A credential that access tokens are given for. */
export interface ClientCredential {
  readonly organizationId: number;
  readonly id: string;
  readonly expiresAt: Date | null;
  readonly organizationActive: boolean;
  /** Life of the access tokens given for it, where it was set. */
  readonly accessTokenMinutes: number | undefined;
}

/** A live secret of a client, as the token endpoint needs it. */
export interface ClientSecret extends ClientCredential {
  readonly secretHash: string;
}

/** A live trust in another identity provider. */
export interface ClientTrust extends ClientCredential {
  readonly trust: Trust;
}

/** An access token about to be stored: its digest, never itself. */
export interface NewAccessToken {
  readonly id: string;
  readonly credentialId: string;
  readonly tokenHash: string;
  readonly expiresAt: Date;
  readonly createdAt: Date;
}

/** Access tokens of one organization. */
export function createAccessTokenStore({ organizationId, prepared, run }: Connection) {
  return {
    add: async (it: NewAccessToken): Promise<void> => {
      await prepared(
        'INSERT INTO scim_access_tokens (organization_id, id, credential_id, token_hash, expires_at, created_at) VALUES (?, ?, ?, ?, ?, ?)',
        [organizationId, it.id, it.credentialId, it.tokenHash, it.expiresAt, it.createdAt],
      );
    },
    /** Removes tokens that have ended, at most a hundred: each new one sweeps, so the table stays small. */
    removeEnded: async (at: Date): Promise<void> => {
      await run('DELETE FROM scim_access_tokens WHERE organization_id = ? AND expires_at <= ? LIMIT 100', [
        organizationId,
        at,
      ]);
    },
  };
}

/** Across organizations: whose client it is. */
export function createAccessTokenScan(connection: ScanConnection) {
  return {
    /** The secrets of a client that are not revoked; expired ones too. */
    findSecrets: async (clientId: string): Promise<ClientSecret[]> => {
      const { rows } = await connection.prepared(
        `SELECT t.organization_id, t.id, t.secret_hash, t.expires_at, t.config, o.status
         FROM scim_credentials t JOIN organizations o ON o.organization_id = t.organization_id
         WHERE t.client_id = ? AND t.kind = 'oauth_client' AND t.revoked_at IS NULL`,
        [clientId],
      );
      return rows.map((row) => ({ ...toCredential(row), secretHash: row['secret_hash'] as string }));
    },
    /** The trust of a client that is not revoked; an expired one too. */
    findTrust: async (clientId: string): Promise<ClientTrust | undefined> => {
      const { rows } = await connection.prepared(
        `SELECT t.organization_id, t.id, t.expires_at, t.config, o.status
         FROM scim_credentials t JOIN organizations o ON o.organization_id = t.organization_id
         WHERE t.client_id = ? AND t.kind = 'workload_identity' AND t.revoked_at IS NULL`,
        [clientId],
      );
      const { trust } = (jsonOf(rows[0]?.['config']) ?? {}) as { trust?: Trust };
      return rows[0] && trust && { ...toCredential(rows[0]), trust };
    },
  };
}

function toCredential(row: Row): ClientCredential {
  const config = jsonOf(row['config']) as { access_token_minutes?: number } | null;
  return {
    organizationId: row['organization_id'] as number,
    id: row['id'] as string,
    expiresAt: row['expires_at'] as Date | null,
    organizationActive: row['status'] === 'active',
    accessTokenMinutes: config?.access_token_minutes,
  };
}
