// What must follow a committed change, and the clockwork that follows it.
import type { Knex } from 'knex';

const tables = {
  outbox: `CREATE TABLE IF NOT EXISTS outbox (
    organization_id INT UNSIGNED NOT NULL,
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
    topic VARCHAR(48) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    subject_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    lane INT UNSIGNED NOT NULL,
    payload JSON NOT NULL,
    created_at DATETIME(6) NOT NULL,
    available_at DATETIME(6) NOT NULL,
    claimed_until DATETIME(6) NULL,
    attempts INT UNSIGNED NOT NULL,
    dispatched_at DATETIME(6) NULL,
    last_error VARCHAR(500) NULL,
    PRIMARY KEY (id),
    KEY outbox_dispatched_at_lane_available_at_id_index (dispatched_at, lane, available_at, id),
    CONSTRAINT outbox_organization_id_fk FOREIGN KEY (organization_id) REFERENCES organizations (organization_id)
  ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci`,
  temporal_schedules: `CREATE TABLE IF NOT EXISTS temporal_schedules (
    organization_id INT UNSIGNED NOT NULL,
    schedule_id VARCHAR(120) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    synced_hash CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
    lease_until DATETIME(6) NULL,
    PRIMARY KEY (organization_id, schedule_id),
    CONSTRAINT temporal_schedules_organization_id_fk FOREIGN KEY (organization_id) REFERENCES organizations (organization_id)
  ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci`,
  temporal_server: `CREATE TABLE IF NOT EXISTS temporal_server (
    namespace VARCHAR(120) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    namespace_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    last_seen_at DATETIME(6) NOT NULL,
    smtp_failing_since DATETIME(6) NULL,
    PRIMARY KEY (namespace)
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
