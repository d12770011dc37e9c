// Who did what; written in the transaction of the change.
import type { Knex } from 'knex';

const tables = {
  audit_entries: `CREATE TABLE IF NOT EXISTS audit_entries (
    organization_id INT UNSIGNED NOT NULL,
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
    happened_at DATETIME(6) NOT NULL,
    actor_kind VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    actor_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NULL,
    action VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    target_kind VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    target_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NULL,
    detail JSON NOT NULL,
    request_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
    PRIMARY KEY (id),
    KEY audit_entries_happened_at_index (organization_id, happened_at),
    KEY audit_entries_target_id_happened_at_index (organization_id, target_id, happened_at),
    KEY audit_entries_actor_id_happened_at_index (organization_id, actor_id, happened_at),
    CONSTRAINT audit_entries_organization_id_fk FOREIGN KEY (organization_id) REFERENCES organizations (organization_id),
    CONSTRAINT audit_entries_actor_kind_check CHECK (actor_kind IN ('admin', 'token', 'scim', 'system', 'user'))
  ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci`,
  audit_personal_values: `CREATE TABLE IF NOT EXISTS audit_personal_values (
    organization_id INT UNSIGNED NOT NULL,
    audit_id BIGINT UNSIGNED NOT NULL,
    field VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    subject_user_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NULL,
    value_text VARCHAR(500) NULL,
    salt VARBINARY(16) NULL,
    PRIMARY KEY (organization_id, audit_id, field),
    KEY audit_personal_values_subject_user_id_index (organization_id, subject_user_id),
    CONSTRAINT audit_personal_values_organization_id_fk FOREIGN KEY (organization_id) REFERENCES organizations (organization_id)
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
