// Groups say when they changed and how many members they have, so that an answer knows both without reading the members;
// their externalId is compared as it was sent.
import type { Knex } from 'knex';

const columns: Readonly<Record<string, string>> = {
  member_count: 'INT UNSIGNED NOT NULL DEFAULT 0 AFTER removed_at',
  updated_at: 'DATETIME(6) NULL AFTER row_version',
};

const indexes: Readonly<Record<string, string>> = {
  directory_groups_created_at_index: '(organization_id, created_at)',
  directory_groups_updated_at_index: '(organization_id, updated_at)',
};

/** Adds the columns with what they mean for rows that are there; may run twice. The release before writes no `updated_at`. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('ALTER TABLE directory_groups MODIFY external_id VARCHAR(255) COLLATE utf8mb4_bin NULL');
  for (const [name, definition] of Object.entries(columns)) {
    if (!(await knex.schema.hasColumn('directory_groups', name))) {
      await knex.raw(`ALTER TABLE directory_groups ADD COLUMN ${name} ${definition}`);
    }
  }
  await knex.raw('UPDATE directory_groups SET updated_at = created_at WHERE updated_at IS NULL');
  await knex.raw(
    `UPDATE directory_groups g SET g.member_count = (SELECT COUNT(*) FROM directory_group_members m
      WHERE m.organization_id = g.organization_id AND m.group_id = g.id AND m.is_open = 1)`,
  );
  for (const [name, keys] of Object.entries(indexes)) {
    if (!(await hasIndex(knex, name))) await knex.raw(`CREATE INDEX ${name} ON directory_groups ${keys}`);
  }
}

/** Takes them away again. */
export async function down(knex: Knex): Promise<void> {
  for (const name of Object.keys(indexes)) {
    if (await hasIndex(knex, name)) await knex.raw(`DROP INDEX ${name} ON directory_groups`);
  }
  for (const name of Object.keys(columns).toReversed()) {
    if (await knex.schema.hasColumn('directory_groups', name)) {
      await knex.raw(`ALTER TABLE directory_groups DROP COLUMN ${name}`);
    }
  }
  await knex.raw('ALTER TABLE directory_groups MODIFY external_id VARCHAR(255) NULL');
}

async function hasIndex(knex: Knex, name: string): Promise<boolean> {
  const [rows] = (await knex.raw('SHOW INDEX FROM directory_groups WHERE Key_name = ?', [name])) as [unknown[]];
  return rows.length > 0;
}
