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

  it('comes nearer only: each notice is one of the three, and holds the days that are left', () => {
    const spans = fc.integer({ min: -2 * dayMs, max: 40 * dayMs });
    fc.assert(
      fc.property(spans, spans, (a, b) => {
        const [later, sooner] = [Math.max(a, b), Math.min(a, b)];

        const [first, second] = [noticeOf(inMs(later), now), noticeOf(inMs(sooner), now)];

        if (first !== undefined && second !== undefined) expect(second).toBeLessThanOrEqual(first);
        if (first !== undefined) expect(noticeDays).toContain(first);
        if (first !== undefined) expect(daysLeft(inMs(later), now)).toBeLessThanOrEqual(first);
        expect(daysLeft(inMs(later), now) === 0).toBe(later <= 0);
      }),
    );
  });
});
