// Reads a 5-field cron line as a cadence. Called by service/report-schedules when a schedule is made or read back.
import { CronExpressionParser } from 'cron-parser';
import { AppError } from '../errors';
import type { Cadence } from '../domain/report-calendar';

const word = String.raw`(?:\*|[0-9A-Za-z]+(?:-[0-9A-Za-z]+)?)(?:\/[0-9]+)?`;
const field = `${word}(?:,${word})*`;
const fiveFields = new RegExp(`^${field}(?: ${field}){4}$`);
const namesOf = {
  month: 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' '),
  weekday: 'sun mon tue wed thu fri sat'.split(' '),
};

/**
 * The cadence of a cron line: minute, hour, day of month, month, weekday (0 or 7 = Sunday); lists, ranges, steps, names.
 * @throws AppError `input.invalid` for anything else (`@daily`, seconds, L, W, #, H)
 * @example parseCron('0 8 * * 1') // Mondays at 08:00
 */
export function parseCron(line: string): Cadence {
  const cron = line.trim().replaceAll(/[ \t]+/g, ' ');
  if (cron.length > 200 || !fiveFields.test(cron) || !hasKnownNames(cron)) throw refused(line);
  const fields = fieldsOf(cron, line);
  const [, , days, , weekdays] = cron.split(' ');
  return {
    minutes: numbers(fields.minute.values),
    hours: numbers(fields.hour.values),
    months: numbers(fields.month.values),
    daysOfMonth: days === '*' ? null : numbers(fields.dayOfMonth.values),
    weekdays: weekdays === '*' ? null : numbers(fields.dayOfWeek.values).filter((day) => day < 7),
  };
}

function fieldsOf(cron: string, line: string) {
  try {
    return CronExpressionParser.parse(cron).fields;
  } catch (error) {
    throw refused(line, error);
  }
}

/** Names only where a calendar has them: cron-parser takes L and H as letters of its own. */
function hasKnownNames(cron: string): boolean {
  const allowed = [[], [], [], namesOf.month, namesOf.weekday];
  return cron.split(' ').every((part, index) => {
    const names = part.toLowerCase().match(/[a-z]+/g) ?? [];
    return names.every((name) => allowed[index]?.includes(name));
  });
}

/** As numbers only: cron-parser's type has room for "L", which never gets here. */
function numbers(values: readonly (number | string)[]): number[] {
  return [...new Set(values.map(Number))].toSorted((a, b) => a - b);
}

function refused(line: string, cause?: unknown): AppError {
  const reason = `"${line.slice(0, 60)}" is no cron line of five fields, such as "0 8 * * 1" (Mondays at 08:00).`;
  return new AppError('input.invalid', { reason }, { cause });
}
