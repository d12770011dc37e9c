// Directory groups and memberships; license rules point at them.
import type { Knex } from 'knex';

const tables = {
  directory_groups: `CREATE TABLE IF NOT EXISTS directory_groups (
    organization_id INT UNSIGNED NOT NULL,
    id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    source VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    external_id VARCHAR(255) NULL,
    display_name VARCHAR(255) NOT NULL,
    display_name_key VARCHAR(255) COLLATE utf8mb4_bin NOT NULL,
    removed_at DATETIME(6) NULL,
    row_version INT UNSIGNED NOT NULL,
    created_at DATETIME(6) NOT NULL,
    is_live TINYINT GENERATED ALWAYS AS (CASE WHEN removed_at IS NULL THEN 1 END) STORED,
    PRIMARY KEY (organization_id, id),
    UNIQUE KEY directory_groups_display_name_key_unique (organization_id, display_name_key, is_live),
    KEY directory_groups_external_id_index (organization_id, external_id),
    CONSTRAINT directory_groups_organization_id_fk FOREIGN KEY (organization_id) REFERENCES organizations (organization_id),
    CONSTRAINT directory_groups_source_check CHECK (source IN ('scim', 'manual'))
  ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci`,
  directory_group_members: `CREATE TABLE IF NOT EXISTS directory_group_members (
    organization_id INT UNSIGNED NOT NULL,
    id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    group_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    user_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    joined_at DATETIME(6) NOT NULL,
    left_at DATETIME(6) NULL,
    created_at DATETIME(6) NOT NULL,
    is_open TINYINT GENERATED ALWAYS AS (CASE WHEN left_at IS NULL THEN 1 END) STORED,
    PRIMARY KEY (organization_id, id),
    UNIQUE KEY directory_group_members_group_id_user_id_unique (organization_id, group_id, is_open, user_id),
    KEY directory_group_members_user_id_joined_at_index (organization_id, user_id, joined_at),
    CONSTRAINT directory_group_members_organization_id_fk FOREIGN KEY (organization_id) REFERENCES organizations (organization_id),
    CONSTRAINT directory_group_members_group_id_fk FOREIGN KEY (organization_id, group_id) REFERENCES directory_groups (organization_id, id),
    CONSTRAINT directory_group_members_user_id_fk FOREIGN KEY (organization_id, user_id) REFERENCES users (organization_id, id)
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
