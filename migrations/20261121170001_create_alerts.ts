// What admins are told: one open row per kind and subject.
import type { Knex } from 'knex';

const alerts = `CREATE TABLE IF NOT EXISTS alerts (
    organization_id INT UNSIGNED NOT NULL,
    id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    kind VARCHAR(48) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    subject_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    opened_at DATETIME(6) NOT NULL,
    closed_at DATETIME(6) NULL,
    detail JSON NOT NULL,
    created_at DATETIME(6) NOT NULL,
    is_open TINYINT GENERATED ALWAYS AS (CASE WHEN closed_at IS NULL THEN 1 END) STORED,
    PRIMARY KEY (organization_id, id),
    UNIQUE KEY alerts_kind_subject_id_unique (organization_id, kind, subject_id, is_open),
    KEY alerts_opened_at_index (organization_id, opened_at),
    CONSTRAINT alerts_organization_id_fk FOREIGN KEY (organization_id) REFERENCES organizations (organization_id)
  ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci`;

/** Makes the table; may run twice. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(alerts);
}

/** Drops it. */
export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE IF EXISTS alerts');
}
