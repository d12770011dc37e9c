// Local time as whole facts: zones, local minutes, local days, across both clock changes. Called by report-calendar,
// by the services of snapshots and reports; the same rules decide what Temporal's schedules are compared with.
import { IANAZone } from 'luxon';

const minuteMs = 60_000;
const dayMs = 86_400_000;

/** A minute on a wall clock, `YYYY-MM-DDTHH:MM`, without a zone. */
export type LocalMinute = string;

/** A calendar day, `YYYY-MM-DD`. */
export type LocalDay = string;

/**
 * The name of an IANA zone as Temporal's server spells it, or undefined when there is no such zone. The server reads
 * zones by file name, so case matters there; offsets such as `+02:00` are no zones.
 */
export function zoneName(text: string): string | undefined {
  if (!/^[A-Za-z][A-Za-z0-9_+-]*(?:\/[A-Za-z0-9_+-]+){0,2}$/.test(text) || !IANAZone.isValidZone(text))
    return undefined;
  const known = new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone;
  if (known.toLowerCase() === text.toLowerCase()) return known;
  return /^[A-Z][^/]*(?:\/[A-Z][^/]*)*$/.test(text) ? text : undefined;
}

/** The wall clock of a zone at an instant, cut to the minute. */
export function localMinute(at: Date, zone: string): LocalMinute {
  return new Date(at.getTime() + offsetMs(zone, at.getTime())).toISOString().slice(0, 16);
}

/** The local day of an instant. */
export function localDay(at: Date, zone: string): LocalDay {
  return localMinute(at, zone).slice(0, 10);
}

/**
 * The instant of a wall clock time: its first occurrence where the clock shows it twice, the next valid instant where
 * the clock skips it.
 */
export function instantOf(minute: LocalMinute, zone: string): Date {
  const wallMs = Date.parse(`${minute}:00Z`);
  const before = offsetMs(zone, wallMs - dayMs);
  const after = offsetMs(zone, wallMs + dayMs);
  const candidates = [wallMs - before, wallMs - after].filter((ms) => ms + offsetMs(zone, ms) === wallMs);
  if (candidates.length > 0) return new Date(Math.min(...candidates));
  return new Date(changeBetween(zone, wallMs - after, wallMs - before));
}

/** The first valid instant after a local day; a day the zone skips ends when it would have begun. */
export function endOfDay(day: LocalDay, zone: string): Date {
  return instantOf(`${addDays(day, 1)}T00:00`, zone);
}

/** A day that many days later (or earlier). */
export function addDays(day: LocalDay, days: number): LocalDay {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * dayMs).toISOString().slice(0, 10);
}

/** 0 = Sunday to 6 = Saturday. */
export function weekdayOf(day: LocalDay): number {
  return new Date(`${day}T00:00:00Z`).getUTCDay();
}

/** The number of days in the month of a day. */
export function daysInMonth(day: LocalDay): number {
  const [year, month] = day.split('-').map(Number) as [number, number];
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

/** The days from `first` on that have ended at an instant, oldest first. */
export function completeDays(first: LocalDay, until: Date, zone: string): LocalDay[] {
  const days: LocalDay[] = [];
  for (let day = first; endOfDay(day, zone) <= until; day = addDays(day, 1)) days.push(day);
  return days;
}

function offsetMs(zone: string, ms: number): number {
  return Math.round(IANAZone.create(zone).offset(ms) * minuteMs);
}

/** The first instant of a span, to the second, at which the offset of its end holds. */
function changeBetween(zone: string, fromMs: number, untilMs: number): number {
  const offset = offsetMs(zone, untilMs);
  let early = fromMs;
  let late = untilMs;
  while (late - early > 1000) {
    const middle = early + Math.floor((late - early) / 2000) * 1000;
    if (offsetMs(zone, middle) === offset) late = middle;
    else early = middle;
  }
  return late;
}
