import { dirname } from 'node:path';
import { createConnection } from 'mysql2/promise';

const ask = async (sql: string) => {
  const connection = await createConnection(process.env.TEST_DATABASE_URL ?? '');
  try {
    const [rows] = await connection.query(sql);
    return rows;
  } finally {
    await connection.end();
  }
};

/** The server of all suites is started by the room under test: what it is like is looked at here. */
describe('the private database', () => {
  it('speaks UTC, utf8mb4 and strict SQL', async () => {
    const rows = await ask('SELECT @@time_zone AS zone, @@character_set_server AS letters, @@sql_mode AS mode');

    expect(rows).toEqual([
      { zone: '+00:00', letters: 'utf8mb4', mode: expect.stringContaining('STRICT_TRANS_TABLES') },
    ]);
  });

  it('keeps its temporary tables to itself: a server that starts empties the folder they are in', async () => {
    const rows = await ask('SELECT @@datadir AS data, @@tmpdir AS scratch');

    const [{ data, scratch }] = rows as [{ data: string; scratch: string }];
    expect(dirname(scratch)).toBe(dirname(data));
  });

  it('lets its user make databases for tests', async () => {
    await ask('CREATE DATABASE uptake_test_embedded');

    const rows = await ask("SHOW DATABASES LIKE 'uptake\\_test\\_embedded'");

    await ask('DROP DATABASE uptake_test_embedded');
    expect(rows).toHaveLength(1);
  });

  it('does not let root in over the network', async () => {
    const url = new URL(process.env.TEST_DATABASE_URL ?? '');
    const attempt = createConnection({ host: url.hostname, port: Number(url.port), user: 'root' });

    await expect(attempt).rejects.toMatchObject({ code: 'ER_ACCESS_DENIED_ERROR' });
  });
});
