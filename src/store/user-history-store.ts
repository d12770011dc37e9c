// The past of a user: profile versions and state intervals, half-open [from, to), one open of each.
import type { User } from '../domain/user';
import type { NewId } from '../ids';
import type { Connection, Value } from './connection';

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
