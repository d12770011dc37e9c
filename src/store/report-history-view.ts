// What a batch of people looked like at an earlier instant: the parts of report-rows-view that the current copy of a
// user does not tell. Range reads over the batch, so that their number does not grow with the people.
import type { Connection, Row } from './connection';

/** A profile that was replaced after the instant. */
export interface OldProfile {
  readonly name: string | null;
  readonly email: string | null;
  readonly department: string | null;
  readonly managerId: string | null;
  readonly managerEmail: string | null;
}

/** The past of one batch, by user id; who is not in a map has nothing to say there. */
export interface BatchHistory {
  readonly states: ReadonlyMap<string, string>;
  readonly profiles: ReadonlyMap<string, OldProfile>;
  readonly managerEmails: ReadonlyMap<string, string | null>;
  readonly seats: ReadonlyMap<string, { readonly license: string | null; readonly assignedAt: string | null }>;
  readonly uses: ReadonlyMap<string, { readonly at: string | null; readonly in30d: boolean }>;
  readonly groups: ReadonlyMap<string, readonly string[]>;
  readonly devices: ReadonlyMap<string, number>;
  readonly hubOpen: ReadonlySet<string>;
  readonly reminders: ReadonlyMap<string, { readonly total: number; readonly lastAt: string | null }>;
}

const inRange = 'h.organization_id = ? AND h.user_id BETWEEN ? AND ?';

const seatsSql = `SELECT h.user_id, p.code, CAST(h.assigned_at AS CHAR) AS assigned_at FROM license_assignments h
  LEFT JOIN license_pools p ON p.organization_id = h.organization_id AND p.id = h.pool_id
  WHERE ${inRange} AND h.is_app = 1 AND h.assigned_at <= ? AND h.released_at > ?`;

const profilesSql = `SELECT h.user_id, h.display_name, h.email, h.department, h.manager_user_id, m.email AS manager_email FROM user_profile_versions h
  LEFT JOIN users m ON m.organization_id = h.organization_id AND m.id = h.manager_user_id
  WHERE ${inRange} AND h.valid_from <= ? AND h.valid_to > ?`;

const groupsSql = `SELECT h.user_id, g.display_name FROM directory_group_members h
  JOIN directory_groups g ON g.organization_id = h.organization_id AND g.id = h.group_id
  WHERE ${inRange} AND h.joined_at <= ? AND (h.left_at IS NULL OR h.left_at > ?) AND (g.removed_at IS NULL OR g.removed_at > ?)
  ORDER BY h.user_id, g.display_name, g.id`;

const devicesSql = `SELECT h.user_id, COUNT(*) AS n FROM devices h
  WHERE ${inRange} AND h.registered_at <= ? AND (h.removed_at IS NULL OR h.removed_at > ?) GROUP BY h.user_id`;

const hubSql = `SELECT DISTINCT h.user_id FROM device_hub_intervals h
  JOIN devices d ON d.organization_id = h.organization_id AND d.id = h.device_id
  WHERE ${inRange} AND h.started_at <= ? AND (h.ended_at IS NULL OR h.ended_at > ?) AND (d.removed_at IS NULL OR d.removed_at > ?)`;

const remindersSql = `SELECT h.user_id, COUNT(*) AS n, CAST(MAX(h.sent_at) AS CHAR) AS last_at FROM reminders h
  WHERE ${inRange} AND h.status IN ('sent', 'bounced') AND h.sent_at <= ? AND h.dedupe_key NOT LIKE 'invitation:%' GROUP BY h.user_id`;

const statesSql = `SELECT user_id, state FROM user_state_intervals
  WHERE organization_id = ? AND user_id IN (?) AND started_at <= ? AND ended_at > ?`;

const managersSql = `SELECT user_id, email FROM user_profile_versions
  WHERE organization_id = ? AND user_id IN (?) AND valid_from <= ? AND valid_to > ?`;

