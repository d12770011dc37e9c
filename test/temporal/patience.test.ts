// Pauses that end early, a few calls at a time, and a growing wait for a server that is away.
import { createGate, createPresence, pause } from '../../src/temporal/patience';
import { testClock } from '../support/builders';
import { quietLog } from '../support/reports';

describe('a pause', () => {
  it('ends when it is told to stop', async () => {
    const stop = new AbortController();

    const waiting = pause(600_000, stop.signal);
    stop.abort();

    await expect(waiting).resolves.toBeUndefined();
  });
});

describe('a gate', () => {
  it('lets so many in at once, in turn, also past one that fails', async () => {
    const gate = createGate(3);
    let inside = 0;
    let most = 0;
    const work = async (number: number): Promise<number> => {
      inside += 1;
      most = Math.max(most, inside);
      await new Promise((resolve) => setImmediate(resolve));
      inside -= 1;
      if (number === 2) throw new Error('two');
      return number;
    };

    const results = await Promise.allSettled([1, 2, 3, 4, 5, 6, 7].map((number) => gate(() => work(number))));

    expect(most).toBe(3);
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(6);
  });
});

describe('the presence of a server', () => {
  it('is asked after 1, 2, 4 seconds and at last every 30, until it is back', () => {
    const clock = testClock();
    const presence = createPresence({ clock, log: quietLog });
    const waits: number[] = [];

    for (let tries = 0; tries < 7; tries += 1) {
      presence.noteAway();
      presence.noteAway();
      waits.push(presence.waitMs());
      clock.advance(presence.waitMs());
    }
    const since = presence.awaySince();
    presence.noteBack();

    expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
    expect(since).toEqual(new Date('2026-03-02T09:00:00Z'));
    expect([presence.awaySince(), presence.waitMs()]).toEqual([undefined, 0]);
  });
});
