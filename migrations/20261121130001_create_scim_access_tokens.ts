// Access tokens of OAuth clients: short-lived, as digests, each bound to the secret it was given for.
import type { Knex } from 'knex';

/** Makes the table; may run twice. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`CREATE TABLE IF NOT EXISTS scim_access_tokens (
    organization_id INT UNSIGNED NOT NULL,
    id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    credential_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    token_hash CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    expires_at DATETIME(6) NOT NULL,
    created_at DATETIME(6) NOT NULL,
    PRIMARY KEY (organization_id, id),
    UNIQUE KEY scim_access_tokens_token_hash_unique (token_hash),
    KEY scim_access_tokens_expires_at_index (organization_id, expires_at),
    KEY scim_access_tokens_credential_id_index (organization_id, credential_id),
    CONSTRAINT scim_access_tokens_credential_id_fk FOREIGN KEY (organization_id, credential_id)
      REFERENCES scim_credentials (organization_id, id)
  ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci`);
}

/** Drops it. */
export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE IF EXISTS scim_access_tokens');
}
