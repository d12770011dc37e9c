// Moves of many members at once whose seats the worker settles in pages behind the answer (docs/adr/0011).
import type { Knex } from 'knex';

/** Makes the table; may run twice. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`CREATE TABLE IF NOT EXISTS group_moves (
    organization_id INT UNSIGNED NOT NULL,
    id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    group_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    moved_at DATETIME(6) NOT NULL,
    step VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    after_user_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    actor_kind VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    actor_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NULL,
    request_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    created_at DATETIME(6) NOT NULL,
    PRIMARY KEY (organization_id, id),
    CONSTRAINT group_moves_organization_id_fk FOREIGN KEY (organization_id) REFERENCES organizations (organization_id),
    CONSTRAINT group_moves_group_id_fk FOREIGN KEY (organization_id, group_id) REFERENCES directory_groups (organization_id, id),
    CONSTRAINT group_moves_step_check CHECK (step IN ('waits', 'seats', 'joins')),
    CONSTRAINT group_moves_actor_kind_check CHECK (actor_kind IN ('admin', 'token', 'scim', 'system', 'user'))
  ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci`);
}

/** Drops it. */
export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE IF EXISTS group_moves');
}
