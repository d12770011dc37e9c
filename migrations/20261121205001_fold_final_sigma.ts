// Compare keys no longer tell a final sigma from the other one: keys written before are folded anew, so that they are found.
import { createHash } from 'node:crypto';
import type { Knex } from 'knex';

const final = 'ς';
const plain = 'σ';
const holding = `%${final}%`;

/** Columns in which rows may share a key; a value's key of full length may end in a digest and is made anew below. */
const shared: readonly (readonly [table: string, column: string, where: string])[] = [
  ['users', 'email_key', ''],
  ['user_values', 'type_key', ''],
  ['user_values', 'value_key', ' AND CHAR_LENGTH(value_key) < 320'],
  ['suppressions', 'address_key', ''],
  ['event_quarantine', 'email_key', ''],
];

/** Columns in which a key is somebody's own. */
const unique: readonly (readonly [table: string, column: string])[] = [
  ['users', 'user_name_key'],
  ['directory_groups', 'display_name_key'],
  ['admins', 'email_key'],
];

/** Folds the keys that hold a final sigma; may run twice. */
export async function up(knex: Knex): Promise<void> {
  for (const [table, column, where] of shared) {
    await knex.raw(
      `UPDATE ${table} SET ${column} = REPLACE(${column}, '${final}', '${plain}') WHERE ${column} LIKE ?${where}`,
      [holding],
    );
  }
  for (const [table, column] of unique) await foldOwn(knex, table, column);
  await foldLong(knex);
}

/** Both spellings are good keys of the same names, so there is nothing to take back. */
export async function down(_knex: Knex): Promise<void> {}

interface Own {
  readonly organization_id: number;
  readonly id: string;
  readonly name: string;
}

/** One by one: where two names differed in nothing but the sigma, the second keeps the key it has until it is renamed. */
async function foldOwn(knex: Knex, table: string, column: string): Promise<void> {
  const select = `SELECT organization_id, id, ${column} AS name FROM ${table} WHERE ${column} LIKE ? ORDER BY organization_id, id`;
  const [rows] = (await knex.raw(select, [holding])) as [Own[]];
  for (const row of rows) {
    const key = row.name.replaceAll(final, plain);
    try {
      await knex.raw(`UPDATE ${table} SET ${column} = ? WHERE organization_id = ? AND id = ?`, [
        key,
        row.organization_id,
        row.id,
      ]);
    } catch (error) {
      if ((error as { code?: string }).code !== 'ER_DUP_ENTRY') throw error;
    }
  }
}

interface Long {
  readonly organization_id: number;
  readonly user_id: string;
  readonly attribute: string;
  readonly ordinal: number;
  readonly value: string;
  readonly value_key: string;
}

/** The digest in the key of a long value is one of the whole folded text. */
async function foldLong(knex: Knex): Promise<void> {
  const [rows] = (await knex.raw(
    `SELECT organization_id, user_id, attribute, ordinal, value, value_key FROM user_values
      WHERE CHAR_LENGTH(value_key) = 320 AND LENGTH(value) > CHAR_LENGTH(value)`,
  )) as [Long[]];
  for (const row of rows) {
    const key = keyOf(row.value);
    if (key === row.value_key) continue;
    await knex.raw(
      'UPDATE user_values SET value_key = ? WHERE organization_id = ? AND user_id = ? AND attribute = ? AND ordinal = ?',
      [key, row.organization_id, row.user_id, row.attribute, row.ordinal],
    );
  }
}

/** The key of a value as the product makes it from now on; kept here, so that this step stays what it is. */
function keyOf(value: string): string {
  const folded = value.normalize('NFKC').toLowerCase().normalize('NFKC').replaceAll(final, plain).trimEnd();
  const characters = Array.from(folded);
  if (characters.length <= 320) return folded;
  return characters.slice(0, 256).join('') + createHash('sha256').update(folded).digest('hex');
}
