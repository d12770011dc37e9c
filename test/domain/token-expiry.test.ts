// When the end of a token is told, over all instants.
import { fc } from '@fast-check/jest';
import { daysLeft, noticeDays, noticeOf } from '../../src/domain/token-expiry';

const dayMs = 86_400_000;
const now = new Date('2026-03-02T09:00:00Z');
const inMs = (ms: number) => new Date(now.getTime() + ms);

describe('the end of a token', () => {
  it('is told at 30 days, 7 days and 1 day, to the millisecond, and no more once it is there', () => {
    const told = [30 * dayMs + 1, 30 * dayMs, 7 * dayMs + 1, 7 * dayMs, dayMs + 1, dayMs, 1, 0, -1].map((ms) =>
      noticeOf(inMs(ms), now),
    );

    expect(told).toEqual([undefined, 30, 30, 7, 7, 1, 1, undefined, undefined]);
    expect(noticeOf(null, now)).toBeUndefined();
  });

  it('comes nearer only, is one of the three, and holds the days that are left', () => {
    const spans = fc.integer({ min: -2 * dayMs, max: 40 * dayMs });
    const notice = (ms: number) => noticeOf(inMs(ms), now) ?? (ms <= 0 ? 0 : Infinity);
    fc.assert(
      fc.property(spans, spans, (a, b) => {
        const [later, sooner] = [Math.max(a, b), Math.min(a, b)];

        const [first, second] = [notice(later), notice(sooner)];

        expect(second).toBeLessThanOrEqual(first);
        expect([0, ...noticeDays, Infinity]).toContain(first);
        expect(daysLeft(inMs(later), now)).toBeLessThanOrEqual(first);
        expect(daysLeft(inMs(later), now) === 0).toBe(later <= 0);
      }),
    );
  });
});
