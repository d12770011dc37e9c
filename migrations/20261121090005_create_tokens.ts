// Credentials of the API and of SCIM, and their shared rate windows.
import type { Knex } from 'knex';

const tables = {
  api_tokens: `CREATE TABLE IF NOT EXISTS api_tokens (
    organization_id INT UNSIGNED NOT NULL,
    id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    name VARCHAR(80) NOT NULL,
    token_hash CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    last4 VARCHAR(4) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    scopes JSON NOT NULL,
    slot_no INT UNSIGNED NULL,
    expires_at DATETIME(6) NULL,
    last_used_at DATETIME(6) NULL,
    created_by CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    revoked_at DATETIME(6) NULL,
    revoked_by CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NULL,
    created_at DATETIME(6) NOT NULL,
    is_live TINYINT GENERATED ALWAYS AS (CASE WHEN revoked_at IS NULL THEN 1 END) STORED,
    PRIMARY KEY (organization_id, id),
    UNIQUE KEY api_tokens_token_hash_unique (token_hash),
    UNIQUE KEY api_tokens_name_unique (organization_id, name, is_live),
    UNIQUE KEY api_tokens_slot_no_unique (organization_id, slot_no),
    CONSTRAINT api_tokens_organization_id_fk FOREIGN KEY (organization_id) REFERENCES organizations (organization_id)
  ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci`,
  scim_credentials: `CREATE TABLE IF NOT EXISTS scim_credentials (
    organization_id INT UNSIGNED NOT NULL,
    id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    kind VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    label VARCHAR(80) NOT NULL,
    client_id VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NULL,
    secret_hash CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
    last4 VARCHAR(4) CHARACTER SET ascii COLLATE ascii_bin NULL,
    config JSON NULL,
    slot_no INT UNSIGNED NULL,
    expires_at DATETIME(6) NULL,
    last_used_at DATETIME(6) NULL,
    revoked_at DATETIME(6) NULL,
    created_at DATETIME(6) NOT NULL,
    PRIMARY KEY (organization_id, id),
    UNIQUE KEY scim_credentials_slot_no_unique (organization_id, slot_no),
    KEY scim_credentials_secret_hash_index (secret_hash),
    KEY scim_credentials_client_id_index (client_id),
    CONSTRAINT scim_credentials_organization_id_fk FOREIGN KEY (organization_id) REFERENCES organizations (organization_id),
    CONSTRAINT scim_credentials_kind_check CHECK (kind IN ('bearer', 'oauth_client', 'workload_identity'))
  ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci`,
  rate_windows: `CREATE TABLE IF NOT EXISTS rate_windows (
    organization_id INT UNSIGNED NOT NULL,
    token_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    family VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    window_started_at DATETIME(6) NOT NULL,
    used INT UNSIGNED NOT NULL,
    PRIMARY KEY (organization_id, token_id, family),
    CONSTRAINT rate_windows_organization_id_fk FOREIGN KEY (organization_id) REFERENCES organizations (organization_id)
  ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci`,
};

/** Makes the tables; may run twice. */
export async function up(knex: Knex): Promise<void> {
  for (const statement of Object.values(tables)) await knex.raw(statement);
}

/** Drops them, youngest first. */
export async function down(knex: Knex): Promise<void> {
  for (const name of Object.keys(tables).toReversed()) await knex.raw(`DROP TABLE IF EXISTS ${name}`);
}
