// Instants as text: RFC 3339 in, microseconds kept, UTC out.
import * as fc from 'fast-check';
import { addSeconds, instantDate, instantIso, instantText, parseInstant } from '../../src/domain/instant';

describe('instants', () => {
  it.each([
    ['2026-03-31T22:00:00Z', '2026-03-31 22:00:00.000000'],
    ['2026-03-31t22:00:00.5z', '2026-03-31 22:00:00.500000'],
    ['2026-04-01T00:00:00.123456+02:00', '2026-03-31 22:00:00.123456'],
    ['2026-03-31T16:30:00-05:30', '2026-03-31 22:00:00.000000'],
    ['2024-02-29T12:00:00+00:00', '2024-02-29 12:00:00.000000'],
  ])('%s is %s', (text, instant) => {
    expect(parseInstant(text)).toBe(instant);
  });

  it.each([
    '',
    '2026-03-31',
    '2026-03-31T22:00:00',
    '2026-03-31 22:00:00Z',
    '2026-02-30T00:00:00Z',
    '2025-02-29T00:00:00Z',
    '2026-03-31T24:00:00Z',
    '2026-03-31T22:60:00Z',
    '2026-03-31T22:00:60Z',
    '2026-03-31T22:00:00.1234567Z',
    '2026-03-31T22:00:00+24:00',
    '2026-03-31T22:00:00+0200',
    '9999-12-31T23:59:59-01:00',
    '0000-01-01T00:00:00+01:00',
    '+012026-01-01T00:00:00Z',
    '2026-03-31T22:00:00Z\n',
    '٢٠٢٦-03-31T22:00:00Z',
  ])('%j is none', (text) => {
    expect(parseInstant(text)).toBeUndefined();
  });

  it('go to Date and to the wire and back', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('1990-01-01'), max: new Date('2100-01-01'), noInvalidDate: true }),
        (date) => {
          const text = instantText(date);

          expect(instantDate(text)).toEqual(date);
          expect(parseInstant(date.toISOString())).toBe(text);
          expect(instantIso(text)).toBe(date.toISOString());
          expect(addSeconds(addSeconds(text, 86_400), -86_400)).toBe(text);
        },
      ),
    );
    expect(instantIso('2026-03-31 22:00:00.000001')).toBe('2026-03-31T22:00:00.000001Z');
  });
});
