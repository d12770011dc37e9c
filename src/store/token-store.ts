// Tokens and client secrets as an administrator sees them: listed, numbered by slot, never with their digests.
// Called by service/credentials.
import type { Scope } from '../domain/caller';
import type { TokenKind } from '../domain/credential';
import type { Trust } from '../domain/federation';
import { jsonOf, type Connection, type Row } from './connection';

/** A token or secret as it is listed. */
export interface StoredToken {
  readonly id: string;
  readonly kind: TokenKind | 'federation';
  readonly label: string;
  /** Of an OAuth client; its secrets share it. */
  readonly clientId: string | null;
  readonly last4: string | null;
  readonly scopes: readonly Scope[];
  /** Of an OAuth client: how long the access tokens live. */
  readonly accessTokenMinutes: number | null;
  /** Of a federation alone. */
  readonly trust: Trust | null;
  readonly expiresAt: Date | null;
  readonly lastUsedAt: Date | null;
  readonly revokedAt: Date | null;
  readonly createdAt: Date;
}

/** A secret of an OAuth client about to be stored: its digest and last four, never itself. */
export interface NewClientSecret {
  readonly id: string;
  readonly label: string;
  readonly clientId: string;
  readonly secretHash: string;
  readonly last4: string;
  readonly accessTokenMinutes: number;
  readonly expiresAt: Date | null;
  readonly createdAt: Date;
}

/** A trust about to be stored; it has no secret. */
export interface NewTrust extends Pick<NewClientSecret, 'id' | 'label' | 'clientId' | 'accessTokenMinutes'> {
  readonly trust: Trust;
  readonly expiresAt: Date | null;
  readonly createdAt: Date;
}

const columns = {
  api: `id, 'api' AS kind, name AS label, NULL AS client_id, last4, scopes, NULL AS config, expires_at, last_used_at, revoked_at, created_at`,
  scim: `id, kind, label, client_id, last4, NULL AS scopes, config, expires_at, last_used_at, revoked_at, created_at`,
};

/** Tokens of one organization. */
export function createTokenStore({ organizationId, run, prepared }: Connection) {
  return {
    /** Live and revoked ones, oldest first. */
    list: async (): Promise<StoredToken[]> => {
      const api = await prepared(`SELECT ${columns.api} FROM api_tokens WHERE organization_id = ?`, [organizationId]);
      const scim = await prepared(`SELECT ${columns.scim} FROM scim_credentials WHERE organization_id = ?`, [
        organizationId,
      ]);
      const all = [...api.rows, ...scim.rows].map(toToken);
      return all.toSorted((a, b) => (a.id < b.id ? -1 : 1));
    },
    /** Whether a token is not revoked, and stays so until this transaction ends. */
    holdLive: async ({ kind, id }: Pick<StoredToken, 'kind' | 'id'>): Promise<boolean> => {
      const table = kind === 'api' ? 'api_tokens' : 'scim_credentials';
      const { rows } = await prepared(
        `SELECT id FROM ${table} WHERE organization_id = ? AND id = ? AND revoked_at IS NULL LOCK IN SHARE MODE`,
        [organizationId, id],
      );
      return rows.length > 0;
    },
    /** Slots that live tokens hold. One that has ended by `at` gives its slot up. */
    takenSlots: async (kind: 'scim' | 'api', at: Date): Promise<ReadonlySet<number>> => {
      const table = kind === 'api' ? 'api_tokens' : 'scim_credentials';
      await run(`UPDATE ${table} SET slot_no = NULL WHERE organization_id = ? AND expires_at <= ?`, [
        organizationId,
        at,
      ]);
      const { rows } = await run(`SELECT slot_no FROM ${table} WHERE organization_id = ? AND slot_no IS NOT NULL`, [
        organizationId,
      ]);
      return new Set(rows.map((row) => row['slot_no'] as number));
    },
    addTrust: async (it: NewTrust): Promise<void> => {
      const config = JSON.stringify({ access_token_minutes: it.accessTokenMinutes, trust: it.trust });
      await prepared(
        `INSERT INTO scim_credentials (organization_id, id, kind, label, client_id, config, expires_at, created_at) VALUES (?, ?, 'workload_identity', ?, ?, ?, ?, ?)`,
        [organizationId, it.id, it.label, it.clientId, config, it.expiresAt, it.createdAt],
      );
    },
    addClientSecret: async (it: NewClientSecret): Promise<void> => {
      await prepared(
        `INSERT INTO scim_credentials (organization_id, id, kind, label, client_id, secret_hash, last4, config, expires_at, created_at) VALUES (?, ?, 'oauth_client', ?, ?, ?, ?, ?, ?, ?)`,
        [
          organizationId,
          it.id,
          it.label,
          it.clientId,
          it.secretHash,
          it.last4,
          JSON.stringify({ access_token_minutes: it.accessTokenMinutes }),
          it.expiresAt,
          it.createdAt,
        ],
      );
    },
  };
}

function toToken(row: Row): StoredToken {
  const config = jsonOf(row['config']) as { access_token_minutes?: number; trust?: Trust } | null;
  return {
    id: row['id'] as string,
    kind: kinds[row['kind'] as keyof typeof kinds],
    label: row['label'] as string,
    clientId: row['client_id'] as string | null,
    last4: row['last4'] as string | null,
    scopes: (jsonOf(row['scopes']) as Scope[] | null) ?? [],
    accessTokenMinutes: config?.access_token_minutes ?? null,
    trust: config?.trust ?? null,
    expiresAt: row['expires_at'] as Date | null,
    lastUsedAt: row['last_used_at'] as Date | null,
    revokedAt: row['revoked_at'] as Date | null,
    createdAt: row['created_at'] as Date,
  };
}

const kinds = { api: 'api', bearer: 'scim', oauth_client: 'oauth-client', workload_identity: 'federation' } as const;
