// Events as received and what they moved.
import type { Knex } from 'knex';

const tables = {
  activity_events: `CREATE TABLE IF NOT EXISTS activity_events (
    organization_id INT UNSIGNED NOT NULL,
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
    source VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    event_id VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    event_type VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    user_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    device_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NULL,
    occurred_at DATETIME(6) NOT NULL,
    received_at DATETIME(6) NOT NULL,
    sent_occurred_at DATETIME(6) NULL,
    clamped TINYINT(1) NOT NULL DEFAULT 0,
    launch_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
    data JSON NULL,
    payload_hash CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    PRIMARY KEY (id),
    UNIQUE KEY activity_events_source_event_id_unique (organization_id, source, event_id),
    KEY activity_events_user_id_occurred_at_index (organization_id, user_id, occurred_at),
    KEY activity_events_received_at_index (organization_id, received_at),
    CONSTRAINT activity_events_organization_id_fk FOREIGN KEY (organization_id) REFERENCES organizations (organization_id),
    CONSTRAINT activity_events_user_id_fk FOREIGN KEY (organization_id, user_id) REFERENCES users (organization_id, id)
  ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci`,
  event_quarantine: `CREATE TABLE IF NOT EXISTS event_quarantine (
    organization_id INT UNSIGNED NOT NULL,
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
    source VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    event_id VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    payload JSON NOT NULL,
    payload_hash CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    reason VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    received_at DATETIME(6) NOT NULL,
    expires_at DATETIME(6) NOT NULL,
    resolved_at DATETIME(6) NULL,
    outcome VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin NULL,
    PRIMARY KEY (id),
    UNIQUE KEY event_quarantine_source_event_id_unique (organization_id, source, event_id),
    KEY event_quarantine_expires_at_index (expires_at),
    CONSTRAINT event_quarantine_organization_id_fk FOREIGN KEY (organization_id) REFERENCES organizations (organization_id),
    CONSTRAINT event_quarantine_reason_check CHECK (reason IN ('unknown_user', 'ambiguous_user')),
    CONSTRAINT event_quarantine_outcome_check CHECK (outcome IN ('matched', 'expired', 'dropped'))
  ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci`,
  user_milestones: `CREATE TABLE IF NOT EXISTS user_milestones (
    organization_id INT UNSIGNED NOT NULL,
    id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    user_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    milestone VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    occurred_at DATETIME(6) NOT NULL,
    recorded_at DATETIME(6) NOT NULL,
    inferred TINYINT(1) NOT NULL DEFAULT 0,
    event_row BIGINT UNSIGNED NULL,
    created_at DATETIME(6) NOT NULL,
    PRIMARY KEY (organization_id, id),
    UNIQUE KEY user_milestones_user_id_milestone_occurred_at_unique (organization_id, user_id, milestone, occurred_at),
    KEY user_milestones_milestone_recorded_at_index (organization_id, milestone, recorded_at),
    CONSTRAINT user_milestones_organization_id_fk FOREIGN KEY (organization_id) REFERENCES organizations (organization_id),
    CONSTRAINT user_milestones_user_id_fk FOREIGN KEY (organization_id, user_id) REFERENCES users (organization_id, id),
    CONSTRAINT user_milestones_milestone_check CHECK (milestone IN ('activated', 'onboarded', 'items_added', 'extension_connected', 'autofill_used', 'returned', 'hub_authenticated'))
  ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci`,
  user_activity_days: `CREATE TABLE IF NOT EXISTS user_activity_days (
    organization_id INT UNSIGNED NOT NULL,
    user_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    day_on DATE NOT NULL,
    first_at DATETIME(6) NOT NULL,
    last_at DATETIME(6) NOT NULL,
    events INT UNSIGNED NOT NULL,
    PRIMARY KEY (organization_id, user_id, day_on),
    KEY user_activity_days_day_on_index (organization_id, day_on),
    CONSTRAINT user_activity_days_organization_id_fk FOREIGN KEY (organization_id) REFERENCES organizations (organization_id),
    CONSTRAINT user_activity_days_user_id_fk FOREIGN KEY (organization_id, user_id) REFERENCES users (organization_id, id)
  ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci`,
  devices: `CREATE TABLE IF NOT EXISTS devices (
    organization_id INT UNSIGNED NOT NULL,
    id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    user_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    external_device_id VARCHAR(255) NOT NULL,
    name VARCHAR(255) NULL,
    platform VARCHAR(64) NULL,
    app_version VARCHAR(64) NULL,
    registered_at DATETIME(6) NOT NULL,
    last_used_at DATETIME(6) NULL,
    last_seen_at DATETIME(6) NULL,
    hub_authenticated_at DATETIME(6) NULL,
    removed_at DATETIME(6) NULL,
    created_at DATETIME(6) NOT NULL,
    is_live TINYINT GENERATED ALWAYS AS (CASE WHEN removed_at IS NULL THEN 1 END) STORED,
    PRIMARY KEY (organization_id, id),
    UNIQUE KEY devices_user_id_external_device_id_unique (organization_id, user_id, external_device_id, is_live),
    CONSTRAINT devices_organization_id_fk FOREIGN KEY (organization_id) REFERENCES organizations (organization_id),
    CONSTRAINT devices_user_id_fk FOREIGN KEY (organization_id, user_id) REFERENCES users (organization_id, id)
  ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci`,
  device_hub_intervals: `CREATE TABLE IF NOT EXISTS device_hub_intervals (
    organization_id INT UNSIGNED NOT NULL,
    id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    device_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    user_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    started_at DATETIME(6) NOT NULL,
    ended_at DATETIME(6) NULL,
    created_at DATETIME(6) NOT NULL,
    is_open TINYINT GENERATED ALWAYS AS (CASE WHEN ended_at IS NULL THEN 1 END) STORED,
    PRIMARY KEY (organization_id, id),
    UNIQUE KEY device_hub_intervals_device_id_unique (organization_id, device_id, is_open),
    KEY device_hub_intervals_user_id_started_at_index (organization_id, user_id, started_at),
    CONSTRAINT device_hub_intervals_organization_id_fk FOREIGN KEY (organization_id) REFERENCES organizations (organization_id),
    CONSTRAINT device_hub_intervals_device_id_fk FOREIGN KEY (organization_id, device_id) REFERENCES devices (organization_id, id),
    CONSTRAINT device_hub_intervals_user_id_fk FOREIGN KEY (organization_id, user_id) REFERENCES users (organization_id, id)
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
