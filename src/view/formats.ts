// How dates, numbers and plurals are written, on pages and in mails alike. Called by view/engine and by view models.
import { AppError } from '../errors';

/** Whose words and zone: a BCP 47 locale and an IANA zone. */
export interface Reader {
  readonly locale: string;
  readonly timeZone: string;
}

/** day: 1 March 2026 · minute: 1 Mar 2026, 07:00 CET · time: 07:00 · iso: 2026-03-01T06:00:00.000Z, for attributes. */
export type DateStyle = 'day' | 'minute' | 'time' | 'iso';

/** Writers with their Intl objects kept: building one costs a thousand times what using it costs. */
export interface Formats {
  /** An instant in the reader's zone. @throws AppError `template.failed` when there is no valid date */
  date(at: Date, reader: Reader, style?: DateStyle): string;
  /** A number with the reader's separators. @throws AppError `template.failed` when there is no finite number */
  number(value: number, locale: string): string;
  /** A count and its word. @example plural(1, 'en', { one: 'user', other: 'users' }) === '1 user' */
  plural(count: number, locale: string, words: { one: string; other: string }): string;
  /** A share of 0 to 1 as whole percent, with a space that does not break. @example percent(0.833, 'en') === '83 %' */
  percent(share: number, locale: string): string;
}

const dateOptions: Record<Exclude<DateStyle, 'iso'>, Intl.DateTimeFormatOptions> = {
  day: { day: 'numeric', month: 'long', year: 'numeric' },
  minute: {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'short',
  },
  time: { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
};

/** Builds the writers; one set for a process is enough. */
export function createFormats(): Formats {
  const dateFormat = remember(
    (locale: string, timeZone: string, style: Exclude<DateStyle, 'iso'>) =>
      new Intl.DateTimeFormat(spoken(locale), { ...dateOptions[style], timeZone }),
  );
  const numberFormat = remember((locale: string) => new Intl.NumberFormat(locale));
  const pluralRules = remember((locale: string) => new Intl.PluralRules(locale));
  const number = (value: number, locale: string) => numberFormat(locale).format(finite(value));
  return {
    date(at, reader, style = 'day') {
      if (!(at instanceof Date) || Number.isNaN(at.getTime())) throw missing('date', at);
      if (style === 'iso') return at.toISOString();
      if (!(style in dateOptions)) throw missing('date style', style);
      return dateFormat(reader.locale, reader.timeZone, style).format(at);
    },
    number,
    plural(count, locale, words) {
      const word = pluralRules(locale).select(finite(count)) === 'one' ? words.one : words.other;
      if (typeof word !== 'string') throw missing('plural word', word);
      return `${number(count, locale)} ${word}`;
    },
    percent: (share, locale) => `${number(Math.round(finite(share) * 100), locale)}\u00a0%`,
  };
}

/** Plain English would put the month first; our English puts the day first. */
function spoken(locale: string): string {
  return locale === 'en' ? 'en-GB' : locale;
}

function remember<Key extends string[], Value>(build: (...key: Key) => Value): (...key: Key) => Value {
  const kept = new Map<string, Value>();
  return (...key) => {
    const name = key.join('\n');
    const known = kept.get(name);
    if (known !== undefined) return known;
    const built = build(...key);
    kept.set(name, built);
    return built;
  };
}

function finite(value: number): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw missing('number', value);
  return value;
}

function missing(what: string, value: unknown): AppError {
  return new AppError('template.failed', { template: '', reason: `no ${what}, but ${typeof value}` });
}
