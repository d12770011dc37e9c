// Instants and days of a report's cells: as numbers, as ISO text, as a workbook's day numbers in the report's zone.
// Called by cell.ts and xlsx-row.ts for each dated cell, so nothing here makes a Date per cell.
import { AppError } from '../errors';

/** Milliseconds since 1970 of a UTC instant; digits past the millisecond are dropped. @throws bug for other text */
export function instantMs(instant: Date | string): number {
  const ms = typeof instant === 'string' ? textMs(instant) : instant.getTime();
  if (Number.isNaN(ms)) throw new AppError('bug', { reason: 'a datetime cell holds no instant' });
  return ms;
}

/** `YYYY-MM-DDTHH:MM:SS.sssZ` of a UTC instant. @throws bug for text that is no instant */
export function instantIso(instant: Date | string): string {
  const ms = instantMs(instant);
  if (typeof instant !== 'string') return new Date(ms).toISOString();
  const fraction = instant.length > 20 ? instant.slice(20, 23) : '';
  return `${instant.slice(0, 10)}T${instant.slice(11, 19)}.${fraction.padEnd(3, '0')}Z`;
}

/** Local time minus UTC of a zone, in ms. */
export type ZoneOffset = (instantMs: number) => number;

const dayMs = 86_400_000;
const quarterMs = 900_000;
const keptSpans = 20_000;

/**
 * Offsets of a zone, kept per UTC day; a day with a clock change is kept per quarter of an hour, where changes lie.
 * @param zone IANA name; an unknown one is a RangeError of Intl
 */
export function createZoneOffset(zone: string): ZoneOffset {
  const offsetAt = createOffsetAt(zone);
  const quarterOffset = keepBySpan(quarterMs, offsetAt);
  const dayOffset = keepBySpan(dayMs, (day) => {
    const first = offsetAt(day);
    return first === offsetAt(day + dayMs) ? first : undefined;
  });
  return (at) => dayOffset(at) ?? quarterOffset(at) ?? 0;
}

/** Remembers what `of` says for the start of each span, for a bounded number of spans. */
function keepBySpan(spanMs: number, of: (startMs: number) => number | undefined): (at: number) => number | undefined {
  const kept = new Map<number, number | undefined>();
  return (at) => {
    const span = Math.floor(at / spanMs);
    const known = kept.get(span);
    if (known !== undefined || kept.has(span)) return known;
    if (kept.size >= keptSpans) kept.clear();
    const found = of(span * spanMs);
    kept.set(span, found);
    return found;
  };
}

function createOffsetAt(zone: string): ZoneOffset {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  return (at) => {
    const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
    const get = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
    const local = Date.UTC(get('year'), get('month') - 1, get('day'), get('hour'), get('minute'), get('second'));
    return local - Math.floor(at / 1000) * 1000;
  };
}

/** Day number of the first day that every spreadsheet counts alike: 1 March 1900. Source: ECMA-376 18.17.4. */
export const firstSerial = 61;

/** A workbook's day number (1900 system) of local milliseconds, to a tenth of a millisecond. */
export function toSerial(localMs: number): number {
  return Math.round((localMs / dayMs + 25_569) * 1e9) / 1e9;
}

function textMs(text: string): number {
  if (text.length < 19) return Number.NaN;
  return Date.UTC(
    digits(text, 0, 4),
    digits(text, 5, 7) - 1,
    digits(text, 8, 10),
    digits(text, 11, 13),
    digits(text, 14, 16),
    digits(text, 17, 19),
    text.length > 20 ? digits(text.slice(20, 23).padEnd(3, '0'), 0, 3) : 0,
  );
}

function digits(text: string, from: number, until: number): number {
  let value = 0;
  for (let index = from; index < until; index += 1) {
    const digit = text.charCodeAt(index) - 48;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}
