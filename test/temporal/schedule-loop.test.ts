// The slow loops: a first pass at once, passes again after a time or soon after a failure, and a clean end.
import type { Log } from '../../src/log';
import { createScheduleLoop } from '../../src/temporal/schedule-loop';
import { quietLog } from '../support/reports';
import { eventually } from '../support/temporal-client';

describe('the schedule loop', () => {
  const result = { written: 0, refused: 0, deleted: 0, unchanged: 0 };

  function aLoop(reconcile: () => Promise<typeof result>, log: Log = quietLog) {
    let looks = 0;
    const pass = async () => {
      looks += 1;
      return { requested: 0, missed: 0, lost: 0 };
    };
    const schedules = { reconcile, syncReport: async () => undefined, syncOrganization: async () => undefined };
    const loop = createScheduleLoop({ schedules, watch: { pass }, log, reconcileEveryMs: 20, watchEveryMs: 20 });
    return { loop, looks: () => looks };
  }

  it('compares and looks again and again', async () => {
    let compared = 0;
    const { loop, looks } = aLoop(async () => {
      compared += 1;
      return result;
    });

    loop.start();

    await eventually(async () => expect([compared > 2, looks() > 2]).toEqual([true, true]));
    await loop.close();
  });

  it('says once per pass that it failed, and goes on', async () => {
    const said: string[] = [];
    const log = { ...quietLog, warn: (_: object, sentence: string) => void said.push(sentence) };
    const { loop, looks } = aLoop(async () => {
      throw new Error('Temporal is away');
    }, log);

    loop.start();

    await eventually(async () => expect([said.length > 1, looks() > 1]).toEqual([true, true]));
    await loop.close();
    expect(new Set(said).size).toBe(1);
  });

  it('ends after the pass that is under way, and begins none after it', async () => {
    let compared = 0;
    let finish = (): void => undefined;
    const { loop } = aLoop(async () => {
      compared += 1;
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      return result;
    });
    loop.start();
    await eventually(async () => expect(compared).toBe(1));

    const closed = loop.close();
    finish();
    await closed;

    expect(compared).toBe(1);
  });
});
