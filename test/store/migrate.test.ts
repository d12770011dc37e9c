// The migrations on a real server: they apply, may run twice, and go back to the same schema.
import { rollback, migrate, pendingMigrations } from '../../src/store/migrate';
import { useDatabase } from '../support/database';

const waits = { connectMs: 5000, lockMs: 5000 };

describe('migrate', () => {
  const db = useDatabase();

  async function dump(): Promise<string> {
    const [tables] = await db.sql.query(
      `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE() ORDER BY table_name`,
    );
    const texts: string[] = [];
    for (const { name } of tables as { name: string }[]) {
      const [rows] = await db.sql.query(`SHOW CREATE TABLE ${name}`);
      texts.push((rows as { 'Create Table': string }[])[0]!['Create Table'].replace(/ AUTO_INCREMENT=\d+/, ''));
    }
    return texts.join('\n');
  }

  it('leaves nothing pending and changes nothing the second time', async () => {
    const before = await dump();

    const again = await migrate({ url: db.url, ...waits });

    expect(again.applied).toEqual([]);
    expect(await pendingMigrations({ url: db.url, ...waits })).toEqual([]);
    expect(await dump()).toBe(before);
  });

  it('goes down and up again to the same schema', async () => {
    const before = await dump();

    await rollback({ url: db.url, ...waits });
    await migrate({ url: db.url, ...waits });

    expect(await dump()).toBe(before);
  });

  it('lets the second of two runs wait for the first, and frees the lock of a killed run', async () => {
    await rollback({ url: db.url, ...waits });
    await db.sql.query('UPDATE migrations_lock SET is_locked = 1');

    const [first, second] = await Promise.all([migrate({ url: db.url, ...waits }), migrate({ url: db.url, ...waits })]);

    expect([first.applied.length, second.applied.length].toSorted((a, b) => a - b)).toEqual([
      0,
      Math.max(first.applied.length, second.applied.length),
    ]);
    expect(Math.max(first.applied.length, second.applied.length)).toBeGreaterThan(0);
  });

  it('names every migration once, without its extension', async () => {
    const [rows] = await db.sql.query('SELECT name FROM migrations');

    const names = (rows as { name: string }[]).map((row) => row.name);

    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => /\.(ts|js)$/.test(name))).toEqual([]);
  });
});
