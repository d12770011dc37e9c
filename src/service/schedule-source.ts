// What Temporal's Schedules have to look like, read from MySQL: one per organization for its snapshot, one per scheduled
// report. Called by temporal/schedules, which makes them so.
import type { Clock } from '../clock';
import type { ScheduleCalendar } from '../domain/report-calendar';
import type { Database } from '../store/database';
import type { Stores } from '../store/stores';
import { calendarsOf } from './report-timetable';

/** A Schedule as it should be. */
export interface DesiredSchedule {
  readonly organizationId: number;
  /** null = the organization's snapshot. */
  readonly reportId: string | null;
  readonly calendars: readonly ScheduleCalendar[];
  /** IANA zone. */
  readonly timeZone: string;
  readonly isPaused: boolean;
  /** Runs missed for longer are not made up by the Schedule. */
  readonly catchUpHours: number;
}

/** Reads what is wanted, and keeps who is changing what. */
export interface ScheduleSource {
  /** The Schedule of a report; undefined = there must be none. */
  findReport(organizationId: number, reportId: string): Promise<DesiredSchedule | undefined>;
  /** The Schedule of an organization's snapshot; undefined = there must be none. */
  findSnapshot(organizationId: number): Promise<DesiredSchedule | undefined>;
  /** All Schedules of one organization. */
  listOf(organizationId: number): Promise<DesiredSchedule[]>;
  /** All Schedules of the installation. */
  listAll(): Promise<DesiredSchedule[]>;
  /** Takes the right to change one Schedule for some seconds; false while another process has it. */
  lease(organizationId: number, scheduleId: string): Promise<boolean>;
  /** Gives it back. `hash` = what the Schedule is now, null = it is gone, undefined = it could not be changed. */
  settle(organizationId: number, scheduleId: string, hash: string | null | undefined): Promise<void>;
}

interface Dependencies {
  readonly database: Database;
  readonly clock: Clock;
}

const leaseMs = 30_000;
const catchUpHours = 168;
const snapshotHours = [0, 4];

/** The wanted Schedules. */
export function createScheduleSource({ database, clock }: Dependencies): ScheduleSource {
  const listOf = (organizationId: number): Promise<DesiredSchedule[]> =>
    database.read(organizationId, async (stores) => {
      const snapshot = await snapshotOf(stores);
      return snapshot ? [snapshot, ...(await reportsOf(stores))] : [];
    });
  return {
    findReport: (organizationId, reportId) =>
      database.read(organizationId, async (stores) =>
        (await reportsOf(stores)).find((schedule) => schedule.reportId === reportId),
      ),
    findSnapshot: (organizationId) => database.read(organizationId, snapshotOf),
    listOf,
    listAll: async () => {
      const organizations = await database.acrossOrganizations((scan) => scan.organizations.list());
      const all: DesiredSchedule[] = [];
      for (const { organizationId } of organizations) all.push(...(await listOf(organizationId)));
      return all;
    },
    lease: (organizationId, scheduleId) => {
      const now = clock.now();
      const until = new Date(now.getTime() + leaseMs);
      return database.read(organizationId, (stores) => stores.schedules.lease(scheduleId, now, until));
    },
    settle: (organizationId, scheduleId, hash) =>
      database.read(organizationId, (stores) => stores.schedules.settle(scheduleId, hash)),
  };
}

/** Midnight, and four in the morning for the nights that have no midnight. */
async function snapshotOf(stores: Stores): Promise<DesiredSchedule | undefined> {
  const { organizationId, timeZone, status } = await stores.organization.get();
  if (status === 'closed') return undefined;
  const months = Array.from({ length: 12 }, (_, index) => index + 1);
  const calendars = [{ minute: [0], hour: snapshotHours, month: months, dayOfMonth: null, dayOfWeek: null }];
  return { organizationId, reportId: null, calendars, timeZone, isPaused: status === 'suspended', catchUpHours };
}

async function reportsOf(stores: Stores): Promise<DesiredSchedule[]> {
  const { organizationId, status } = await stores.organization.get();
  if (status === 'closed') return [];
  const states = new Map((await stores.reports.list()).map(({ id, state }) => [id, state]));
  const schedules = (await stores.schedules.list()).filter(({ reportId }) => states.has(reportId));
  return schedules.map((schedule) => ({
    organizationId,
    reportId: schedule.reportId,
    calendars: calendarsOf(schedule),
    timeZone: schedule.timeZone,
    isPaused: status !== 'active' || schedule.state !== 'active' || states.get(schedule.reportId) !== 'active',
    catchUpHours: schedule.catchUpHours,
  }));
}
