// Users of one organization: the row, and the multi-valued attributes beside it.
import type { PageQuery, Paged } from '../domain/page';
import { fold, isSameJson, type ProfileValue, type User } from '../domain/user';
import { createAdoptionCountStore } from './adoption-count-store';
import type { Connection, Value } from './connection';
import { readPage, type Listed, type SortColumn } from './page-sql';
import { toColumns, toUser, toValueRow, userColumns } from './user-row';
import { userSearch } from './user-search';

const states = [`u.account_state = 'enabled'`, `u.account_state = 'deactivated'`];

/** Attributes a list may be sorted by, each with an index of its own. */
const sorts: Readonly<Record<string, SortColumn>> = {
  id: { sql: 'u.id' },
  userName: { sql: 'u.user_name_key', isUnique: true, parts: ['u.is_live = 1'] },
  externalId: { sql: 'u.external_id', isNullable: true, index: 'users_external_id_index' },
  displayName: {
    sql: 'u.display_name',
    isNullable: true,
    parts: states,
    index: 'users_account_state_display_name_index',
  },
  'meta.created': { sql: 'u.created_at', parts: states, index: 'users_account_state_created_at_index' },
  'meta.lastModified': { sql: 'u.updated_at' },
};

const live = `u.organization_id = ? AND u.account_state <> 'removed'`;
const byId = `SELECT ${userColumns} FROM users u WHERE ${live} AND u.id = ?`;

/** The store of users. */
export function createUserStore(connection: Connection) {
  const { organizationId } = connection;
  const one = async (sql: string, id: string): Promise<User | undefined> => {
    const { rows } = await connection.prepared(sql, [organizationId, id]);
    return rows[0] && toUser(rows[0]);
  };
  const listed: Listed = {
    table: 'users',
    alias: 'u',
    columns: userColumns,
    live,
    search: userSearch,
    sorts,
    indexed: 'userName, externalId, id or emails.value',
    countAll: () => createAdoptionCountStore(connection).countPeople(),
  };
  return {
    find: (id: string) => one(byId, id),
    /** The user, its row locked until the transaction ends. */
    lock: (id: string) => one(`${byId} FOR UPDATE`, id),
    insert: async (user: User): Promise<void> => {
      const columns = { organization_id: organizationId, id: user.id, created_at: user.createdAt, ...toColumns(user) };
      const names = Object.keys(columns);
      await connection.prepared(
        `INSERT INTO users (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`,
        Object.values(columns),
      );
      await insertValues(connection, user.id, user.profile.values);
    },
    /** Writes what differs, columns and values. */
    save: async (before: User, after: User): Promise<void> => {
      const old = toColumns(before);
      // MySQL gives the keys of JSON back in an order of its own, so its text says nothing about what differs.
      const isKept = isSameJson(before.profile.extra, after.profile.extra);
      const changed = Object.entries(toColumns(after)).filter(
        ([name, value]) => !isSame(old[name] ?? null, value) && !(isKept && name === 'scim_extra'),
      );
      if (changed.length > 0) {
        const set = changed.map(([name]) => `${name} = ?`).join(', ');
        const values = [...changed.map(([, value]) => value), organizationId, after.id];
        await connection.prepared(`UPDATE users SET ${set} WHERE organization_id = ? AND id = ?`, values);
      }
      await saveValues(connection, after.id, before.profile.values, after.profile.values);
    },
    /** A page of live users. @throws result.too_many */
    list: async (query: PageQuery): Promise<Paged<User>> => {
      const { rows, total, end } = await readPage(connection, listed, query);
      return { items: rows.map(toUser), total, ...(end && { end }) };
    },
    /** The live user a text names, such as a manager reference: by id, externalId or userName, in this order. */
    findNamed: async (raw: string): Promise<{ id: string; displayName: string | null } | undefined> => {
      const { rows } = await connection.prepared(
        `SELECT u.id, u.display_name FROM users u WHERE ${live} AND (u.id = ? OR u.external_id = ? OR u.user_name_key = ?)
         ORDER BY u.id = ? DESC, u.external_id = ? DESC LIMIT 1`,
        [organizationId, asciiId(raw), raw, fold(raw), asciiId(raw), raw],
      );
      return rows[0] && { id: rows[0]['id'] as string, displayName: rows[0]['display_name'] as string | null };
    },
    /** What else concerns a user who appears: a twin by address, people who named it as manager, events that wait for it. */
    neighbors: async (user: User): Promise<{ hasTwin: boolean; isAwaited: boolean; hasEvents: boolean }> => {
      const emailKey = user.email === null ? null : fold(user.email);
      const waiting = 'SELECT 1 FROM event_quarantine q WHERE q.organization_id = ? AND q.resolved_at IS NULL AND';
      const { rows } = await connection.prepared(
        `SELECT EXISTS (SELECT 1 FROM users u WHERE ${live} AND u.email_key = ? AND u.id <> ?) AS has_twin,
          EXISTS (SELECT 1 FROM users u WHERE ${live} AND u.manager_raw IN (?, ?, ?) AND u.manager_user_id IS NULL AND u.id <> ?) AS is_awaited,
          EXISTS (${waiting} q.email_key = ?) OR EXISTS (${waiting} q.external_id = ?) AS has_events`,
        [
          organizationId,
          emailKey,
          user.id,
          organizationId,
          ...namesOf(user),
          user.id,
          organizationId,
          emailKey,
          organizationId,
          user.profile.externalId,
        ],
      );
      const is = (name: string): boolean => Number(rows[0]?.[name]) === 1;
      return { hasTwin: is('has_twin'), isAwaited: is('is_awaited'), hasEvents: is('has_events') };
    },
    /** Live users with an address; `limit` at most. */
    listByEmail: async (email: string, limit: number): Promise<string[]> => {
      const { rows } = await connection.run(`SELECT u.id FROM users u WHERE ${live} AND u.email_key = ? LIMIT ?`, [
        organizationId,
        fold(email),
        limit,
      ]);
      return rows.map((row) => row['id'] as string);
    },
    /** Makes the user the manager of those who named it before it was there. */
    linkReports: async (user: User): Promise<void> => {
      await connection.run(
        `UPDATE users u SET u.manager_user_id = ? WHERE ${live} AND u.manager_raw IN (?, ?, ?) AND u.manager_user_id IS NULL AND u.id <> ?`,
        [user.id, organizationId, ...namesOf(user), user.id],
      );
    },
    /** Gives or takes the app seat in the user's current copy. */
    setLicense: async (id: string, licensedAt: Date | null, poolId: string | null): Promise<void> => {
      await connection.prepared(
        'UPDATE users SET licensed_at = ?, app_pool_id = ? WHERE organization_id = ? AND id = ?',
        [licensedAt, poolId, organizationId, id],
      );
    },
  };
}

