// Web dies by SIGKILL in the middle of a directory's cycle and behind its own commits, again and again, while the directory
// tries again as Entra does: the tables are whole, and no answer contradicts them.
import { findHalfWritten, findLost, findSeatDifference } from '../support/oracle';
import { useProduct } from '../support/product';
import { startLoad, type Load } from '../support/scim-load';

describe('web killed under traffic', () => {
  const product = useProduct({ roles: ['web'] });
  let load: Load | undefined;
  afterAll(() => load?.stop());

  test('nothing is lost, nothing is half there, and nobody is told a wrong thing', async () => {
    load = startLoad(product, 4);
    for (let death = 0; death < 3; death += 1) {
      await goesOn(load, 30);
      await product.web.kill();
      await product.web.start();
    }
    const exits = [await dieAt('tx.afterCommit=kill@40'), await dieAt('tx.afterCommit=kill@60')];
    await goesOn(load, 30);
    await load.stop();

    const killed = { code: null, signal: 'SIGKILL' };
    expect(exits).toEqual([killed, killed]);
    const statuses = new Set(load.outcomes.flatMap(({ status }) => status ?? []));
    expect([...statuses].filter((status) => ![200, 201, 503].includes(status))).toEqual([]);
    expect(await findLost(product, load.created)).toEqual([]);
    expect(await findHalfWritten(product)).toEqual([]);
    expect(await findSeatDifference(product)).toBe(0);
  }, 90_000);

  /** Starts web with a fault, waits until it has died of it, and starts it well. */
  async function dieAt(faults: string): Promise<unknown> {
    await product.web.stop();
    await product.web.start({ FAULTS: faults });
    const exit = await product.web.ended();
    await product.web.start();
    return exit;
  }

  /** Waits for so many more answers. */
  async function goesOn({ outcomes }: Load, more: number): Promise<void> {
    const answered = () => outcomes.filter(({ status }) => status !== undefined && status < 300).length;
    const before = answered();
    await product.until('traffic goes on', async () => answered() >= before + more, 30_000);
  }
});
