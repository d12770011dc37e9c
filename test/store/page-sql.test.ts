// Pages by key read as many rows deep in a list as on its first page, in every order.
import type { Row } from '../../src/store/connection';
import { createUserStore } from '../../src/store/user-store';
import { addPeople } from '../scim/many-people';
import { useDatabase } from '../support/database';

describe('a page by key', () => {
  const db = useDatabase();

  /** Rows the server read for a piece of work on the raw connection. */
  const rowsRead = async (work: () => Promise<unknown>): Promise<number> => {
    const sum = async () => {
      const [rows] = await db.sql.query("SHOW SESSION STATUS LIKE 'Handler_read%'");
      return (rows as { Variable_name: string; Value: string }[]).reduce((all, { Value }) => all + Number(Value), 0);
    };
    const before = await sum();
    await work();
    return (await sum()) - before;
  };

  const sorts = [undefined, 'id', 'userName', 'externalId', 'displayName', 'meta.created', 'meta.lastModified'].flatMap(
    (attribute) => [false, true].map((descending) => (attribute === undefined ? undefined : { attribute, descending })),
  );

  it('S25: reads a page’s rows and no more, at any depth and in every order', async () => {
    await addPeople(db, 6000);
    await db.sql.query('ANALYZE TABLE users');
    const run = async (sql: string, values: readonly unknown[] = []) => {
      const [rows] = await db.sql.query(sql, values as unknown[]);
      return { rows: rows as Row[], affectedRows: 0, insertId: 0 };
    };
    const store = createUserStore({ organizationId: db.organizationId, run, prepared: run, insertMany: async () => 0 });
    const costs: Record<string, number> = {};

    for (const sort of sorts) {
      let after: Awaited<ReturnType<typeof store.list>>['end'];
      for (let page = 0; page < 55; page += 1) {
        const query = { limit: 100, total: 6000, ...(sort && { sort }), ...(after && { after }) };
        const name = `${sort?.attribute ?? 'none'} ${sort?.descending ? 'down' : 'up'} page ${page}`;
        const cost = await rowsRead(async () => {
          after = (await store.list(query)).end;
        });
        if (page === 0 || page === 30 || page === 54) costs[name] = cost;
      }
    }

    expect(Object.entries(costs).filter(([, cost]) => cost > 1500)).toEqual([]);
  });
});
