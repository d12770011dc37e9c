// Local time across clock changes, in the zones that break naive arithmetic.
import * as fc from 'fast-check';
import {
  addDays,
  completeDays,
  endOfDay,
  instantOf,
  localDay,
  localMinute,
  zoneName,
} from '../../src/domain/zone-calendar';

const zones = ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'America/Sao_Paulo', 'Asia/Kolkata', 'UTC'];

describe('instantOf', () => {
  it.each([
    ['a plain time', '2027-06-01T08:00', 'Europe/Berlin', '2027-06-01T06:00:00.000Z'],
    ['02:30 skipped in Paris', '2027-03-28T02:30', 'Europe/Paris', '2027-03-28T01:00:00.000Z'],
    ['02:30 skipped in Berlin', '2027-03-28T02:30', 'Europe/Berlin', '2027-03-28T01:00:00.000Z'],
    ['02:30 twice in Berlin', '2027-10-31T02:30', 'Europe/Berlin', '2027-10-31T00:30:00.000Z'],
    ['02:30 skipped in New York', '2027-03-14T02:30', 'America/New_York', '2027-03-14T07:00:00.000Z'],
    ['01:30 twice in New York', '2027-11-07T01:30', 'America/New_York', '2027-11-07T05:30:00.000Z'],
    [
      '02:15 skipped on Lord Howe, by 30 minutes',
      '2027-10-03T02:15',
      'Australia/Lord_Howe',
      '2027-10-02T15:30:00.000Z',
    ],
    ['01:45 twice on Lord Howe', '2027-04-04T01:45', 'Australia/Lord_Howe', '2027-04-03T14:45:00.000Z'],
    ['midnight missing in Cairo', '2027-04-30T00:00', 'Africa/Cairo', '2027-04-29T22:00:00.000Z'],
    ['midnight missing in Santiago', '2027-09-05T00:00', 'America/Santiago', '2027-09-05T04:00:00.000Z'],
    ['midnight twice in Havana', '2027-11-07T00:00', 'America/Havana', '2027-11-07T04:00:00.000Z'],
    ['no change in Kolkata', '2027-03-28T02:30', 'Asia/Kolkata', '2027-03-27T21:00:00.000Z'],
    ['no change in Sao Paulo', '2027-10-17T00:00', 'America/Sao_Paulo', '2027-10-17T03:00:00.000Z'],
    ['a whole day missing in Apia', '2011-12-30T12:00', 'Pacific/Apia', '2011-12-30T10:00:00.000Z'],
  ])('finds %s', (_, minute, zone, expected) => {
    expect(instantOf(minute, zone).toISOString()).toBe(expected);
  });

  it('reads back what the clock of the zone shows, or a later time where that is skipped', () => {
    fc.assert(
      fc.property(fc.constantFrom(...zones), fc.integer({ min: 0, max: 4 * 366 * 1440 }), (zone, minutes) => {
        const wanted = new Date(Date.UTC(2025, 0, 1) + minutes * 60_000).toISOString().slice(0, 16);
        const shown = localMinute(instantOf(wanted, zone), zone);
        const before = localMinute(new Date(instantOf(wanted, zone).getTime() - 1), zone);
        expect(shown === wanted || (shown > wanted && before < wanted)).toBe(true);
      }),
    );
  });
});

const hours = (day: string) =>
  (endOfDay(day, 'Europe/Berlin').getTime() - endOfDay(addDays(day, -1), 'Europe/Berlin').getTime()) / 3_600_000;

describe('days', () => {
  it.each([
    ['2027-03-27', 'Europe/Berlin', '2027-03-27T23:00:00.000Z'],
    ['2026-03-31', 'Europe/Berlin', '2026-03-31T22:00:00.000Z'],
    ['2027-04-29', 'Africa/Cairo', '2027-04-29T22:00:00.000Z'],
    ['2027-09-04', 'America/Santiago', '2027-09-05T04:00:00.000Z'],
    ['2027-11-06', 'America/Havana', '2027-11-07T04:00:00.000Z'],
    ['2011-12-29', 'Pacific/Apia', '2011-12-30T10:00:00.000Z'],
    ['2011-12-30', 'Pacific/Apia', '2011-12-30T10:00:00.000Z'],
  ])('%s ends in %s at the first valid instant after it', (day, zone, expected) => {
    expect(endOfDay(day, zone).toISOString()).toBe(expected);
  });

  it('have 23 and 25 hours where the clock changes', () => {
    expect([hours('2027-03-28'), hours('2027-10-31'), hours('2027-06-01')]).toEqual([23, 25, 24]);
  });

  it('are complete once their end has come, each once', () => {
    const days = completeDays('2027-03-26', new Date('2027-03-29T21:59:59.999Z'), 'Europe/Berlin');

    expect(days).toEqual(['2027-03-26', '2027-03-27', '2027-03-28']);
    expect(completeDays('2027-03-26', new Date('2027-03-29T22:00:00Z'), 'Europe/Berlin')).toContain('2027-03-29');
  });

  it('hold exactly the instants before their end', () => {
    fc.assert(
      fc.property(fc.constantFrom(...zones), fc.integer({ min: 0, max: 2000 }), (zone, offset) => {
        const day = addDays('2025-01-01', offset);
        const end = endOfDay(day, zone);
        expect([localDay(new Date(end.getTime() - 1), zone), localDay(end, zone)]).toEqual([day, addDays(day, 1)]);
      }),
    );
  });
});

describe('zoneName', () => {
  it.each([
    ['Europe/Berlin', 'Europe/Berlin'],
    ['europe/berlin', 'Europe/Berlin'],
    ['UTC', 'UTC'],
    ['Asia/Kolkata', 'Asia/Kolkata'],
    ['America/Argentina/Buenos_Aires', 'America/Argentina/Buenos_Aires'],
    ['Mars/Olympus', undefined],
    ['asia/kolkata', undefined],
    ['+02:00', undefined],
    ['', undefined],
    ['../etc/passwd', undefined],
  ])('of %j is %j', (text, expected) => {
    expect(zoneName(text)).toBe(expected);
  });
});
