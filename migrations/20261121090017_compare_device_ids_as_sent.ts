// Device ids are compared as the apps send them: by the collation of texts, `A1` and `a1` would be one device.
import type { Knex } from 'knex';

const column = (collation: string): string =>
  `ALTER TABLE devices MODIFY external_device_id VARCHAR(255) COLLATE ${collation} NOT NULL`;

/** Compares by code point; may run twice. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(column('utf8mb4_bin'));
}

/** Compares as texts again. */
export async function down(knex: Knex): Promise<void> {
  if (await knex.schema.hasTable('devices')) await knex.raw(column('utf8mb4_unicode_520_ci'));
}
