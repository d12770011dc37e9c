// INSERTs of a few rows: one place for each value, and what arrives is what many rows by the text protocol would bring.
import { preparable } from '../../src/store/insert-sql';
import type { Value } from '../../src/store/connection';
import { useDatabase } from '../support/database';

const sql = 'INSERT INTO t (a, b) VALUES ? ON DUPLICATE KEY UPDATE b = 1';

describe('inserts of a few rows', () => {
  const db = useDatabase();

  it('have a place for each value', () => {
    expect(
      preparable(sql, [
        [1, 'x'],
        [2, null],
      ]),
    ).toEqual({
      sql: 'INSERT INTO t (a, b) VALUES (?, ?), (?, ?) ON DUPLICATE KEY UPDATE b = 1',
      values: [1, 'x', 2, null],
    });
  });

  it('are no longer prepared when there are many, and not where there is nothing', () => {
    const many = Array.from({ length: 9 }, (_, number) => [number, 'x']);

    expect([preparable(sql, many), preparable(sql, [])]).toEqual([undefined, undefined]);
  });

  it('store every kind of value as many rows do', async () => {
    const at = new Date('2026-03-02T09:00:00.123Z');
    const values: Value[] = [at, '2026-03-02 09:00:00.123456', '2026-03-02', 9_007_199_254_740_991, true, null, '漢😀'];
    const bytes = Buffer.from([0, 255, 39, 92]);
    await db.sql.query(
      `CREATE TEMPORARY TABLE kinds (organization_id INT, a DATETIME(6) NULL, b DATETIME(6) NULL, c DATE NULL, d BIGINT NULL, e TINYINT NULL, f INT NULL,
         g VARCHAR(20) CHARACTER SET utf8mb4, h VARBINARY(8), i JSON)`,
    );
    const row = [1, ...values, bytes, '{"a":"\\"ü"}'];
    const insert = 'INSERT INTO kinds VALUES ?';
    const few = preparable(insert, [row]);

    await db.sql.execute(few?.sql ?? '', few?.values);
    await db.sql.query(insert, [[row]]);

    const [rows] = (await db.sql.query('SELECT * FROM kinds')) as unknown as [unknown[]];
    expect(rows).toHaveLength(2);
    expect(rows[0]).toEqual(rows[1]);
    await db.sql.query('DROP TEMPORARY TABLE kinds');
  });
});
