// Keys written while a final sigma was another letter are folded anew by the migration, wherever one is held.
import { createHash } from 'node:crypto';
import { fold } from '../../src/domain/user';
import { newId } from '../../src/ids';
import { migrate } from '../../src/store/migrate';
import { valueKey } from '../../src/store/value-key';
import { useDatabase } from '../support/database';

const name = '20261121205001_fold_final_sigma';
const at = '2026-03-01 09:00:00';

/** As keys were made before. */
function oldFold(text: string): string {
  return text.normalize('NFKC').toLowerCase().normalize('NFKC').trimEnd();
}

function oldValueKey(value: string): string {
  const key = oldFold(value);
  if (Array.from(key).length <= 320) return key;
  return Array.from(key).slice(0, 256).join('') + createHash('sha256').update(key).digest('hex');
}

describe('the migration of final sigmas', () => {
  const db = useDatabase();
  const o = () => db.organizationId;

  /** Applies the migration as if it had never been. */
  const repeat = async (): Promise<void> => {
    await db.sql.query('DELETE FROM migrations WHERE name LIKE ?', [`${name}%`]);
    const { applied } = await migrate({ url: db.url, connectMs: 5000, lockMs: 5000 });
    expect(applied).toHaveLength(1);
  };

  const addUser = async (userName: string, state = 'enabled'): Promise<string> => {
    const id = newId();
    await db.sql.query(
      `INSERT INTO users (organization_id, id, source, user_name, user_name_key, email, email_key, account_state, row_version, state_since, created_at, updated_at)
       VALUES (?, ?, 'scim', ?, ?, ?, ?, ?, 1, ?, ?, ?)`,
      [o(), id, userName, oldFold(userName), userName, oldFold(userName), state, at, at, at],
    );
    return id;
  };
  const addValue = (userId: string, ordinal: number, type: string, value: string) =>
    db.sql.query(
      `INSERT INTO user_values (organization_id, user_id, attribute, ordinal, type_key, value_key, value) VALUES (?, ?, 'photos', ?, ?, ?, ?)`,
      [o(), userId, ordinal, oldFold(type), oldValueKey(value), value],
    );
  const addOthers = async (text: string): Promise<void> => {
    const key = oldFold(text);
    await db.sql.query(
      `INSERT INTO directory_groups (organization_id, id, source, display_name, display_name_key, row_version, created_at, updated_at) VALUES (?, ?, 'scim', ?, ?, 1, ?, ?)`,
      [o(), newId(), text, key, at, at],
    );
    await db.sql.query(
      `INSERT INTO admins (organization_id, id, email, email_key, display_name, role, status, created_at) VALUES (?, ?, ?, ?, ?, 'admin', 'active', ?)`,
      [o(), newId(), text, key, text, at],
    );
    await db.sql.query(
      `INSERT INTO suppressions (organization_id, id, address_key, kind, started_at, created_at) VALUES (?, ?, ?, 'hard_bounce', ?, ?)`,
      [o(), newId(), key, at, at],
    );
    await db.sql.query(
      `INSERT INTO event_quarantine (organization_id, source, event_id, payload, payload_hash, reason, received_at, expires_at, email_key) VALUES (?, 's', 'e', '{}', ?, 'unknown_user', ?, ?, ?)`,
      [o(), 'a'.repeat(64), at, at, key],
    );
  };
  const keys = async (table: string, column: string, order: string): Promise<unknown[]> => {
    const [rows] = await db.sql.query(
      `SELECT ${column} AS held FROM ${table} WHERE organization_id = ? AND ${column} IS NOT NULL ORDER BY ${order}`,
      [o()],
    );
    return (rows as { held: string }[]).map(({ held }) => held);
  };

  it('folds every key as it is folded now, also the second time', async () => {
    const long = `https://example.com/${'a'.repeat(400)}/ΟΔΟΣ`;
    const values = ['ΟΔΟΣ', 'odos', 'x ΟΔΟΣ y', 'ϲ', long, `${'é'.repeat(319)}Σ`, 'σ'];
    const names = ['ΟΔΟΣ ΑΣ', 'Plain', 'οδός'];
    for (const userName of names) {
      const id = await addUser(userName);
      for (const [ordinal, value] of values.entries()) await addValue(id, ordinal, 'ΤΥΠΟΣ', value);
    }
    await addOthers('ΝΙΚΟΣ');

    for (const round of [1, 2]) {
      await repeat();

      const perUser = <T>(list: readonly T[]): T[] => names.flatMap(() => list);
      expect([round, await keys('users', 'user_name_key', 'id')]).toEqual([round, names.map(fold)]);
      expect(await keys('users', 'email_key', 'id')).toEqual(names.map(fold));
      expect(await keys('user_values', 'value_key', 'user_id, ordinal')).toEqual(perUser(values.map(valueKey)));
      expect(await keys('user_values', 'type_key', 'user_id, ordinal')).toEqual(perUser(values.map(() => 'τυποσ')));
      for (const [table, column] of [
        ['directory_groups', 'display_name_key'],
        ['admins', 'email_key'],
        ['suppressions', 'address_key'],
        ['event_quarantine', 'email_key'],
      ] as const) {
        expect([table, (await keys(table, column, column)).at(-1)]).toEqual([table, 'νικοσ']);
      }
    }
  });

  it('leaves the second of two live names that differ in the sigma alone as it is, and folds one of a removed person', async () => {
    await addUser('οδοσ');
    await addUser('ΟΔΟΣ');
    await addUser('οδος', 'removed');

    await repeat();

    expect(await keys('users', 'user_name_key', 'id')).toEqual(['οδοσ', 'οδος', 'οδοσ']);
  });
});
