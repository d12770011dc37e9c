// The kept histogram behind the overview.
import type { Knex } from 'knex';

const tables = {
  adoption_counts: `CREATE TABLE IF NOT EXISTS adoption_counts (
    organization_id INT UNSIGNED NOT NULL,
    flags INT UNSIGNED NOT NULL,
    last_used_on DATE NOT NULL,
    people INT UNSIGNED NOT NULL,
    PRIMARY KEY (organization_id, flags, last_used_on),
    CONSTRAINT adoption_counts_organization_id_fk FOREIGN KEY (organization_id) REFERENCES organizations (organization_id)
  ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci`,
  adoption_deltas: `CREATE TABLE IF NOT EXISTS adoption_deltas (
    organization_id INT UNSIGNED NOT NULL,
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
    from_flags INT UNSIGNED NULL,
    from_on DATE NULL,
    to_flags INT UNSIGNED NULL,
    to_on DATE NULL,
    PRIMARY KEY (id),
    KEY adoption_deltas_id_index (organization_id, id),
    CONSTRAINT adoption_deltas_organization_id_fk FOREIGN KEY (organization_id) REFERENCES organizations (organization_id)
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
