// The ticker: turns never overlap, failing turns are told when failing begins and ends, stopping waits for the turn.
import { startTicker } from '../../src/compose/ticker';

const until = async (isTrue: () => boolean): Promise<void> => {
  const deadline = Date.now() + 5000;
  while (!isTrue() && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 2));
  if (!isTrue()) throw new Error('not within five seconds');
};

function aLog() {
  const lines: string[] = [];
  const write = (level: string) => (_facts: object, sentence: string) => void lines.push(`${level} ${sentence}`);
  return { lines, log: { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') } };
}

describe('startTicker', () => {
  it('never overlaps itself', async () => {
    let [running, most, turns] = [0, 0, 0];
    const ticker = startTicker({
      name: 'test',
      everyMs: 0,
      log: aLog().log,
      work: async () => {
        most = Math.max(most, (running += 1));
        await new Promise((resolve) => setTimeout(resolve, 3));
        running -= 1;
        turns += 1;
      },
    });

    await until(() => turns > 3);
    await ticker.stop();

    expect(most).toBe(1);
  });

  it('tells of failing turns once, and when they work again', async () => {
    const { lines, log } = aLog();
    let turns = 0;
    const ticker = startTicker({
      name: 'test',
      everyMs: 0,
      log,
      work: async () => {
        turns += 1;
        if (turns < 4) throw new Error('away');
      },
    });

    await until(() => turns > 5);
    await ticker.stop();

    expect(lines).toEqual(['warn fails; tried again', 'info works again']);
  });

  it('stops at once while it waits, and after the turn while it works', async () => {
    let isDone = false;
    const waiting = startTicker({ name: 'waiting', everyMs: 3_600_000, log: aLog().log, work: async () => undefined });
    const working = startTicker({
      name: 'working',
      everyMs: 0,
      log: aLog().log,
      work: async () => {
        await new Promise((resolve) => setTimeout(resolve, 20));
        isDone = true;
      },
    });

    await waiting.stop();
    await working.stop();

    expect(isDone).toBe(true);
  });
});
