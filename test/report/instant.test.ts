import * as fc from 'fast-check';
import { DateTime } from 'luxon';
import { createZoneOffset, instantIso, instantMs, toSerial } from '../../src/report/instant';

const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'America/Sao_Paulo', 'Asia/Kolkata'];

describe('instants of cells', () => {
  it('are the same whether they come as a Date or as text of the database', () => {
    const at = new Date('2026-03-29T01:30:15.123Z');

    const fromDate = [instantMs(at), instantIso(at)];
    const fromText = [instantMs('2026-03-29 01:30:15.123999'), instantIso('2026-03-29 01:30:15.123999')];

    expect(fromText).toEqual(fromDate);
  });

  it.each([
    ['2026-03-29 01:30:15', '2026-03-29T01:30:15.000Z'],
    ['2026-03-29 01:30:15.5', '2026-03-29T01:30:15.500Z'],
    ['2026-03-29T01:30:15.050Z', '2026-03-29T01:30:15.050Z'],
  ])('reads %s', (text, iso) => {
    expect(instantIso(text)).toBe(iso);
    expect(instantMs(text)).toBe(Date.parse(iso));
  });

  it.each(['', 'yesterday', '2026-03-29', '2026-03-29 01:xx:15', '2026-03-29 01:30:15.5Z'])(
    'refuses %p as a bug of the caller',
    (text) => {
      expect(() => instantMs(text)).toThrow(expect.objectContaining({ code: 'bug' }));
    },
  );

  it('are day numbers as a spreadsheet counts them', () => {
    expect(toSerial(Date.UTC(1900, 2, 1))).toBe(61);
    expect(toSerial(Date.UTC(2026, 2, 1, 6))).toBe(46082.25);
  });
});

describe('the offset of a zone', () => {
  it.each(zones)('is that of the calendar in %s, clock changes to the second included', (zone) => {
    const offset = createZoneOffset(zone);
    const instants = fc.integer({ min: Date.UTC(1990, 0, 1), max: Date.UTC(2037, 11, 31) });

    const property = fc.property(instants, (at) =>
      expect(offset(at)).toBe(DateTime.fromMillis(at, { zone }).offset * 60_000),
    );

    fc.assert(property, { numRuns: 2000 });
  });

  it.each(['2026-03-29T01:00:00Z', '2026-10-25T01:00:00Z'])('changes in Berlin exactly at %s', (change) => {
    const offset = createZoneOffset('Europe/Berlin');
    const at = Date.parse(change);

    expect(Math.abs(offset(at) - offset(at - 1))).toBe(3_600_000);
  });

  it('refuses a zone that nobody knows', () => {
    expect(() => createZoneOffset('Mars/Olympus')).toThrow(RangeError);
  });
});
