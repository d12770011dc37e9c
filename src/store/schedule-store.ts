// When reports are due (report_schedules) and what Temporal was last told (temporal_schedules).
// Called by service/report-schedules and service/schedule-source; temporal/schedules knows the types.
import type { Connection, Row } from './connection';
import { jsonOf } from './connection';

/** A report's schedule. */
export interface ReportSchedule {
  readonly id: string;
  readonly reportId: string;
  /** Five fields. */
  readonly cron: string;
  /** IANA zone. */
  readonly timeZone: string;
  readonly weekdaysOnly: boolean;
  readonly startsOn: string | null;
  readonly endsOn: string | null;
  /** Runs missed for longer than this are not made up. */
  readonly catchUpHours: number;
  readonly state: 'active' | 'paused';
  readonly version: number;
  /** Since when this version holds; nothing was due by it before. */
  readonly createdAt: Date;
}

const columns =
  'id, report_id, cadence, time_zone, weekdays_only, starts_on, ends_on, catch_up_hours, state, version, created_at';

/** Schedules of one organization. */
export function createScheduleStore(connection: Connection) {
  return { ...reportSchedules(connection), ...syncedSchedules(connection) };
}

function reportSchedules({ organizationId, prepared }: Connection) {
  return {
    find: async (reportId: string): Promise<ReportSchedule | undefined> => {
      const { rows } = await prepared(
        `SELECT ${columns} FROM report_schedules WHERE organization_id = ? AND report_id = ?`,
        [organizationId, reportId],
      );
      return rows[0] && toSchedule(rows[0]);
    },
    /** The schedules of all reports. */
    list: async (): Promise<ReportSchedule[]> => {
      const { rows } = await prepared(`SELECT ${columns} FROM report_schedules WHERE organization_id = ? ORDER BY id`, [
        organizationId,
      ]);
      return rows.map(toSchedule);
    },
    /** Makes the report's schedule, or replaces it by its next version. */
    save: async (it: Omit<ReportSchedule, 'version'>): Promise<void> => {
      await prepared(
        `INSERT INTO report_schedules (organization_id, id, report_id, cadence, time_zone, weekdays_only, starts_on, ends_on, catch_up_hours, state, version, created_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?)
         ON DUPLICATE KEY UPDATE cadence = VALUES(cadence), time_zone = VALUES(time_zone), weekdays_only = VALUES(weekdays_only), starts_on = VALUES(starts_on),
           ends_on = VALUES(ends_on), catch_up_hours = VALUES(catch_up_hours), state = VALUES(state), version = version + 1, created_at = VALUES(created_at)`,
        [
          organizationId,
          it.id,
          it.reportId,
          JSON.stringify({ cron: it.cron }),
          it.timeZone,
          it.weekdaysOnly,
          it.startsOn,
          it.endsOn,
          it.catchUpHours,
          it.state,
          it.createdAt,
        ],
      );
    },
  };
}

function syncedSchedules({ organizationId, prepared }: Connection) {
  return {
    /** Takes the right to change one Schedule until an instant; false while another process has it. */
    lease: async (scheduleId: string, now: Date, until: Date): Promise<boolean> => {
      await prepared(
        'INSERT INTO temporal_schedules (organization_id, schedule_id) VALUES (?, ?) ON DUPLICATE KEY UPDATE schedule_id = VALUES(schedule_id)',
        [organizationId, scheduleId],
      );
      const { affectedRows } = await prepared(
        'UPDATE temporal_schedules SET lease_until = ? WHERE organization_id = ? AND schedule_id = ? AND (lease_until IS NULL OR lease_until <= ?)',
        [until, organizationId, scheduleId, now],
      );
      return affectedRows === 1;
    },
    /** Gives the right back; `hash` = what the Schedule is now equal to, null = it was deleted, undefined = unchanged. */
    settle: async (scheduleId: string, hash: string | null | undefined): Promise<void> => {
      const key = [organizationId, scheduleId];
      if (hash === null) {
        await prepared('DELETE FROM temporal_schedules WHERE organization_id = ? AND schedule_id = ?', key);
      } else {
        await prepared(
          'UPDATE temporal_schedules SET lease_until = NULL, synced_hash = COALESCE(?, synced_hash) WHERE organization_id = ? AND schedule_id = ?',
          [hash ?? null, ...key],
        );
      }
    },
  };
}

function toSchedule(row: Row): ReportSchedule {
  return {
    id: row['id'] as string,
    reportId: row['report_id'] as string,
    cron: (jsonOf(row['cadence']) as { cron: string }).cron,
    timeZone: row['time_zone'] as string,
    weekdaysOnly: Boolean(row['weekdays_only']),
    startsOn: row['starts_on'] as string | null,
    endsOn: row['ends_on'] as string | null,
    catchUpHours: row['catch_up_hours'] as number,
    state: row['state'] as ReportSchedule['state'],
    version: row['version'] as number,
    createdAt: row['created_at'] as Date,
  };
}
