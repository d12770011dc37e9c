// The counts of one local day, and what the numbers mean.
import type { Knex } from 'knex';

const tables = {
  adoption_snapshots: `CREATE TABLE IF NOT EXISTS adoption_snapshots (
    organization_id INT UNSIGNED NOT NULL,
    id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    day_on DATE NOT NULL,
    segment_kind VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    segment_key VARCHAR(255) COLLATE utf8mb4_bin NOT NULL,
    version INT UNSIGNED NOT NULL,
    as_of DATETIME(6) NOT NULL,
    known_at DATETIME(6) NOT NULL,
    definitions_version INT UNSIGNED NOT NULL,
    computed_by VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    people INT UNSIGNED NOT NULL,
    total_license INT UNSIGNED NULL,
    assigned_license INT UNSIGNED NOT NULL,
    unassigned_license INT UNSIGNED NULL,
    activated_license INT UNSIGNED NOT NULL,
    activation_pending INT UNSIGNED NOT NULL,
    onboarded_users INT UNSIGNED NOT NULL,
    app_setup_pending INT UNSIGNED NOT NULL,
    using_enpass INT UNSIGNED NOT NULL,
    usage_pending INT UNSIGNED NOT NULL,
    added_items INT UNSIGNED NOT NULL,
    connected_browser_extension INT UNSIGNED NOT NULL,
    connected_browser_extension_pending INT UNSIGNED NOT NULL,
    using_autofill INT UNSIGNED NOT NULL,
    using_autofill_pending INT UNSIGNED NOT NULL,
    total_users INT UNSIGNED NOT NULL,
    active_users INT UNSIGNED NOT NULL,
    inactive_users INT UNSIGNED NOT NULL,
    over_assigned_license INT UNSIGNED NULL,
    waitlisted INT UNSIGNED NULL,
    never_used INT UNSIGNED NOT NULL,
    inactive_30_60 INT UNSIGNED NOT NULL,
    inactive_60_90 INT UNSIGNED NOT NULL,
    inactive_90_plus INT UNSIGNED NOT NULL,
    created_at DATETIME(6) NOT NULL,
    PRIMARY KEY (organization_id, id),
    UNIQUE KEY adoption_snapshots_day_segment_version_unique (organization_id, day_on, segment_kind, segment_key, version),
    CONSTRAINT adoption_snapshots_organization_id_fk FOREIGN KEY (organization_id) REFERENCES organizations (organization_id),
    CONSTRAINT adoption_snapshots_segment_kind_check CHECK (segment_kind IN ('all', 'department', 'group', 'country', 'source')),
    CONSTRAINT adoption_snapshots_computed_by_check CHECK (computed_by IN ('schedule', 'rebuild'))
  ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci`,
  metric_definitions: `CREATE TABLE IF NOT EXISTS metric_definitions (
    id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    metric VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    version INT UNSIGNED NOT NULL,
    description VARCHAR(500) NOT NULL,
    sql_text MEDIUMTEXT NOT NULL,
    valid_from DATETIME(6) NOT NULL,
    PRIMARY KEY (metric, version)
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
