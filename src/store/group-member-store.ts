// Who is in which group, as half-open intervals with one open per person and group. Every verb costs what it names, never
// what the group holds; lists of ids go in chunks of 1,000. Callers hold the lock of the group.
import type { GroupMember } from '../domain/group';
import type { NewId } from '../ids';
import type { Connection, Value } from './connection';
import { inChunks } from './id-chunks';

/** The store of memberships. */
export function createGroupMemberStore(connection: Connection) {
  const { organizationId } = connection;
  const moved = async (where: string, values: readonly Value[], limit: number): Promise<string[]> => {
    const { rows } = await connection.prepared(
      `SELECT m.user_id FROM directory_group_members m FORCE INDEX (directory_group_members_group_id_user_id_unique)
       WHERE m.organization_id = ? AND m.group_id = ? AND ${where} AND m.user_id > ? ORDER BY m.user_id LIMIT ${limit}`,
      [organizationId, ...values],
    );
    return rows.map((row) => row['user_id'] as string);
  };
  return {
    /** Which of these people are members now. */
    openAmong: (groupId: string, userIds: readonly string[]): Promise<string[]> =>
      inChunks(userIds, async (chunk) => {
        const { rows } = await connection.run(
          'SELECT m.user_id FROM directory_group_members m WHERE m.organization_id = ? AND m.group_id = ? AND m.is_open = 1 AND m.user_id IN (?)',
          [organizationId, groupId, chunk],
        );
        return rows.map((row) => row['user_id'] as string);
      }),
    /** The next members by id, after the one named; `limit` at most. */
    page: async (groupId: string, afterUserId: string, limit: number): Promise<string[]> => {
      const { rows } = await connection.prepared(
        `SELECT m.user_id FROM directory_group_members m WHERE m.organization_id = ? AND m.group_id = ? AND m.is_open = 1 AND m.user_id > ?
         ORDER BY m.user_id LIMIT ${limit}`,
        [organizationId, groupId, afterUserId],
      );
      return rows.map((row) => row['user_id'] as string);
    },
    /** People who left at that very instant, by id, after the one named; `limit` at most. */
    leftAt: (groupId: string, movedAt: Date, afterUserId: string, limit: number): Promise<string[]> =>
      moved('m.is_open IS NULL AND m.left_at = ?', [groupId, movedAt, afterUserId], limit),
    /** People who joined at that very instant and are members still. */
    joinedAt: (groupId: string, movedAt: Date, afterUserId: string, limit: number): Promise<string[]> =>
      moved('m.is_open = 1 AND m.joined_at = ?', [groupId, movedAt, afterUserId], limit),
    /** The people among these who live here, their rows locked in the order of ids: nobody joins while being removed. */
    lockUsers: (userIds: readonly string[]): Promise<string[]> =>
      inChunks(userIds.toSorted(), async (chunk) => {
        const { rows } = await connection.run(
          `SELECT u.id FROM users u WHERE u.organization_id = ? AND u.id IN (?) AND u.account_state <> 'removed' ORDER BY u.id FOR UPDATE`,
          [organizationId, chunk],
        );
        return rows.map((row) => row['id'] as string);
      }),
    /** Opens memberships of people who are no members. */
    open: async (newId: NewId, groupId: string, userIds: readonly string[], at: Date): Promise<void> => {
      await connection.insertMany(
        'INSERT INTO directory_group_members (organization_id, id, group_id, user_id, joined_at, created_at) VALUES ?',
        userIds.map((userId) => [organizationId, newId(), groupId, userId, at, at]),
      );
    },
    /** Closes the open memberships of these people. */
    close: async (groupId: string, userIds: readonly string[], at: Date): Promise<void> => {
      await inChunks(userIds, async (chunk) => {
        await connection.run(
          'UPDATE directory_group_members SET left_at = ? WHERE organization_id = ? AND group_id = ? AND is_open = 1 AND user_id IN (?)',
          [at, organizationId, groupId, chunk],
        );
      });
    },
    /** Closes the open memberships of all people between two in the order of ids, without the first: a third faster. */
    closeBetween: async (groupId: string, afterUserId: string, lastUserId: string, at: Date): Promise<void> => {
      await connection.prepared(
        'UPDATE directory_group_members SET left_at = ? WHERE organization_id = ? AND group_id = ? AND is_open = 1 AND user_id > ? AND user_id <= ?',
        [at, organizationId, groupId, afterUserId, lastUserId],
      );
    },
    /** Closes all open memberships of a person; answers the groups. Called under the lock of the user. */
    closeOfUser: async (userId: string, at: Date): Promise<string[]> => {
      const { rows } = await connection.prepared(
        'SELECT m.group_id FROM directory_group_members m WHERE m.organization_id = ? AND m.user_id = ? AND m.is_open = 1',
        [organizationId, userId],
      );
      if (rows.length === 0) return [];
      await connection.prepared(
        'UPDATE directory_group_members SET left_at = ? WHERE organization_id = ? AND user_id = ? AND is_open = 1',
        [at, organizationId, userId],
      );
      return rows.map((row) => row['group_id'] as string).toSorted();
    },
    /** Members by id with the names people see, after the one named; `limit` at most. */
    list: async (groupId: string, limit: number, afterUserId = ''): Promise<GroupMember[]> => {
      const { rows } = await connection.prepared(
        `SELECT m.user_id, u.display_name FROM directory_group_members m JOIN users u ON u.organization_id = m.organization_id AND u.id = m.user_id
         WHERE m.organization_id = ? AND m.group_id = ? AND m.is_open = 1 AND m.user_id > ? ORDER BY m.user_id LIMIT ${limit}`,
        [organizationId, groupId, afterUserId],
      );
      return rows.map((row) => ({
        userId: row['user_id'] as string,
        displayName: row['display_name'] as string | null,
      }));
    },
    /** Members of several groups in one statement, by group. */
    listOf: async (groupIds: readonly string[]): Promise<ReadonlyMap<string, GroupMember[]>> => {
      const byGroup = new Map<string, GroupMember[]>(groupIds.map((id) => [id, []]));
      if (groupIds.length === 0) return byGroup;
      const { rows } = await connection.run(
        `SELECT m.group_id, m.user_id, u.display_name FROM directory_group_members m
         JOIN users u ON u.organization_id = m.organization_id AND u.id = m.user_id
         WHERE m.organization_id = ? AND m.group_id IN (?) AND m.is_open = 1 ORDER BY m.group_id, m.user_id`,
        [organizationId, groupIds],
      );
      for (const row of rows) {
        const member = { userId: row['user_id'] as string, displayName: row['display_name'] as string | null };
        byGroup.get(row['group_id'] as string)?.push(member);
      }
      return byGroup;
    },
  };
}
