// When reports are due: run keys by nominal local time, each once, across clock changes and short months.
import * as fc from 'fast-check';
import {
  dueRunOf,
  isDueOn,
  nextRuns,
  runsBetween,
  toCalendars,
  type Cadence,
  type Timetable,
} from '../../src/domain/report-calendar';

const everyMonth = Array.from({ length: 12 }, (_, index) => index + 1);

function aTimetable(cadence: Partial<Cadence>, timeZone: string, limits: Partial<Timetable> = {}): Timetable {
  const all = { minutes: [0], hours: [8], months: everyMonth, daysOfMonth: null, weekdays: null, ...cadence };
  return { cadence: all, timeZone, weekdaysOnly: false, startsOn: null, endsOn: null, ...limits };
}

const at = (hour: number, minute: number): Partial<Cadence> => ({ hours: [hour], minutes: [minute] });
const text = ({ runKey, at: instant }: { runKey: string; at: Date }) => `${runKey} = ${instant.toISOString()}`;

describe('runsBetween', () => {
  it.each([
    ['02:30 that Paris skips', at(2, 30), 'Europe/Paris', '2027-03-28', '2027-03-28T02:30 = 2027-03-28T01:00:00.000Z'],
    [
      '01:30 in Paris in spring',
      at(1, 30),
      'Europe/Paris',
      '2027-03-28',
      '2027-03-28T01:30 = 2027-03-28T00:30:00.000Z',
    ],
    [
      '02:30 that Berlin has twice',
      at(2, 30),
      'Europe/Berlin',
      '2027-10-31',
      '2027-10-31T02:30 = 2027-10-31T00:30:00.000Z',
    ],
    [
      '02:30 that New York skips',
      at(2, 30),
      'America/New_York',
      '2027-03-14',
      '2027-03-14T02:30 = 2027-03-14T07:00:00.000Z',
    ],
    [
      '01:30 that New York has twice',
      at(1, 30),
      'America/New_York',
      '2027-11-07',
      '2027-11-07T01:30 = 2027-11-07T05:30:00.000Z',
    ],
    [
      '02:15 that Lord Howe skips',
      at(2, 15),
      'Australia/Lord_Howe',
      '2027-10-03',
      '2027-10-03T02:15 = 2027-10-02T15:30:00.000Z',
    ],
    [
      '01:45 that Lord Howe has twice',
      at(1, 45),
      'Australia/Lord_Howe',
      '2027-04-04',
      '2027-04-04T01:45 = 2027-04-03T14:45:00.000Z',
    ],
    [
      'midnight that Cairo skips',
      at(0, 0),
      'Africa/Cairo',
      '2027-04-30',
      '2027-04-30T00:00 = 2027-04-29T22:00:00.000Z',
    ],
    [
      'midnight that Santiago skips',
      at(0, 0),
      'America/Santiago',
      '2027-09-05',
      '2027-09-05T00:00 = 2027-09-05T04:00:00.000Z',
    ],
    [
      'midnight that Havana has twice',
      at(0, 0),
      'America/Havana',
      '2027-11-07',
      '2027-11-07T00:00 = 2027-11-07T04:00:00.000Z',
    ],
    ['a day in Kolkata', at(2, 30), 'Asia/Kolkata', '2027-03-28', '2027-03-28T02:30 = 2027-03-27T21:00:00.000Z'],
    ['a day in Sao Paulo', at(0, 0), 'America/Sao_Paulo', '2027-10-17', '2027-10-17T00:00 = 2027-10-17T03:00:00.000Z'],
  ])('has %s exactly once', (_, cadence, zone, day, expected) => {
    const noon = Date.parse(`${day}T12:00:00Z`);
    const runs = runsBetween(
      aTimetable(cadence, zone),
      new Date(noon - 36 * 3_600_000),
      new Date(noon + 36 * 3_600_000),
    );

    expect(runs.filter(({ runKey }) => runKey.startsWith(day)).map(text)).toEqual([expected]);
  });

  it('gives one run per day and ascending instants, whatever the zone and span', () => {
    const zones = ['Europe/Berlin', 'America/Havana', 'Africa/Cairo', 'Australia/Lord_Howe', 'Asia/Kolkata'];
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.integer({ min: 0, max: 23 }),
        fc.integer({ min: 0, max: 59 }),
        fc.integer({ min: 0, max: 700 }),
        (zone, hour, minute, offset) => {
          const from = new Date(Date.UTC(2026, 0, 1) + offset * 86_400_000);
          const runs = runsBetween(
            aTimetable(at(hour, minute), zone),
            from,
            new Date(from.getTime() + 30 * 86_400_000),
          );
          const days = runs.map(({ runKey }) => runKey.slice(0, 10));
          expect(new Set(days).size).toBe(days.length);
          expect(runs.length).toBeGreaterThanOrEqual(29);
          expect(runs.length).toBeLessThanOrEqual(31);
          expect(runs.map((run) => run.at.getTime())).toEqual(
            runs.map((run) => run.at.getTime()).toSorted((a, b) => a - b),
          );
        },
      ),
      { numRuns: 60 },
    );
  });

  it('takes the start of its span and leaves out the end', () => {
    const daily = aTimetable(at(8, 0), 'UTC');
    const from = new Date('2027-01-01T08:00:00Z');

    expect(runsBetween(daily, from, new Date('2027-01-02T08:00:00Z')).map((run) => run.runKey)).toEqual([
      '2027-01-01T08:00',
    ]);
  });
});

