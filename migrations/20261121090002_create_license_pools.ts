// Seats of one kind, as dated terms.
import type { Knex } from 'knex';

const tables = {
  license_pools: `CREATE TABLE IF NOT EXISTS license_pools (
    organization_id INT UNSIGNED NOT NULL,
    id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    code VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    name VARCHAR(120) NOT NULL,
    is_app TINYINT(1) NOT NULL DEFAULT 0,
    over_seat VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    assigned INT UNSIGNED NOT NULL,
    sort_order INT UNSIGNED NOT NULL,
    seat_cost DECIMAL(12,2) NULL,
    currency VARCHAR(3) CHARACTER SET ascii COLLATE ascii_bin NULL,
    closed_at DATETIME(6) NULL,
    created_at DATETIME(6) NOT NULL,
    PRIMARY KEY (organization_id, id),
    UNIQUE KEY license_pools_code_unique (organization_id, code),
    CONSTRAINT license_pools_organization_id_fk FOREIGN KEY (organization_id) REFERENCES organizations (organization_id),
    CONSTRAINT license_pools_over_seat_check CHECK (over_seat IN ('waitlist', 'allow'))
  ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci`,
  license_pool_terms: `CREATE TABLE IF NOT EXISTS license_pool_terms (
    organization_id INT UNSIGNED NOT NULL,
    id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    pool_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    seats INT UNSIGNED NOT NULL,
    started_at DATETIME(6) NOT NULL,
    ended_at DATETIME(6) NULL,
    created_at DATETIME(6) NOT NULL,
    PRIMARY KEY (organization_id, id),
    KEY license_pool_terms_pool_id_started_at_index (organization_id, pool_id, started_at),
    CONSTRAINT license_pool_terms_organization_id_fk FOREIGN KEY (organization_id) REFERENCES organizations (organization_id),
    CONSTRAINT license_pool_terms_pool_id_fk FOREIGN KEY (organization_id, pool_id) REFERENCES license_pools (organization_id, id)
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
