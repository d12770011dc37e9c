// A stored schedule as a timetable, and what Temporal's Schedule of it must look like. Called by the services of this
// room that ask when a report is due.
import type { ScheduleCalendar, Timetable } from '../domain/report-calendar';
import { toCalendars } from '../domain/report-calendar';
import type { ReportSchedule } from '../store/schedule-store';
import { parseCron } from './report-cron';

/** The timetable of a schedule. */
export function timetableOf(schedule: ReportSchedule): Timetable {
  const { timeZone, weekdaysOnly, startsOn, endsOn } = schedule;
  return { cadence: parseCron(schedule.cron), timeZone, weekdaysOnly, startsOn, endsOn };
}

/** The calendars of a schedule's cron line. */
export function calendarsOf(schedule: ReportSchedule): ScheduleCalendar[] {
  return toCalendars(parseCron(schedule.cron));
}
