// Mail windows, spans and the spread inside a window.
import { fc } from '@fast-check/jest';
import {
  findSpanMs,
  isOpen,
  leastSpreadMs,
  placeInWindow,
  spreadMs,
  widestSpreadMs,
  windowAt,
} from '../../src/domain/calendar';

const zones = ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'America/Sao_Paulo', 'Asia/Kolkata', 'UTC'];
const anyInstant = fc.date({
  min: new Date('2026-01-01T00:00:00Z'),
  max: new Date('2028-12-31T00:00:00Z'),
  noInvalidDate: true,
});
const anyZone = fc.constantFrom(...zones);

function clockOf(at: Date, zone: string): { weekday: string; minutes: number } {
  const parts = new Intl.DateTimeFormat('en', {
    timeZone: zone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  const found = Object.fromEntries(parts.formatToParts(at).map(({ type, value }) => [type, value]));
  return { weekday: found['weekday'] ?? '', minutes: Number(found['hour']) * 60 + Number(found['minute']) };
}

describe('the mail window', () => {
  it("is open exactly on weekdays from nine to five on the zone's clock", () => {
    fc.assert(
      fc.property(anyInstant, anyZone, (at, zone) => {
        const { weekday, minutes } = clockOf(at, zone);

        const expected = !['Sat', 'Sun'].includes(weekday) && minutes >= 540 && minutes < 1020;

        expect(isOpen(at, zone)).toBe(expected);
      }),
    );
  });

  it('is never over before the instant it is asked for', () => {
    fc.assert(
      fc.property(anyInstant, anyZone, (at, zone) => {
        const window = windowAt(at, zone);

        expect(window.closesAt > at).toBe(true);
        expect(window.opensAt < window.closesAt).toBe(true);
      }),
    );
  });

  it('moves a Friday evening to Monday morning across a clock change', () => {
    const fridayEvening = new Date('2027-03-26T20:00:00Z');

    const window = windowAt(fridayEvening, 'Europe/Berlin');

    expect(window.opensAt.toISOString()).toBe('2027-03-29T07:00:00.000Z');
  });
});

describe('the place of a mail', () => {
  it('lies inside a window and never before the mail is due', () => {
    const anyFraction = fc.double({ min: 0, max: 0.999999, noNaN: true });
    const anySpread = fc.integer({ min: leastSpreadMs, max: widestSpreadMs });
    fc.assert(
      fc.property(anyInstant, anyZone, anyFraction, anySpread, (dueAt, zone, fraction, spread) => {
        const at = placeInWindow(dueAt, zone, { fraction, spreadMs: spread });

        expect(at >= dueAt).toBe(true);
        expect(isOpen(at, zone)).toBe(true);
      }),
    );
  });

  it('spreads more people wider, between a quarter of an hour and the office day', () => {
    const spreads = [0, 9000, 18_000, 10_000_000].map((people) => spreadMs(people, 10));

    expect(spreads).toEqual([leastSpreadMs, 1_800_000, 3_600_000, widestSpreadMs]);
  });
});

describe('a span', () => {
  it.each([
    ['PT2S', 2000],
    ['P7D', 604_800_000],
    ['P1W', 604_800_000],
    ['P1DT12H', 129_600_000],
    ['PT0S', 0],
  ])('%s has %d milliseconds', (text, ms) => {
    const found = findSpanMs(text);

    expect(found).toBe(ms);
  });

  it.each(['', 'P', 'PT', '7D', 'P-1D', '-P1D', 'P1M', 'P1Y', 'P400D', 'off', 'P1D; DROP', 'PT0.0001S'])(
    'refuses "%s"',
    (text) => {
      const found = findSpanMs(text);

      expect(found).toBeUndefined();
    },
  );
});
