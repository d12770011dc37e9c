// A rule that begins or ends is applied to the people there are in pages; the place reached is kept with the rule.
import type { Knex } from 'knex';

/** Adds the place; NULL = nothing is left to do. May run twice. */
export async function up(knex: Knex): Promise<void> {
  if (await knex.schema.hasColumn('license_rules', 'pending_after')) return;
  await knex.raw(
    'ALTER TABLE license_rules ADD COLUMN pending_after CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NULL AFTER group_id',
  );
}

/** Drops it. */
export async function down(knex: Knex): Promise<void> {
  if (!(await knex.schema.hasTable('license_rules'))) return;
  if (await knex.schema.hasColumn('license_rules', 'pending_after'))
    await knex.raw('ALTER TABLE license_rules DROP COLUMN pending_after');
}