const days = (timetable: Timetable, after: string, count: number) =>
  nextRuns(timetable, new Date(after), count).map(({ runKey }) => runKey.slice(5, 10));

describe('nextRuns', () => {
  it('lists the next five of a weekly report through the spring change', () => {
    const mondays = aTimetable({ weekdays: [1] }, 'Europe/Berlin');

    expect(nextRuns(mondays, new Date('2027-03-15T07:00:00Z'), 3).map(text)).toEqual([
      '2027-03-22T08:00 = 2027-03-22T07:00:00.000Z',
      '2027-03-29T08:00 = 2027-03-29T06:00:00.000Z',
      '2027-04-05T08:00 = 2027-04-05T06:00:00.000Z',
    ]);
  });

  it('runs a day that the month does not have on its last day, once', () => {
    const monthEnd = aTimetable({ daysOfMonth: [29, 30, 31] }, 'UTC');

    expect(days(aTimetable({ daysOfMonth: [31] }, 'UTC'), '2027-01-31T09:00:00Z', 3)).toEqual([
      '02-28',
      '03-31',
      '04-30',
    ]);
    expect(days(monthEnd, '2027-01-31T09:00:00Z', 4)).toEqual(['02-28', '03-29', '03-30', '03-31']);
    expect(days(aTimetable({ daysOfMonth: [1, 31] }, 'UTC'), '2027-01-31T09:00:00Z', 2)).toEqual(['02-01', '03-01']);
  });

  it('means either where day of month and weekday are both given', () => {
    const either = aTimetable({ daysOfMonth: [1], weekdays: [1] }, 'UTC');

    expect(nextRuns(either, new Date('2027-03-26T00:00:00Z'), 3).map(({ runKey }) => runKey.slice(0, 10))).toEqual([
      '2027-03-29',
      '2027-04-01',
      '2027-04-05',
    ]);
  });

  it('keeps to weekdays, start and end', () => {
    const limits = { weekdaysOnly: true, startsOn: '2027-03-05', endsOn: '2027-03-09' };

    expect(
      nextRuns(aTimetable({}, 'UTC', limits), new Date('2027-01-01T00:00:00Z'), 9).map((run) => run.runKey),
    ).toEqual(['2027-03-05T08:00', '2027-03-08T08:00', '2027-03-09T08:00']);
  });

  it('ends when no such day comes', () => {
    expect(
      nextRuns(
        aTimetable({ months: [2], daysOfMonth: [1], weekdays: [] }, 'UTC', { endsOn: '2026-01-01' }),
        new Date('2027-01-01T00:00:00Z'),
        1,
      ),
    ).toEqual([]);
  });
});

describe('a single run', () => {
  const monthEnd = aTimetable({ daysOfMonth: [31] }, 'UTC');

  it('is known by its key alone', () => {
    expect(dueRunOf(monthEnd, '2027-02-28T08:00')?.at.toISOString()).toBe('2027-02-28T08:00:00.000Z');
    expect(dueRunOf(monthEnd, '2027-02-27T08:00')).toBeUndefined();
    expect(dueRunOf(monthEnd, '2027-02-28T08:01')).toBeUndefined();
    expect(dueRunOf(monthEnd, 'manual-x')).toBeUndefined();
  });

  it('is not due on the days that only the Schedule fires on', () => {
    expect([28, 29, 30, 31].filter((day) => isDueOn(monthEnd, `2027-03-${day}`))).toEqual([31]);
  });
});

describe('toCalendars', () => {
  it('splits day of month and weekday into two calendars, since a calendar means both', () => {
    const { cadence } = aTimetable({ daysOfMonth: [1, 15], weekdays: [1] }, 'UTC');

    expect(toCalendars(cadence).map(({ dayOfMonth, dayOfWeek }) => [dayOfMonth, dayOfWeek])).toEqual([
      [[1, 15], null],
      [null, [1]],
    ]);
  });

  it('widens a month end to every day it can fall on', () => {
    expect(toCalendars(aTimetable({ daysOfMonth: [31] }, 'UTC').cadence)[0]?.dayOfMonth).toEqual([28, 29, 30, 31]);
  });
});
