// What the directory sent and what was odd about it.
import type { Knex } from 'knex';

const tables = {
  scim_request_log: `CREATE TABLE IF NOT EXISTS scim_request_log (
    organization_id INT UNSIGNED NOT NULL,
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
    request_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    credential_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NULL,
    client_request_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
    received_at DATETIME(6) NOT NULL,
    method VARCHAR(8) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    path VARCHAR(500) NOT NULL,
    subject_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NULL,
    status_code INT UNSIGNED NOT NULL,
    scim_type VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin NULL,
    decision VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
    affected JSON NULL,
    warnings JSON NULL,
    payload_redacted MEDIUMTEXT NULL,
    duration_ms INT UNSIGNED NOT NULL,
    PRIMARY KEY (id),
    UNIQUE KEY scim_request_log_request_id_unique (organization_id, request_id),
    KEY scim_request_log_subject_id_received_at_index (organization_id, subject_id, received_at),
    KEY scim_request_log_received_at_index (organization_id, received_at),
    CONSTRAINT scim_request_log_organization_id_fk FOREIGN KEY (organization_id) REFERENCES organizations (organization_id)
  ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci`,
  provisioning_findings: `CREATE TABLE IF NOT EXISTS provisioning_findings (
    organization_id INT UNSIGNED NOT NULL,
    id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    kind VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    user_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NULL,
    detail JSON NOT NULL,
    first_seen_at DATETIME(6) NOT NULL,
    last_seen_at DATETIME(6) NOT NULL,
    seen INT UNSIGNED NOT NULL,
    resolved_at DATETIME(6) NULL,
    created_at DATETIME(6) NOT NULL,
    PRIMARY KEY (organization_id, id),
    KEY provisioning_findings_kind_resolved_at_index (organization_id, kind, resolved_at),
    CONSTRAINT provisioning_findings_organization_id_fk FOREIGN KEY (organization_id) REFERENCES organizations (organization_id),
    CONSTRAINT provisioning_findings_user_id_fk FOREIGN KEY (organization_id, user_id) REFERENCES users (organization_id, id),
    CONSTRAINT provisioning_findings_kind_check CHECK (kind IN ('unmapped_role', 'duplicate_email', 'ignored_attribute', 'unknown_manager', 'ignored_patch', 'no_email'))
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
