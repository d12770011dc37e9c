// The database dies by SIGKILL under SCIM traffic and comes back: honest answers meanwhile, nothing lost, nothing made up.
import type { DatabaseServer } from '../../src/embedded/database';
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
    const lost = await missing(load.created);
    expect(database.pid()).not.toBe(killedPid);
    expect([...statuses].toSorted()).toEqual([200, 201, 503]);
    expect(lost).toEqual([]);
    expect(await halfWritten()).toEqual([]);
  });

  /** Waits for so many more answers with 2xx. */
  async function goesWell({ outcomes }: Load, more: number): Promise<void> {
    const wellBy = () => outcomes.filter(({ status }) => status !== undefined && status < 300).length;
    const before = wellBy();
    await product.until('requests go well', async () => wellBy() >= before + more, 60_000);
  }

  async function missing(created: ReadonlyMap<string, string>): Promise<string[]> {
    const rows = await product.rows<{ id: string }>('SELECT id FROM users');
    const ids = new Set(rows.map(({ id }) => id));
    return [...created.values()].filter((id) => !ids.has(id));
  }

  /** People without the rows that are written in the same transaction. */
  async function halfWritten(): Promise<unknown[]> {
    return product.rows(
      `SELECT users.id FROM users
       LEFT JOIN license_assignments seats ON seats.user_id = users.id
       LEFT JOIN user_state_intervals states ON states.user_id = users.id
       LEFT JOIN outbox ON outbox.subject_id = users.id AND outbox.topic = 'SeatAssigned'
       LEFT JOIN audit_entries entries ON entries.target_id = users.id AND entries.action = 'user.created'
       GROUP BY users.id
       HAVING COUNT(DISTINCT seats.id) <> 1 OR COUNT(DISTINCT states.id) <> 1 OR COUNT(DISTINCT outbox.id) <> 1
         OR COUNT(DISTINCT entries.id) <> 1`,
    );
  }
});
