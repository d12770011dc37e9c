// The valve of a lane: its rate, halved by a slow server, climbing back.
import { createLaneRate } from '../../src/temporal/lane-rate';
import { testClock } from '../support/builders';

describe('the rate of a lane', () => {
  it('lets through what it is told, and no more', () => {
    const clock = testClock();
    const rate = createLaneRate({ perSecond: 50, clock });

    rate.spend(50);
    const spent = rate.available();
    clock.advance(500);
    const half = rate.available();
    clock.advance(60_000);
    const full = rate.available();

    expect([spent, half, full]).toEqual([0, 25, 50]);
  });

  it('halves once for one slow moment, then climbs ten percent a minute to the full rate', () => {
    const clock = testClock();
    const rate = createLaneRate({ perSecond: 100, clock });

    rate.halve();
    rate.halve();
    const halved = rate.perSecond();
    clock.advance(60_000);
    rate.available();
    const later = rate.perSecond();
    clock.advance(3_600_000);
    rate.available();

    expect(halved).toBe(50);
    expect(later).toBeCloseTo(55);
    expect(rate.perSecond()).toBe(100);
  });

  it('halves when one call in twenty takes longer than half a second', () => {
    const rate = createLaneRate({ perSecond: 100, clock: testClock() });

    for (let call = 0; call < 50; call += 1) rate.observe(call < 45 ? 20 : 900);

    expect(rate.perSecond()).toBe(50);
  });

  it('of the interactive lane has no limit', () => {
    const rate = createLaneRate({ perSecond: Infinity, clock: testClock() });

    rate.spend(1000);
    rate.halve();

    expect(rate.available()).toBe(Infinity);
  });
});
