// Directory groups of one organization: the rows alone. Who is in them is group-member-store.ts.
import { fold } from '../domain/user';
import type { Group } from '../domain/group';
import type { PageQuery, Paged } from '../domain/page';
import { dateOf, type Connection, type Row, type Value } from './connection';
import { groupSearch } from './group-search';
import { readPage, type Listed, type SortColumn } from './page-sql';

/** Attributes a list may be sorted by, each with an index of its own. */
const sorts: Readonly<Record<string, SortColumn>> = {
  id: { sql: 'g.id' },
  displayName: { sql: 'g.display_name_key', isUnique: true, parts: ['g.is_live = 1'] },
  externalId: { sql: 'g.external_id', isNullable: true, index: 'directory_groups_external_id_index' },
  'meta.created': { sql: 'g.created_at' },
  'meta.lastModified': { sql: 'g.updated_at' },
};

const columns =
  'g.id, g.source, g.external_id, g.display_name, g.member_count, g.row_version, g.created_at, g.updated_at';
const live = 'g.organization_id = ? AND g.removed_at IS NULL';
const listed: Listed = {
  table: 'directory_groups',
  alias: 'g',
  columns,
  live,
  search: groupSearch,
  sorts,
  indexed: 'displayName, externalId, id or members.value',
};
const byId = `SELECT ${columns} FROM directory_groups g WHERE ${live} AND g.id = ?`;
const byName = `SELECT ${columns} FROM directory_groups g WHERE ${live} AND g.display_name_key = ? AND g.is_live = 1`;

/** The store of groups. */
export function createGroupStore(connection: Connection) {
  const { organizationId } = connection;
  const one = async (sql: string, id: string): Promise<Group | undefined> => {
    const { rows } = await connection.prepared(sql, [organizationId, id]);
    return rows[0] && toGroup(rows[0]);
  };
  return {
    find: (id: string) => one(byId, id),
    /** The group, its row locked until the transaction ends; whoever changes members or name holds this lock. */
    lock: (id: string) => one(`${byId} FOR UPDATE`, id),
    /** The same by its name, in any case of letters. */
    lockNamed: (name: string) => one(`${byName} FOR UPDATE`, fold(name)),
    insert: async (group: Group): Promise<void> => {
      await connection.prepared(
        `INSERT INTO directory_groups (organization_id, id, source, external_id, display_name, display_name_key, member_count, row_version, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        [organizationId, group.id, ...written(group).slice(0, -1), group.createdAt, group.updatedAt],
      );
    },
    save: async (group: Group): Promise<void> => {
      await connection.prepared(
        `UPDATE directory_groups SET source = ?, external_id = ?, display_name = ?, display_name_key = ?, member_count = ?, row_version = ?, updated_at = ? WHERE organization_id = ? AND id = ?`,
        [...written(group), organizationId, group.id],
      );
    },
    /** Ends a group; its name is free again. */
    remove: async (id: string, at: Date): Promise<void> => {
      await connection.prepared(
        'UPDATE directory_groups SET removed_at = ?, updated_at = ?, member_count = 0, row_version = row_version + 1 WHERE organization_id = ? AND id = ?',
        [at, at, organizationId, id],
      );
    },
    /** A page of groups. @throws result.too_many */
    list: async (query: PageQuery): Promise<Paged<Group>> => {
      const { rows, total, end } = await readPage(connection, listed, query);
      return { items: rows.map(toGroup), total, ...(end && { end }) };
    },
    /** Locks the groups a user is in, by id: they come before the user in the order of locks. */
    lockOfUser: async (userId: string): Promise<void> => {
      const { rows } = await connection.prepared(
        'SELECT m.group_id FROM directory_group_members m WHERE m.organization_id = ? AND m.user_id = ? AND m.is_open = 1',
        [organizationId, userId],
      );
      if (rows.length === 0) return;
      const ids = rows.map((row) => row['group_id'] as string).toSorted();
      await connection.run(
        'SELECT g.id FROM directory_groups g WHERE g.organization_id = ? AND g.id IN (?) ORDER BY g.id FOR UPDATE',
        [organizationId, ids],
      );
    },
    /** Notes that one member of each of these groups is gone. */
    countOut: async (ids: readonly string[], at: Date): Promise<void> => {
      if (ids.length === 0) return;
      await connection.run(
        'UPDATE directory_groups SET member_count = member_count - 1, row_version = row_version + 1, updated_at = ? WHERE organization_id = ? AND id IN (?)',
        [at, organizationId, ids],
      );
    },
  };
}

function written(group: Group): Value[] {
  const { displayName, externalId } = group.profile;
  return [
    group.source,
    externalId,
    displayName,
    fold(displayName),
    group.memberCount,
    group.rowVersion,
    group.updatedAt,
  ];
}

function toGroup(row: Row): Group {
  return {
    id: row['id'] as string,
    source: row['source'] as Group['source'],
    profile: { displayName: row['display_name'] as string, externalId: row['external_id'] as string | null },
    memberCount: Number(row['member_count']),
    rowVersion: row['row_version'] as number,
    createdAt: row['created_at'] as Date,
    updatedAt: dateOf(row['updated_at']) ?? (row['created_at'] as Date),
  };
}
