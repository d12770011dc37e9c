// Whom a logged request concerned beside its subject: Bulk, members of groups, owners of a taken name.
import type { Knex } from 'knex';

const tables = {
  scim_request_subjects: `CREATE TABLE IF NOT EXISTS scim_request_subjects (
    organization_id INT UNSIGNED NOT NULL,
    subject_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    received_at DATETIME(6) NOT NULL,
    log_id BIGINT UNSIGNED NOT NULL,
    PRIMARY KEY (organization_id, subject_id, received_at, log_id),
    KEY scim_request_subjects_received_at_index (organization_id, received_at),
    CONSTRAINT scim_request_subjects_organization_id_fk FOREIGN KEY (organization_id) REFERENCES organizations (organization_id)
  ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci`,
};

/** Makes the table; may run twice. */
export async function up(knex: Knex): Promise<void> {
  for (const statement of Object.values(tables)) await knex.raw(statement);
}

/** Drops it. */
export async function down(knex: Knex): Promise<void> {
  for (const name of Object.keys(tables)) await knex.raw(`DROP TABLE IF EXISTS ${name}`);
}
