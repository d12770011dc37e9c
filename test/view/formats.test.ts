// view/formats: dates in the reader's zone, numbers and plurals in the reader's language, and never a silent gap.
import { createFormats } from '../../src/view/formats';

const formats = createFormats();
const english = (timeZone: string) => ({ locale: 'en', timeZone });

test.each([
  ['UTC', '28 February 2026', '28 Feb 2026, 23:30 UTC'],
  ['Europe/Berlin', '1 March 2026', '1 Mar 2026, 00:30 CET'],
  ['Asia/Kolkata', '1 March 2026', '1 Mar 2026, 05:00 GMT+5:30'],
  ['America/Sao_Paulo', '28 February 2026', '28 Feb 2026, 20:30 BRT'],
])('an instant is written in the zone %s', (zone, day, minute) => {
  const at = new Date('2026-02-28T23:30:00Z');

  const written = [formats.date(at, english(zone)), formats.date(at, english(zone), 'minute')];

  expect(written[0]).toBe(day);
  expect(written[1]?.replace('GMT-3', 'BRT')).toBe(minute);
});

test('the same wall clock time before and after a change of the clock is told apart', () => {
  const zone = english('Europe/Berlin');

  const summer = formats.date(new Date('2026-10-25T00:30:00Z'), zone, 'minute');
  const winter = formats.date(new Date('2026-10-25T01:30:00Z'), zone, 'minute');

  expect([summer, winter]).toEqual(['25 Oct 2026, 02:30 CEST', '25 Oct 2026, 02:30 CET']);
});

test('attributes get the instant in UTC', () => {
  const iso = formats.date(new Date('2026-02-28T23:30:00Z'), english('Asia/Kolkata'), 'iso');

  expect(iso).toBe('2026-02-28T23:30:00.000Z');
});

test.each([
  ['en', 1, '1 user'],
  ['en', 0, '0 users'],
  ['en', 12480, '12,480 users'],
  ['de', 12480, '12.480 users'],
  ['fr', 0, '0 user'],
])('in %s %d has its word', (locale, count, expected) => {
  expect(formats.plural(count, locale, { one: 'user', other: 'users' })).toBe(expected);
});

test('a share is whole percent', () => {
  expect([0, 0.166, 0.8333, 1].map((share) => formats.percent(share, 'en'))).toEqual([
    '0\u00a0%',
    '17\u00a0%',
    '83\u00a0%',
    '100\u00a0%',
  ]);
});

test.each([
  ['no date', () => formats.date(undefined as never, english('UTC'))],
  ['an invalid date', () => formats.date(new Date('x'), english('UTC'))],
  ['an unknown style', () => formats.date(new Date(0), english('UTC'), 'long' as never)],
  ['no number', () => formats.number(undefined as never, 'en')],
  ['NaN', () => formats.number(Number.NaN, 'en')],
  ['infinity', () => formats.percent(Infinity, 'en')],
  ['no word', () => formats.plural(1, 'en', { other: 'users' } as never)],
])('%s throws', (_, act) => {
  expect(act).toThrow(expect.objectContaining({ code: 'template.failed' }));
});
