// Quarantined events are looked up by the person they name whenever a user appears, so the three names get columns and
// keys of their own: reading every payload would make each provisioning request pay for a full quarantine.
import type { Knex } from 'knex';

const columns = {
  user_ref: 'CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NULL',
  external_id: 'VARCHAR(255) COLLATE utf8mb4_bin NULL',
  email_key: 'VARCHAR(320) COLLATE utf8mb4_bin NULL',
};

/** Adds what is not there yet; may run twice. */
export async function up(knex: Knex): Promise<void> {
  for (const [name, type] of Object.entries(columns)) {
    if (await knex.schema.hasColumn('event_quarantine', name)) continue;
    await knex.raw(
      `ALTER TABLE event_quarantine ADD COLUMN ${name} ${type}, ADD KEY event_quarantine_${name}_index (organization_id, ${name})`,
    );
  }
}

/** Drops them. */
export async function down(knex: Knex): Promise<void> {
  for (const name of Object.keys(columns).toReversed()) {
    if (!(await knex.schema.hasColumn('event_quarantine', name))) continue;
    await knex.raw(`ALTER TABLE event_quarantine DROP KEY event_quarantine_${name}_index, DROP COLUMN ${name}`);
  }
}
