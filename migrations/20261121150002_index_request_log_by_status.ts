// The request log is asked by status ("what failed?") and counted by it; one key serves both without reading a row.
import type { Knex } from 'knex';

const key = 'scim_request_log_status_code_received_at_index';

async function hasKey(knex: Knex): Promise<boolean> {
  const [rows] = (await knex.raw(
    `SELECT 1 AS found FROM information_schema.statistics WHERE table_schema = DATABASE() AND table_name = 'scim_request_log' AND index_name = ? LIMIT 1`,
    [key],
  )) as [unknown[]];
  return rows.length > 0;
}

/** Adds the key; may run twice. */
export async function up(knex: Knex): Promise<void> {
  if (await hasKey(knex)) return;
  await knex.raw(`ALTER TABLE scim_request_log ADD KEY ${key} (organization_id, status_code, received_at)`);
}

/** Drops it. */
export async function down(knex: Knex): Promise<void> {
  if (await hasKey(knex)) await knex.raw(`ALTER TABLE scim_request_log DROP KEY ${key}`);
}
