// The lines of Entra's quarantine, from both sides, and the forecast by the pace of the last cycle.
import { fc } from '@fast-check/jest';
import {
  cycleMs,
  forecastMs,
  isSilent,
  isWellAgain,
  quarantineRisk,
  silentMs,
  type RequestCounts,
} from '../../src/domain/entra-quarantine';

const counts = (requests: number, failures: number, referenceFailures = 0): RequestCounts => ({
  requests,
  failures,
  referenceFailures,
});
const anyCounts = fc
  .tuple(fc.nat(200_000), fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }))
  .map(([requests, failed, about]) => {
    const failures = Math.floor(requests * failed);
    return counts(requests, failures, Math.floor(failures * about));
  });

describe('the risk of quarantine', () => {
  it.each([
    [0, 0, 0, 'ok', null, 5000],
    [100, 20, 0, 'ok', null, 4980],
    [100, 21, 0, 'at_risk', null, 4979],
    [8, 4, 0, 'ok', null, 4996],
    [8, 5, 0, 'at_risk', null, 4995],
    [10_000, 3000, 0, 'at_risk', null, 2000],
    [12_500, 4999, 0, 'at_risk', null, 1],
    [12_400, 5000, 0, 'quarantine_expected', 'ratio', 0],
    [12_500, 5000, 0, 'at_risk', null, 35_001],
    [12_500, 5000, 1, 'at_risk', null, 1],
    [200_000, 40_000, 0, 'ok', null, 1],
    [200_000, 40_001, 0, 'quarantine_expected', 'failures', 0],
    [900_000, 59_999, 59_000, 'ok', null, 1],
    [900_000, 60_000, 59_000, 'quarantine_expected', 'ceiling', 0],
  ])(
    'of %i requests with %i failures, %i about members, is %s',
    (requests, failures, referenceFailures, state, line, left) => {
      const risk = quarantineRisk({ requests, failures, referenceFailures });

      expect(risk).toMatchObject({ state, line, failuresLeft: left });
    },
  );

  it.each([
    ['a share above the line', counts(4000, 2000), counts(2000, 1000), 'ratio', 3 * cycleMs],
    ['a share that is still to rise', counts(10_000, 4900), counts(1000, 500), 'ratio', 0.2 * cycleMs],
    ['failures that go on at a third', counts(30_000, 10_000), counts(15_000, 5000), 'failures', 6.0002 * cycleMs],
    ['a tenth of very many', counts(300_000, 30_000), counts(100_000, 10_000), 'failures', 1.0001 * cycleMs],
    ['members alone', counts(50_000, 20_000, 20_000), counts(50_000, 20_000, 20_000), 'ceiling', 2 * cycleMs],
  ])('is foreseen of %s', (_, day, recent, line, inMs) => {
    const risk = quarantineRisk(day, recent);

    expect(risk).toMatchObject({ state: 'quarantine_expected', line });
    expect(risk.expectedInMs).toBeCloseTo(inMs, 3);
  });

  it('is not foreseen of a few, however large their share, nor once the failures have ended', () => {
    const few = quarantineRisk(counts(60, 41), counts(60, 41));
    const ended = quarantineRisk(counts(12_000, 5000), counts(1000, 4));
    const nearlyEnded = quarantineRisk(counts(12_000, 5000), counts(1000, 30));

    expect(few).toMatchObject({ state: 'at_risk', line: null, expectedInMs: null });
    expect(ended).toMatchObject({ state: 'ok', line: 'ratio', failuresLeft: 0 });
    expect(nearlyEnded).toMatchObject({ state: 'ok', line: 'ratio' });
  });

  it('names a line that the counts cross when the pace goes on so long', () => {
    const holds = fc.property(anyCounts, anyCounts, (day, recent) => {
      const { state, line, expectedInMs } = quarantineRisk(day, recent);
      if (expectedInMs === null) return state !== 'quarantine_expected';
      const later = (key: keyof RequestCounts) => day[key] + (recent[key] * expectedInMs) / cycleMs;
      const [own, all] = [later('failures') - later('referenceFailures'), later('failures')];
      const isCrossed = {
        ceiling: all >= 60_000 - 1e-6,
        failures: own >= 40_001 - 1e-6,
        ratio: own >= 5000 - 1e-6 && own / later('requests') >= 0.4 - 1e-9,
      };
      return state === 'quarantine_expected' && line !== null && isCrossed[line] && expectedInMs <= forecastMs;
    });

    expect(() => fc.assert(holds, { numRuns: 2000 })).not.toThrow();
  });

  it('never opens and closes the alert at once', () => {
    const holds = fc.property(anyCounts, anyCounts, (day, recent) => {
      const { state } = quarantineRisk(day, recent);
      return state === 'ok' || !isWellAgain(state, recent);
    });

    expect(() => fc.assert(holds)).not.toThrow();
  });

  it('ends below a tenth of a cycle that came, and not while nobody asks', () => {
    const ends = [counts(100, 9), counts(100, 10), counts(0, 0)].map((recent) => isWellAgain('ok', recent));

    expect(ends).toEqual([true, false, false]);
  });

  it('is silence after two cycles, of a directory that has asked before', () => {
    const now = new Date('2026-03-02T09:00:00Z');

    const found = [undefined, 0, silentMs - 1, silentMs].map((ago) =>
      isSilent(ago === undefined ? undefined : new Date(now.getTime() - ago), now),
    );

    expect(found).toEqual([false, false, false, true]);
  });
});
