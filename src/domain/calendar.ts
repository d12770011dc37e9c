// When mail may leave: office hours in a zone, spans of time, and the place of one mail inside a window. Pure; called by
// reminder.ts and its policies. Local days of reports are in report-calendar.ts.
import { DateTime, Duration } from 'luxon';

/** Hours in which mail may leave. Half-open. */
export interface MailWindow {
  readonly opensAt: Date;
  readonly closesAt: Date;
}

const office = { opensHour: 9, closesHour: 17, lastWeekday: 5 };

/** The least spread of mails that become due together. */
export const leastSpreadMs = 15 * 60_000;

/** The widest spread: the office day without its last half hour. */
export const widestSpreadMs = (office.closesHour - office.opensHour) * 3_600_000 - 30 * 60_000;

/** The longest span a policy may name. */
const longestSpanMs = 366 * 86_400_000;

/** Weeks, days, hours, minutes and seconds; years and months have no fixed length. Source: ISO 8601-1 5.5.2. */
const spanForm = /^P(?=\d|T\d)(\d+W)?(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+(\.\d{1,3})?S)?)?$/;

/**
 * An ISO 8601 duration in milliseconds, days as 24 hours; undefined when it is none or is longer than 366 days.
 * @example findSpanMs('P3D') === 259200000
 */
export function findSpanMs(text: string): number | undefined {
  const ms = text.length <= 40 && spanForm.test(text) ? Duration.fromISO(text).toMillis() : undefined;
  return ms !== undefined && ms <= longestSpanMs ? ms : undefined;
}

/** An instant moved by a span that was checked when it was stored. */
export function addSpan(at: Date, span: string): Date {
  return new Date(at.getTime() + (findSpanMs(span) ?? 0));
}

/** The office window an instant lies in, else the next one. Monday to Friday, 09:00 to 17:00 on the zone's clock. */
export function windowAt(at: Date, zone: string): MailWindow {
  const local = DateTime.fromJSDate(at, { zone });
  for (let days = 0; ; days += 1) {
    const day = local.startOf('day').plus({ days });
    const closes = day.set({ hour: office.closesHour });
    if (day.weekday > office.lastWeekday || closes.toMillis() <= at.getTime()) continue;
    return { opensAt: day.set({ hour: office.opensHour }).toJSDate(), closesAt: closes.toJSDate() };
  }
}

/** Whether mail may leave at an instant. */
export function isOpen(at: Date, zone: string): boolean {
  return windowAt(at, zone).opensAt <= at;
}

/**
 * Where one mail that is due at `dueAt` leaves: inside the window, `fraction` of the spread after its beginning. What
 * finds less room than the spread before closing moves to the next window, so that a late afternoon is not crowded.
 */
export function placeInWindow(dueAt: Date, zone: string, place: { fraction: number; spreadMs: number }): Date {
  const first = windowAt(dueAt, zone);
  const from = Math.max(dueAt.getTime(), first.opensAt.getTime());
  const hasRoom = first.closesAt.getTime() - from > place.spreadMs;
  const start = hasRoom ? from : windowAt(first.closesAt, zone).opensAt.getTime();
  return new Date(start + Math.floor(place.fraction * place.spreadMs));
}

/** How far mails of one stage are spread: half the mail rate, at least 15 minutes, at most the office day. */
export function spreadMs(pendingUsers: number, mailsPerSecond: number): number {
  const wanted = (pendingUsers / (0.5 * mailsPerSecond)) * 1000;
  return Math.min(Math.max(wanted, leastSpreadMs), widestSpreadMs);
}
