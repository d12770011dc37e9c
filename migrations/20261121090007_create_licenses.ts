// Who wants, holds and waits for a seat.
import type { Knex } from 'knex';

const tables = {
  license_rules: `CREATE TABLE IF NOT EXISTS license_rules (
    organization_id INT UNSIGNED NOT NULL,
    id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    pool_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    source VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    match_value VARCHAR(255) NOT NULL,
    group_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NULL,
    ended_at DATETIME(6) NULL,
    created_at DATETIME(6) NOT NULL,
    PRIMARY KEY (organization_id, id),
    KEY license_rules_source_match_value_index (organization_id, source, match_value),
    CONSTRAINT license_rules_organization_id_fk FOREIGN KEY (organization_id) REFERENCES organizations (organization_id),
    CONSTRAINT license_rules_pool_id_fk FOREIGN KEY (organization_id, pool_id) REFERENCES license_pools (organization_id, id),
    CONSTRAINT license_rules_group_id_fk FOREIGN KEY (organization_id, group_id) REFERENCES directory_groups (organization_id, id),
    CONSTRAINT license_rules_source_check CHECK (source IN ('auto', 'roles', 'groups', 'extension'))
  ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci`,
  license_claims: `CREATE TABLE IF NOT EXISTS license_claims (
    organization_id INT UNSIGNED NOT NULL,
    id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    user_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    pool_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    source VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    source_ref VARCHAR(255) COLLATE utf8mb4_bin NOT NULL,
    effect VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    claimed_at DATETIME(6) NOT NULL,
    last_seen_at DATETIME(6) NOT NULL,
    withdrawn_at DATETIME(6) NULL,
    actor_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NULL,
    request_log_id BIGINT UNSIGNED NULL,
    created_at DATETIME(6) NOT NULL,
    is_open TINYINT GENERATED ALWAYS AS (CASE WHEN withdrawn_at IS NULL THEN 1 END) STORED,
    PRIMARY KEY (organization_id, id),
    UNIQUE KEY license_claims_user_id_pool_id_source_source_ref_unique (organization_id, user_id, pool_id, source, source_ref, is_open),
    CONSTRAINT license_claims_organization_id_fk FOREIGN KEY (organization_id) REFERENCES organizations (organization_id),
    CONSTRAINT license_claims_user_id_fk FOREIGN KEY (organization_id, user_id) REFERENCES users (organization_id, id),
    CONSTRAINT license_claims_pool_id_fk FOREIGN KEY (organization_id, pool_id) REFERENCES license_pools (organization_id, id),
    CONSTRAINT license_claims_source_check CHECK (source IN ('auto', 'roles', 'groups', 'extension', 'admin')),
    CONSTRAINT license_claims_effect_check CHECK (effect IN ('grant', 'deny'))
  ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci`,
  license_assignments: `CREATE TABLE IF NOT EXISTS license_assignments (
    organization_id INT UNSIGNED NOT NULL,
    id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    user_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    pool_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    is_app TINYINT(1) NOT NULL DEFAULT 0,
    source VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    source_ref VARCHAR(255) COLLATE utf8mb4_bin NOT NULL,
    assigned_at DATETIME(6) NOT NULL,
    released_at DATETIME(6) NULL,
    release_reason VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin NULL,
    actor_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NULL,
    request_log_id BIGINT UNSIGNED NULL,
    created_at DATETIME(6) NOT NULL,
    is_open TINYINT GENERATED ALWAYS AS (CASE WHEN released_at IS NULL THEN 1 END) STORED,
    app_open TINYINT GENERATED ALWAYS AS (CASE WHEN released_at IS NULL AND is_app = 1 THEN 1 END) STORED,
    PRIMARY KEY (organization_id, id),
    UNIQUE KEY license_assignments_user_id_pool_id_unique (organization_id, user_id, pool_id, is_open),
    UNIQUE KEY license_assignments_user_id_app_open_unique (organization_id, user_id, app_open),
    KEY license_assignments_pool_id_index (organization_id, pool_id, is_open),
    KEY license_assignments_is_app_assigned_at_released_at_index (organization_id, is_app, assigned_at, released_at),
    CONSTRAINT license_assignments_organization_id_fk FOREIGN KEY (organization_id) REFERENCES organizations (organization_id),
    CONSTRAINT license_assignments_user_id_fk FOREIGN KEY (organization_id, user_id) REFERENCES users (organization_id, id),
    CONSTRAINT license_assignments_pool_id_fk FOREIGN KEY (organization_id, pool_id) REFERENCES license_pools (organization_id, id),
    CONSTRAINT license_assignments_source_check CHECK (source IN ('auto', 'roles', 'groups', 'extension', 'admin')),
    CONSTRAINT license_assignments_release_reason_check CHECK (release_reason IN ('claim_withdrawn', 'admin', 'deactivated', 'removed', 'reclaimed', 'pool_closed'))
  ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci`,
  license_waitlist: `CREATE TABLE IF NOT EXISTS license_waitlist (
    organization_id INT UNSIGNED NOT NULL,
    id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    user_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    pool_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    waiting_since DATETIME(6) NOT NULL,
    ended_at DATETIME(6) NULL,
    outcome VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin NULL,
    created_at DATETIME(6) NOT NULL,
    is_open TINYINT GENERATED ALWAYS AS (CASE WHEN ended_at IS NULL THEN 1 END) STORED,
    PRIMARY KEY (organization_id, id),
    UNIQUE KEY license_waitlist_user_id_pool_id_unique (organization_id, user_id, pool_id, is_open),
    KEY license_waitlist_pool_id_waiting_since_index (organization_id, pool_id, is_open, waiting_since),
    CONSTRAINT license_waitlist_organization_id_fk FOREIGN KEY (organization_id) REFERENCES organizations (organization_id),
    CONSTRAINT license_waitlist_user_id_fk FOREIGN KEY (organization_id, user_id) REFERENCES users (organization_id, id),
    CONSTRAINT license_waitlist_pool_id_fk FOREIGN KEY (organization_id, pool_id) REFERENCES license_pools (organization_id, id),
    CONSTRAINT license_waitlist_outcome_check CHECK (outcome IN ('assigned', 'withdrawn', 'deactivated'))
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
