// Deactivations that wait for an admin, and the numbered recent changes by which a mass change is seen.
import type { Knex } from 'knex';

const tables = {
  provisioning_guards: `CREATE TABLE IF NOT EXISTS provisioning_guards (
    organization_id INT UNSIGNED NOT NULL,
    kind VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    last_no BIGINT UNSIGNED NOT NULL,
    alerted_at DATETIME(6) NULL,
    PRIMARY KEY (organization_id, kind),
    CONSTRAINT provisioning_guards_organization_id_fk FOREIGN KEY (organization_id) REFERENCES organizations (organization_id),
    CONSTRAINT provisioning_guards_kind_check CHECK (kind IN ('deactivate', 'delete'))
  ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci`,
  provisioning_changes: `CREATE TABLE IF NOT EXISTS provisioning_changes (
    organization_id INT UNSIGNED NOT NULL,
    kind VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    change_no BIGINT UNSIGNED NOT NULL,
    happened_at DATETIME(6) NOT NULL,
    PRIMARY KEY (organization_id, kind, change_no),
    CONSTRAINT provisioning_changes_organization_id_fk FOREIGN KEY (organization_id) REFERENCES organizations (organization_id)
  ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci`,
  provisioning_holds: `CREATE TABLE IF NOT EXISTS provisioning_holds (
    organization_id INT UNSIGNED NOT NULL,
    id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    opened_at DATETIME(6) NOT NULL,
    threshold INT UNSIGNED NOT NULL,
    state VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    decided_by CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NULL,
    decided_at DATETIME(6) NULL,
    created_at DATETIME(6) NOT NULL,
    is_open TINYINT GENERATED ALWAYS AS (CASE WHEN state = 'open' THEN 1 END) STORED,
    PRIMARY KEY (organization_id, id),
    UNIQUE KEY provisioning_holds_is_open_unique (organization_id, is_open),
    KEY provisioning_holds_state_index (organization_id, state, opened_at),
    CONSTRAINT provisioning_holds_organization_id_fk FOREIGN KEY (organization_id) REFERENCES organizations (organization_id),
    CONSTRAINT provisioning_holds_state_check CHECK (state IN ('open', 'approved', 'rejected', 'expired'))
  ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci`,
  provisioning_hold_items: `CREATE TABLE IF NOT EXISTS provisioning_hold_items (
    organization_id INT UNSIGNED NOT NULL,
    id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    hold_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    user_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    request_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
    requested_at DATETIME(6) NOT NULL,
    applied_at DATETIME(6) NULL,
    dropped_at DATETIME(6) NULL,
    created_at DATETIME(6) NOT NULL,
    is_open TINYINT GENERATED ALWAYS AS (CASE WHEN applied_at IS NULL AND dropped_at IS NULL THEN 1 END) STORED,
    PRIMARY KEY (organization_id, id),
    UNIQUE KEY provisioning_hold_items_hold_id_unique (organization_id, hold_id, user_id),
    UNIQUE KEY provisioning_hold_items_user_id_unique (organization_id, user_id, is_open),
    KEY provisioning_hold_items_is_open_index (organization_id, is_open, hold_id, user_id),
    CONSTRAINT provisioning_hold_items_organization_id_fk FOREIGN KEY (organization_id) REFERENCES organizations (organization_id),
    CONSTRAINT provisioning_hold_items_hold_id_fk FOREIGN KEY (organization_id, hold_id) REFERENCES provisioning_holds (organization_id, id),
    CONSTRAINT provisioning_hold_items_user_id_fk FOREIGN KEY (organization_id, user_id) REFERENCES users (organization_id, id)
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
