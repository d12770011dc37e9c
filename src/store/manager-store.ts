// Links between people and managers who are gone: one organization. Called by service/manager-step and service/manager-link.
import type { Connection, Row } from './connection';

const live = `u.organization_id = ? AND u.account_state <> 'removed'`;

/** Named, since many people without a manager make the optimizer read all rows, and lock them, instead. */
const byManager = 'FORCE INDEX (users_manager_user_id_fk)';

/** The store of such links. */
export function createManagerStore({ organizationId, run }: Connection) {
  return {
    /** People whose manager is this user, their rows locked in the order of ids; `limit` at most. */
    lockReports: async (managerId: string, limit: number): Promise<string[]> => {
      const { rows } = await run(
        `SELECT u.id FROM users u ${byManager} WHERE ${live} AND u.manager_user_id = ? ORDER BY u.id LIMIT ? FOR UPDATE`,
        [organizationId, managerId, limit],
      );
      return idsOf(rows);
    },
    /** Takes the manager from these people; what the directory said of it stays. */
    unlink: async (managerId: string, reports: readonly string[]): Promise<void> => {
      await run(
        'UPDATE users SET manager_user_id = NULL WHERE organization_id = ? AND manager_user_id = ? AND id IN (?)',
        [organizationId, managerId, reports],
      );
    },
    /** Users removed after an instant to whom people are still linked; `limit` at most. */
    listGone: async (since: Date, limit: number): Promise<string[]> => {
      const { rows } = await run(
        `SELECT STRAIGHT_JOIN DISTINCT i.user_id AS id FROM user_state_intervals i
         JOIN users u ${byManager} ON u.organization_id = i.organization_id AND u.manager_user_id = i.user_id
         WHERE i.organization_id = ? AND i.state = 'removed' AND i.started_at > ? AND u.account_state <> 'removed' LIMIT ?`,
        [organizationId, since, limit],
      );
      return idsOf(rows);
    },
  };
}

function idsOf(rows: readonly Row[]): string[] {
  return rows.map((row) => row['id'] as string);
}
