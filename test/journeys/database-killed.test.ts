// The database dies by SIGKILL under SCIM traffic and comes back: honest answers meanwhile, nothing lost, nothing made up.
import type { DatabaseServer } from '../../src/embedded/database';
import { findHalfWritten, findLost, findSeatDifference } from '../support/oracle';
import { startOwnDatabase, type OwnServer } from '../support/own-servers';
import { useProduct } from '../support/product';
import { startLoad, type Load } from '../support/scim-load';

describe('with the database killed', () => {
  let database: OwnServer<DatabaseServer>;
  const product = useProduct(async () => {
    database = await startOwnDatabase();
    return { roles: ['web'], databaseUrl: database.url };
  });
  let load: Load | undefined;
  afterAll(async () => {
    await load?.stop();
    await database.close();
  });

  test('requests get 2xx or 503, the pool recovers by itself, and every committed row is there', async () => {
    load = startLoad(product, 4);
    await goesWell(load, 60);
    const killedPid = database.pid();
    process.kill(killedPid, 'SIGKILL');

    await product.until('requests notice', async () => load?.outcomes.some(({ status }) => status === 503));
    await goesWell(load, 60);
    await load.stop();

    const statuses = new Set(load.outcomes.map(({ status, error }) => status ?? error));
    expect(database.pid()).not.toBe(killedPid);
    expect([...statuses].toSorted()).toEqual([200, 201, 503]);
    expect(await findLost(product, load.created)).toEqual([]);
    expect(await findHalfWritten(product)).toEqual([]);
    expect(await findSeatDifference(product)).toBe(0);
  });

  /** Waits for so many more answers with 2xx. */
  async function goesWell({ outcomes }: Load, more: number): Promise<void> {
    const wellBy = () => outcomes.filter(({ status }) => status !== undefined && status < 300).length;
    const before = wellBy();
    await product.until('requests go well', async () => wellBy() >= before + more, 60_000);
  }
});
