// The past of a user: profile versions and state intervals, half-open [from, to), one open of each.
import type { User } from '../domain/user';
import type { NewId } from '../ids';
import type { Connection, Row, Value } from './connection';

/** Why an account state began. */
export type StateCause = 'scim' | 'admin' | 'csv' | 'retention' | 'hold';

const profileColumns =
  'user_name, email, display_name, department, cost_center, country, title, manager_user_id, locale, time_zone';

/** The store of a user's history. */
export function createUserHistoryStore(connection: Connection) {
  const { organizationId } = connection;
  return {
    openProfile: async (newId: NewId, user: User, at: Date): Promise<void> => {
      await connection.prepared(
        `INSERT INTO user_profile_versions (organization_id, id, user_id, valid_from, ${profileColumns}, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        [organizationId, newId(), user.id, at, ...profileValues(user), at],
      );
    },
    closeProfile: async (userId: string, at: Date): Promise<void> => {
      await connection.prepared(
        'UPDATE user_profile_versions SET valid_to = ? WHERE organization_id = ? AND user_id = ? AND is_open = 1',
        [at, organizationId, userId],
      );
    },
    /** Begins versions of these people that differ from their open ones in having no manager. */
    leaveManager: async (newId: NewId, userIds: readonly string[], at: Date): Promise<void> => {
      const { rows } = await connection.run(
        `SELECT user_id, ${profileColumns} FROM user_profile_versions WHERE organization_id = ? AND user_id IN (?) AND is_open = 1`,
        [organizationId, userIds],
      );
      await connection.run(
        'UPDATE user_profile_versions SET valid_to = ? WHERE organization_id = ? AND user_id IN (?) AND is_open = 1',
        [at, organizationId, userIds],
      );
      await connection.insertMany(
        `INSERT INTO user_profile_versions (organization_id, id, user_id, valid_from, ${profileColumns}, created_at) VALUES ?`,
        rows.map((row) => [organizationId, newId(), row['user_id'] as string, at, ...withoutManager(row), at]),
      );
    },
    openState: async (newId: NewId, user: User, cause: StateCause): Promise<void> => {
      await connection.prepared(
        'INSERT INTO user_state_intervals (organization_id, id, user_id, state, started_at, cause, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
        [organizationId, newId(), user.id, user.accountState, user.stateSince, cause, user.stateSince],
      );
    },
    closeState: async (userId: string, at: Date): Promise<void> => {
      await connection.prepared(
        'UPDATE user_state_intervals SET ended_at = ? WHERE organization_id = ? AND user_id = ? AND is_open = 1',
        [at, organizationId, userId],
      );
    },
  };
}

function withoutManager(row: Row): Value[] {
  return profileColumns.split(', ').map((name) => (name === 'manager_user_id' ? null : (row[name] as Value)));
}

/** Whether a change is one that profile versions record. */
export function changesProfile(before: User, after: User): boolean {
  const old = profileValues(before);
  return profileValues(after).some((value, index) => value !== old[index]);
}

function profileValues(user: User): Value[] {
  const { profile } = user;
  return [
    profile.userName,
    user.email,
    profile.displayName,
    profile.department,
    profile.costCenter,
    user.country,
    profile.title,
    user.managerUserId,
    profile.locale,
    profile.timeZone,
  ];
}
