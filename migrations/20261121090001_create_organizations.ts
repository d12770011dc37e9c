// Organizations and what is set for them.
import type { Knex } from 'knex';

const tables = {
  organizations: `CREATE TABLE IF NOT EXISTS organizations (
    organization_id INT UNSIGNED NOT NULL AUTO_INCREMENT,
    slug VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    name VARCHAR(120) NOT NULL,
    product_name VARCHAR(60) NOT NULL,
    time_zone VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    locale VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    privacy_mode VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    automatic_mail_paused_at DATETIME(6) NULL,
    status VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    created_at DATETIME(6) NOT NULL,
    PRIMARY KEY (organization_id),
    UNIQUE KEY organizations_slug_unique (slug),
    CONSTRAINT organizations_privacy_mode_check CHECK (privacy_mode IN ('named', 'pseudonymous', 'aggregate')),
    CONSTRAINT organizations_status_check CHECK (status IN ('active', 'suspended', 'closed'))
  ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci`,
  organization_settings: `CREATE TABLE IF NOT EXISTS organization_settings (
    organization_id INT UNSIGNED NOT NULL,
    setting VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    value_json JSON NOT NULL,
    updated_at DATETIME(6) NOT NULL,
    updated_by CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NULL,
    PRIMARY KEY (organization_id, setting),
    CONSTRAINT organization_settings_organization_id_fk FOREIGN KEY (organization_id) REFERENCES organizations (organization_id)
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
