// How far each process has promised to write the SCIM request log, so that the next one can tell what a crash has cost.
import type { Knex } from 'knex';

const tables = {
  request_log_writers: `CREATE TABLE IF NOT EXISTS request_log_writers (
    writer_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    started_at DATETIME(6) NOT NULL,
    seen_at DATETIME(6) NOT NULL,
    promised BIGINT UNSIGNED NOT NULL,
    written BIGINT UNSIGNED NOT NULL,
    dropped BIGINT UNSIGNED NOT NULL,
    closed_at DATETIME(6) NULL,
    lost_least BIGINT UNSIGNED NULL,
    lost_most BIGINT UNSIGNED NULL,
    PRIMARY KEY (writer_id),
    KEY request_log_writers_closed_at_seen_at_index (closed_at, seen_at)
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
