// Instants as text with microseconds, because a Date holds milliseconds and the edges of windows are decided to the
// microsecond. Fixed width and UTC, so texts compare like the instants. Called by ingestion, adoption and the API.

/** An instant in UTC, `YYYY-MM-DD HH:MM:SS.ffffff`, as the database takes it. */
export type InstantText = string;

const form = /^(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?(?:[Zz]|([+-])(\d\d):(\d\d))$/;

/** A Date as text. */
export function instantText(at: Date): InstantText {
  return at.toISOString().replace('T', ' ').replace('Z', '000');
}

/**
 * An instant as RFC 3339 has it, offset required, up to microseconds; undefined when it is none.
 * @example parseInstant('2026-03-31T22:00:00.5+02:00') // '2026-03-31 20:00:00.500000'
 */
export function parseInstant(text: string): InstantText | undefined {
  const [, day, time, fraction = '', sign, hours = '0', minutes = '0'] = form.exec(text) ?? [];
  if (day === undefined || time === undefined || Number(hours) > 23 || Number(minutes) > 59) return undefined;
  const local = new Date(`${day}T${time}Z`);
  // Date takes 30 February and 24:00 as the day after.
  if (Number.isNaN(local.getTime()) || local.toISOString().slice(0, 19) !== `${day}T${time}`) return undefined;
  const offsetMs = (Number(hours) * 60 + Number(minutes)) * 60_000 * (sign === '-' ? -1 : 1);
  const whole = new Date(local.getTime() - offsetMs).toISOString();
  return /^\d{4}-/.test(whole) ? `${whole.slice(0, 19).replace('T', ' ')}.${fraction.padEnd(6, '0')}` : undefined;
}

/** The instant as RFC 3339 in UTC; microseconds only where there are some. */
export function instantIso(at: InstantText): string {
  return `${at.slice(0, 10)}T${at.slice(11, at.endsWith('000') ? -3 : undefined)}Z`;
}

/** The instant as a Date, cut to milliseconds. */
export function instantDate(at: InstantText): Date {
  return new Date(`${at.slice(0, 10)}T${at.slice(11, 23)}Z`);
}

/** That many whole seconds later, or earlier when negative. */
export function addSeconds(at: InstantText, seconds: number): InstantText {
  const moved = new Date(instantDate(at).getTime() + seconds * 1000);
  return `${moved.toISOString().slice(0, 23).replace('T', ' ')}${at.slice(23)}`;
}

/** The UTC day, YYYY-MM-DD. */
export function utcDay(at: InstantText): string {
  return at.slice(0, 10);
}

/** The earlier of two; null stands for never. */
export function earlier(one: InstantText | null, other: InstantText | null): InstantText | null {
  if (one === null || other === null) return one ?? other;
  return one <= other ? one : other;
}

/** The later of two; null stands for not yet. */
export function later(one: InstantText | null, other: InstantText | null): InstantText | null {
  if (one === null || other === null) return one ?? other;
  return one >= other ? one : other;
}
