// When a report is due: a cadence's nominal local times, their run keys and instants, and the calendars of its Schedule.
// Pure; called by service/report-schedules (expected runs, next five) and by service/report-runs (is this the day?).
import { addDays, daysInMonth, instantOf, localDay, weekdayOf, type LocalDay, type LocalMinute } from './zone-calendar';

/** A cadence as sets of numbers; null = every day. Days of month and weekdays together mean either. */
export interface Cadence {
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  /** 1 to 12. */
  readonly months: readonly number[];
  /** 1 to 31; a list that holds nothing below 29 means the last day in a shorter month. */
  readonly daysOfMonth: readonly number[] | null;
  /** 0 = Sunday to 6. */
  readonly weekdays: readonly number[] | null;
}

/** What narrows a cadence. Both days are inclusive. */
export interface DayLimits {
  readonly weekdaysOnly: boolean;
  readonly startsOn: LocalDay | null;
  readonly endsOn: LocalDay | null;
}

/** A cadence in its zone. */
export interface Timetable extends DayLimits {
  readonly cadence: Cadence;
  /** IANA zone. */
  readonly timeZone: string;
}

/** One due run. The key is the nominal local time; `at` is the instant it is true for. */
export interface DueRun {
  readonly runKey: LocalMinute;
  readonly at: Date;
}

/** One calendar of a Temporal Schedule; a time matches when all of its fields do. */
export interface ScheduleCalendar {
  readonly minute: readonly number[];
  readonly hour: readonly number[];
  readonly month: readonly number[];
  readonly dayOfMonth: readonly number[] | null;
  readonly dayOfWeek: readonly number[] | null;
}

/** Runs whose instant lies in `[from, until)`, oldest first; each nominal local time once. */
export function runsBetween(timetable: Timetable, from: Date, until: Date): DueRun[] {
  const { timeZone } = timetable;
  const last = addDays(localDay(until, timeZone), 1);
  const runs: DueRun[] = [];
  for (let day = addDays(localDay(from, timeZone), -1); day <= last; day = addDays(day, 1)) {
    runs.push(...runsOn(timetable, day).filter(({ at }) => at >= from && at < until));
  }
  return runs;
}

/** The next runs after an instant; fewer when the timetable ends, or when nothing is due in eight years. */
export function nextRuns(timetable: Timetable, after: Date, count: number): DueRun[] {
  const first = addDays(localDay(after, timetable.timeZone), -1);
  const runs: DueRun[] = [];
  for (let offset = 0; offset < 8 * 366 + 2 && runs.length < count; offset += 1) {
    runs.push(...runsOn(timetable, addDays(first, offset)).filter(({ at }) => at > after));
  }
  return runs.slice(0, count);
}

/** The run of a nominal local time, or undefined when the timetable does not have it. */
export function dueRunOf(timetable: Timetable, runKey: LocalMinute): DueRun | undefined {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(runKey)) return undefined;
  return runsOn(timetable, runKey.slice(0, 10)).find((run) => run.runKey === runKey);
}

/** Whether the timetable has runs on a local day. */
export function isDueOn(timetable: Timetable, day: LocalDay): boolean {
  const { cadence, weekdaysOnly, startsOn, endsOn } = timetable;
  if (startsOn !== null && day < startsOn) return false;
  if (endsOn !== null && day > endsOn) return false;
  if (weekdaysOnly && [0, 6].includes(weekdayOf(day))) return false;
  if (!cadence.months.includes(Number(day.slice(5, 7)))) return false;
  const inMonth = cadence.daysOfMonth !== null && hasDayOfMonth(cadence.daysOfMonth, day);
  const inWeek = cadence.weekdays !== null && cadence.weekdays.includes(weekdayOf(day));
  return (cadence.daysOfMonth === null && cadence.weekdays === null) || inMonth || inWeek;
}

/**
 * The calendars of the Schedule: one, or two where day of month and weekday are both given, since a calendar's fields
 * must all match. Wider than the timetable in short months and by its limits: openRun leaves out what is not the day.
 */
export function toCalendars(cadence: Cadence): ScheduleCalendar[] {
  const times = { minute: cadence.minutes, hour: cadence.hours, month: cadence.months };
  const { weekdays } = cadence;
  const days = cadence.daysOfMonth;
  const dayOfMonth = days === null ? null : isMonthEnd(days) ? [28, 29, 30, 31] : days;
  if (dayOfMonth === null || weekdays === null) return [{ ...times, dayOfMonth, dayOfWeek: weekdays }];
  return [
    { ...times, dayOfMonth, dayOfWeek: null },
    { ...times, dayOfMonth: null, dayOfWeek: weekdays },
  ];
}

function runsOn(timetable: Timetable, day: LocalDay): DueRun[] {
  if (!isDueOn(timetable, day)) return [];
  const { hours, minutes } = timetable.cadence;
  const keys = hours.flatMap((hour) => minutes.map((minute) => `${day}T${twoDigits(hour)}:${twoDigits(minute)}`));
  return keys.toSorted().map((runKey) => ({ runKey, at: instantOf(runKey, timetable.timeZone) }));
}

function hasDayOfMonth(daysOfMonth: readonly number[], day: LocalDay): boolean {
  const dayNo = Number(day.slice(8));
  if (daysOfMonth.includes(dayNo)) return true;
  const last = daysInMonth(day);
  return isMonthEnd(daysOfMonth) && dayNo === last && daysOfMonth.some((wanted) => wanted > last);
}

function isMonthEnd(daysOfMonth: readonly number[]): boolean {
  return Math.min(...daysOfMonth) > 28;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
