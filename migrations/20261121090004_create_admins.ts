// People who sign in to the console, their codes and sessions.
import type { Knex } from 'knex';

const tables = {
  admins: `CREATE TABLE IF NOT EXISTS admins (
    organization_id INT UNSIGNED NOT NULL,
    id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    user_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NULL,
    email VARCHAR(320) NOT NULL,
    email_key VARCHAR(320) COLLATE utf8mb4_bin NOT NULL,
    display_name VARCHAR(255) NOT NULL,
    role VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    password_hash VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NULL,
    totp_secret VARBINARY(255) NULL,
    totp_last_step BIGINT UNSIGNED NULL,
    sso_subject VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NULL,
    preferences JSON NULL,
    status VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    blocked_reason VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NULL,
    last_sign_in_at DATETIME(6) NULL,
    created_at DATETIME(6) NOT NULL,
    PRIMARY KEY (organization_id, id),
    UNIQUE KEY admins_email_key_unique (organization_id, email_key),
    KEY admins_email_key_index (email_key),
    KEY admins_user_id_index (organization_id, user_id),
    CONSTRAINT admins_organization_id_fk FOREIGN KEY (organization_id) REFERENCES organizations (organization_id),
    CONSTRAINT admins_user_id_fk FOREIGN KEY (organization_id, user_id) REFERENCES users (organization_id, id),
    CONSTRAINT admins_role_check CHECK (role IN ('super_admin', 'admin', 'auditor')),
    CONSTRAINT admins_status_check CHECK (status IN ('invited', 'active', 'blocked', 'removed'))
  ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci`,
  admin_backup_codes: `CREATE TABLE IF NOT EXISTS admin_backup_codes (
    organization_id INT UNSIGNED NOT NULL,
    id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    admin_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    code_hash CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    used_at DATETIME(6) NULL,
    created_at DATETIME(6) NOT NULL,
    PRIMARY KEY (organization_id, id),
    UNIQUE KEY admin_backup_codes_admin_id_code_hash_unique (organization_id, admin_id, code_hash),
    CONSTRAINT admin_backup_codes_organization_id_fk FOREIGN KEY (organization_id) REFERENCES organizations (organization_id),
    CONSTRAINT admin_backup_codes_admin_id_fk FOREIGN KEY (organization_id, admin_id) REFERENCES admins (organization_id, id)
  ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci`,
  admin_sign_ins: `CREATE TABLE IF NOT EXISTS admin_sign_ins (
    organization_id INT UNSIGNED NOT NULL,
    id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    admin_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    token_hash CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    data JSON NOT NULL,
    last_seen_at DATETIME(6) NOT NULL,
    expires_at DATETIME(6) NOT NULL,
    ended_at DATETIME(6) NULL,
    end_reason VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NULL,
    created_at DATETIME(6) NOT NULL,
    PRIMARY KEY (organization_id, id),
    UNIQUE KEY admin_sign_ins_token_hash_unique (token_hash),
    KEY admin_sign_ins_admin_id_index (organization_id, admin_id),
    CONSTRAINT admin_sign_ins_organization_id_fk FOREIGN KEY (organization_id) REFERENCES organizations (organization_id),
    CONSTRAINT admin_sign_ins_admin_id_fk FOREIGN KEY (organization_id, admin_id) REFERENCES admins (organization_id, id)
  ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci`,
  one_time_codes: `CREATE TABLE IF NOT EXISTS one_time_codes (
    organization_id INT UNSIGNED NOT NULL,
    id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    kind VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    admin_or_user_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NULL,
    code_hash CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    expires_at DATETIME(6) NOT NULL,
    used_at DATETIME(6) NULL,
    created_at DATETIME(6) NOT NULL,
    PRIMARY KEY (organization_id, id),
    UNIQUE KEY one_time_codes_code_hash_unique (code_hash),
    KEY one_time_codes_admin_or_user_id_index (organization_id, admin_or_user_id),
    CONSTRAINT one_time_codes_organization_id_fk FOREIGN KEY (organization_id) REFERENCES organizations (organization_id),
    CONSTRAINT one_time_codes_kind_check CHECK (kind IN ('setup', 'invite', 'reset', 'reclaim'))
  ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci`,
  attempt_buckets: `CREATE TABLE IF NOT EXISTS attempt_buckets (
    bucket_key CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    tokens DECIMAL(12,2) NOT NULL,
    refilled_at DATETIME(6) NOT NULL,
    PRIMARY KEY (bucket_key)
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