function namesOf(user: User): [string, string, string] {
  return [user.id, user.profile.externalId ?? user.id, user.profile.userName];
}

/** The id column is ASCII; a reference with other signs can name no id. */
function asciiId(raw: string): string {
  return /^[\x20-\x7e]{1,36}$/.test(raw) ? raw : '';
}

async function saveValues(
  connection: Connection,
  userId: string,
  before: readonly ProfileValue[],
  after: readonly ProfileValue[],
): Promise<void> {
  const changed = [...new Set([...before, ...after].map((value) => value.attribute))].filter(
    (attribute) => JSON.stringify(of(before, attribute)) !== JSON.stringify(of(after, attribute)),
  );
  if (changed.length === 0) return;
  await connection.run('DELETE FROM user_values WHERE organization_id = ? AND user_id = ? AND attribute IN (?)', [
    connection.organizationId,
    userId,
    changed,
  ]);
  await insertValues(
    connection,
    userId,
    after.filter((value) => changed.includes(value.attribute)),
  );
}

function of(values: readonly ProfileValue[], attribute: string): readonly ProfileValue[] {
  return values.filter((value) => value.attribute === attribute);
}

async function insertValues(connection: Connection, userId: string, values: readonly ProfileValue[]): Promise<void> {
  const rows = values.map((value, index) => toValueRow(connection.organizationId, userId, index, value));
  await connection.insertMany(
    'INSERT INTO user_values (organization_id, user_id, attribute, ordinal, type_key, value_key, value, is_primary, display, extra) VALUES ?',
    rows,
  );
}

function isSame(a: Value, b: Value): boolean {
  return a instanceof Date && b instanceof Date ? a.getTime() === b.getTime() : a === b;
}
