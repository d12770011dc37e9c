// The counts of local days, one row per version; the highest version of a day is the valid one.
// Called by service/snapshots alone.
import type { Connection, Row } from './connection';

/** The counts of a row by column, in the order of the wire; NULL columns are left out of segments only. */
export const countColumns = [
  'people',
  'total_license',
  'assigned_license',
  'unassigned_license',
  'activated_license',
  'activation_pending',
  'onboarded_users',
  'app_setup_pending',
  'using_enpass',
  'usage_pending',
  'added_items',
  'connected_browser_extension',
  'connected_browser_extension_pending',
  'using_autofill',
  'using_autofill_pending',
  'total_users',
  'active_users',
  'inactive_users',
  'over_assigned_license',
  'waitlisted',
  'never_used',
  'inactive_30_60',
  'inactive_60_90',
  'inactive_90_plus',
] as const;

/** Every count of a day by its column. */
export type CountRow = Readonly<Record<(typeof countColumns)[number], number>>;

/** One version of one day, over the whole organization. */
export interface Snapshot {
  readonly dayOn: string;
  readonly version: number;
  readonly asOf: Date;
  readonly knownAt: Date;
  readonly definitionsVersion: number;
  readonly computedBy: 'schedule' | 'rebuild';
  readonly counts: CountRow;
}

const columns = `day_on, version, as_of, known_at, definitions_version, computed_by, ${countColumns.join(', ')}`;
const whole = `organization_id = ? AND segment_kind = 'all' AND segment_key = ''`;

/** Snapshots of one organization, segment `all`. */
export function createSnapshotStore(connection: Connection) {
  const { organizationId, prepared, run } = connection;
  const one = async (where: string, values: readonly string[], suffix = ''): Promise<Snapshot | undefined> => {
    const { rows } = await prepared(
      `SELECT ${columns} FROM adoption_snapshots WHERE ${whole} AND ${where} LIMIT 1${suffix}`,
      [organizationId, ...values],
    );
    return rows[0] && toSnapshot(rows[0]);
  };
  return {
    /** The valid version of a day. */
    find: (dayOn: string) => one('day_on = ? ORDER BY version DESC', [dayOn]),
    /** The same, locked: the next version of the day is decided under this lock. */
    lock: (dayOn: string) => one('day_on = ? ORDER BY version DESC', [dayOn], ' FOR UPDATE'),
    /** The valid version of the newest day. */
    findNewest: () => one('1 = 1 ORDER BY day_on DESC, version DESC', []),
    /** The days of `[first, last]` that have a row. */
    listDays: async (first: string, last: string): Promise<string[]> => {
      const { rows } = await prepared(
        `SELECT DISTINCT day_on FROM adoption_snapshots WHERE ${whole} AND day_on BETWEEN ? AND ? ORDER BY day_on`,
        [organizationId, first, last],
      );
      return rows.map((row) => row['day_on'] as string);
    },
    /** Adds a version; a version that another process wrote meanwhile stays as it is. Answers whether it was added. */
    add: async (id: string, it: Snapshot, createdAt: Date): Promise<boolean> => {
      const names = ['organization_id', 'id', 'segment_kind', 'segment_key', 'created_at', ...columns.split(', ')];
      const values = [organizationId, id, 'all', '', createdAt, it.dayOn, it.version, it.asOf, it.knownAt];
      const counts = countColumns.map((name) => it.counts[name]);
      await run(
        `INSERT INTO adoption_snapshots (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})
         ON DUPLICATE KEY UPDATE version = VALUES(version)`,
        [...values, it.definitionsVersion, it.computedBy, ...counts],
      );
      const { rows } = await run('SELECT 1 AS one FROM adoption_snapshots WHERE organization_id = ? AND id = ?', [
        organizationId,
        id,
      ]);
      return rows.length > 0;
    },
  };
}

function toSnapshot(row: Row): Snapshot {
  return {
    dayOn: row['day_on'] as string,
    version: row['version'] as number,
    asOf: row['as_of'] as Date,
    knownAt: row['known_at'] as Date,
    definitionsVersion: row['definitions_version'] as number,
    computedBy: row['computed_by'] as Snapshot['computedBy'],
    counts: Object.fromEntries(countColumns.map((name) => [name, Number(row[name])])) as CountRow,
  };
}