/** Newest use up to the instant: whole days by their first and last, the day of the instant by its raw events. */
const usesSql = `SELECT x.user_id, CAST(MAX(x.at) AS CHAR) AS last_at, MAX(x.at) >= CAST(? AS DATETIME(6)) - INTERVAL 30 DAY AS in_30d FROM (
    SELECT user_id, CASE WHEN last_at <= CAST(? AS DATETIME(6)) THEN last_at ELSE first_at END AS at FROM user_activity_days
      WHERE organization_id = ? AND user_id IN (?) AND first_at <= CAST(? AS DATETIME(6))
    UNION ALL SELECT user_id, occurred_at FROM activity_events
      WHERE organization_id = ? AND user_id IN (?) AND occurred_at BETWEEN CAST(? AS DATETIME(6)) - INTERVAL 1 DAY AND CAST(? AS DATETIME(6))
        AND event_type IN ('vault.created', 'item.added', 'autofill.used', 'app.opened', 'app.unlocked')
  ) x GROUP BY x.user_id`;

/** Reads the history behind batches, all as of one instant (UTC text). */
export function createHistory({ organizationId: own, run }: Connection, asOf: string) {
  const read = async (sql: string, values: Parameters<typeof run>[1]): Promise<readonly Row[]> =>
    (await run(sql, values)).rows;
  return {
    /** The past of a batch, whose rows lie in the order of their ids. */
    of: async (rows: readonly Row[]): Promise<BatchHistory> => {
      const range = [own, rows[0]?.['id'] as string, rows.at(-1)?.['id'] as string];
      const later = idsWhere(rows, (row) => !row['state_holds']);
      const used = idsWhere(rows, (row) => Boolean(row['used_later']));
      const states = later.length === 0 ? [] : await read(statesSql, [own, later, asOf, asOf]);
      const seats = await read(seatsSql, [...range, asOf, asOf]);
      const profiles = await read(profilesSql, [...range, asOf, asOf]);
      const managers = managersOf(rows, profiles);
      const managerRows = managers.length === 0 ? [] : await read(managersSql, [own, managers, asOf, asOf]);
      const usesValues = [asOf, asOf, own, used, asOf, own, used, asOf, asOf];
      return {
        states: byUser(states, (row) => row['state'] as string),
        profiles: byUser(profiles, toProfile),
        managerEmails: byUser(managerRows, (row) => row['email'] as string | null),
        seats: byUser(seats, (row) => ({
          license: row['code'] as string | null,
          assignedAt: row['assigned_at'] as string | null,
        })),
        uses: byUser(used.length === 0 ? [] : await read(usesSql, usesValues), (row) => ({
          at: row['last_at'] as string | null,
          in30d: Boolean(row['in_30d']),
        })),
        groups: grouped(await read(groupsSql, [...range, asOf, asOf, asOf])),
        devices: byUser(await read(devicesSql, [...range, asOf, asOf]), (row) => Number(row['n'])),
        hubOpen: new Set(byUser(await read(hubSql, [...range, asOf, asOf, asOf]), () => true).keys()),
        reminders: byUser(await read(remindersSql, [...range, asOf]), (row) => ({
          total: Number(row['n']),
          lastAt: row['last_at'] as string | null,
        })),
      };
    },
  };
}

function idsWhere(rows: readonly Row[], holds: (row: Row) => boolean): string[] {
  return rows.filter(holds).map((row) => row['id'] as string);
}

function managersOf(rows: readonly Row[], profiles: readonly Row[]): string[] {
  const ids = [...rows, ...profiles].map((row) => row['manager_user_id'] as string | null);
  return [...new Set(ids.filter((id) => id !== null))];
}

function byUser<T>(rows: readonly Row[], toValue: (row: Row) => T): Map<string, T> {
  return new Map(rows.map((row) => [row['user_id'] as string, toValue(row)]));
}

function toProfile(row: Row): OldProfile {
  return {
    name: row['display_name'] as string | null,
    email: row['email'] as string | null,
    department: row['department'] as string | null,
    managerId: row['manager_user_id'] as string | null,
    managerEmail: row['manager_email'] as string | null,
  };
}

function grouped(rows: readonly Row[]): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const row of rows) {
    const id = row['user_id'] as string;
    const names = groups.get(id);
    if (names) names.push(row['display_name'] as string);
    else groups.set(id, [row['display_name'] as string]);
  }
  return groups;
}
