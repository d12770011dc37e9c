// The way to MySQL: one pool, transactions that run again after a deadlock, snapshots, and errors in our own codes.
// knex owns the pool and its time-outs; statements go straight to mysql2, since building them costs more than running.
import knex, { type Knex } from 'knex';
import type { Connection as DriverConnection, ResultSetHeader } from 'mysql2';
import { AppError } from '../errors';
import type { Connection, Result, Row, ScanConnection, Value } from './connection';
import { isBroken, isRetryable, toDatabaseError } from './database-error';
import { preparable } from './insert-sql';
import { createScan, type Scan } from './scan';
import { createStores, type Stores } from './stores';

/** Waits in milliseconds; `pool` is the number of connections. */
export interface DatabaseOptions {
  readonly url: string;
  readonly pool: number;
  readonly acquireMs: number;
  readonly lockMs: number;
  /** 0 = no limit (migrations). */
  readonly statementMs: number;
  readonly connectMs: number;
  /** Fault points `tx.beforeCommit` and `tx.afterCommit`. */
  readonly fault?: (point: 'tx.beforeCommit' | 'tx.afterCommit') => Promise<void>;
  /** Sees each statement's text; the test recorder. */
  readonly onStatement?: (sql: string) => void;
}

/** What services hold. Callbacks of inTransaction may run up to four times: no effect outside the stores in them. */
export interface Database {
  inTransaction<T>(organizationId: number, work: (stores: Stores) => Promise<T>): Promise<T>;
  /** One consistent read-only view (REPEATABLE READ) for all counts of an answer and all rows of a report. */
  inSnapshot<T>(organizationId: number, work: (stores: Stores) => Promise<T>): Promise<T>;
  /** Single reads, each on its own. */
  read<T>(organizationId: number, work: (stores: Stores) => Promise<T>): Promise<T>;
  /** Across organizations, in a transaction: token and sign-in checks, the worker's claims, the list of organizations. */
  acrossOrganizations<T>(work: (scan: Scan) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

const attempts = 4;

/** What goes wrong is thrown, translated and logged once at an edge; knex is not to print it on its own. */
export const silent = { warn: ignore, error: ignore, deprecate: ignore, debug: ignore };

function ignore(): void {}

/** Opens the pool; connects at the first use. */
export function openDatabase(options: DatabaseOptions): Database {
  const pool = createPool(options);
  const begin = { write: 'START TRANSACTION', snapshot: 'START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY' };
  const withConnection = async <T>(work: (connection: DriverConnection) => Promise<T>): Promise<T> => {
    const connection = (await pool.client.acquireConnection()) as DriverConnection;
    try {
      return await work(connection);
    } catch (error) {
      if (isBroken(error)) connection.destroy();
      throw error;
    } finally {
      await pool.client.releaseConnection(connection);
    }
  };
  const transact = <T>(start: string[], work: (connection: ScanConnection) => Promise<T>): Promise<T> =>
    withConnection(async (driver) => {
      const connection = createConnection(driver, options);
      for (const statement of start) await connection.run(statement);
      try {
        const result = await work(connection);
        await options.fault?.('tx.beforeCommit');
        await connection.run('COMMIT');
        await options.fault?.('tx.afterCommit');
        return result;
      } catch (error) {
        if (!isBroken(error)) await rollback(driver, connection);
        throw error;
      }
    });
  const repeat = <T>(work: () => Promise<T>): Promise<T> => retried(work);
  return {
    inTransaction: (organizationId, work) =>
      repeat(() => transact([begin.write], (c) => work(createStores({ ...c, organizationId })))),
    inSnapshot: (organizationId, work) =>
      repeat(() =>
        transact(['SET TRANSACTION ISOLATION LEVEL REPEATABLE READ', begin.snapshot], (c) =>
          work(createStores({ ...c, organizationId })),
        ),
      ),
    read: (organizationId, work) =>
      repeat(() =>
        withConnection((driver) => work(createStores({ ...createConnection(driver, options), organizationId }))),
      ),
    acrossOrganizations: (work) => repeat(() => transact([begin.write], (c) => work(createScan(c)))),
    close: () => pool.destroy(),
  };
}

/** Runs again after a deadlock, at most three times, with 20 to 200 ms of jitter; then the error in our codes. */
async function retried<T>(work: () => Promise<T>, attempt = 1): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const cause = error instanceof AppError && error.code === 'database.busy' ? error.cause : error;
    if (!isRetryable(cause) || attempt >= attempts) throw toDatabaseError(error);
    await new Promise((resolve) => setTimeout(resolve, 20 + Math.random() * 180));
    return retried(work, attempt + 1);
  }
}

/** A transaction that failed: undone, or its connection given up, so that nothing of it can be committed later. */
async function rollback(driver: DriverConnection, connection: ScanConnection): Promise<void> {
  try {
    await connection.run('ROLLBACK');
  } catch {
    driver.destroy();
  }
}

function createPool(options: DatabaseOptions): Knex {
  return knex({
    client: 'mysql2',
    connection: connectionSettings(options),
    pool: { min: 0, max: options.pool, acquireTimeoutMillis: options.acquireMs, afterCreate: afterCreate(options) },
    acquireConnectionTimeout: options.acquireMs,
    log: silent,
  });
}

/** The driver's settings; also used by the migration runner. Instants are UTC, days and JSON are text. */
export function connectionSettings(options: Pick<DatabaseOptions, 'url' | 'connectMs'>): object {
  const url = new URL(options.url);
  return {
    host: url.hostname,
    port: Number(url.port || 3306),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    database: decodeURIComponent(url.pathname.slice(1)),
    charset: 'utf8mb4',
    timezone: 'Z',
    dateStrings: ['DATE'],
    jsonStrings: true,
    supportBigNumbers: true,
    connectTimeout: options.connectMs,
    maxPreparedStatements: 200,
  };
}

/** Isolation, zone, mode and lock wait are set once per connection. */
export function afterCreate(options: Pick<DatabaseOptions, 'lockMs'>) {
  const statements = [
    'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED',
    "SET time_zone = '+00:00', sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION,ERROR_FOR_DIVISION_BY_ZERO,NO_ZERO_DATE,NO_ZERO_IN_DATE'",
    `SET innodb_lock_wait_timeout = ${Math.ceil(options.lockMs / 1000)}`,
    // MariaDB cuts JSON_ARRAYAGG here, 1 MiB unless told, and half a list is no JSON: the user could not be read any more.
    'SET SESSION group_concat_max_len = 16777216',
  ];
  return (connection: DriverConnection, done: (error: unknown, connection: DriverConnection) => void): void => {
    const next = (index: number): void => {
      const statement = statements[index];
      if (statement === undefined) return done(null, connection);
      connection.query(statement, (error) => (error ? done(error, connection) : next(index + 1)));
    };
    next(0);
  };
}

function createConnection(driver: DriverConnection, options: DatabaseOptions): ScanConnection {
  const send = (method: 'query' | 'execute', sql: string, values: readonly unknown[]): Promise<Result> =>
    new Promise((resolve, reject) => {
      options.onStatement?.(sql);
      const timeout = options.statementMs || undefined;
      const done = (error: unknown, result: unknown): void => (error ? reject(error) : resolve(toResult(result)));
      if (method === 'query') driver.query({ sql, timeout, values: values as unknown[] }, done);
      else driver.execute({ sql, timeout, values: values as Value[] }, done);
    });
  return {
    run: (sql, values = []) => send('query', sql, values),
    prepared: (sql, values = []) => send('execute', sql, values),
    insertMany: async (sql, rows) => {
      let changed = 0;
      const few = preparable(sql, rows);
      if (few !== undefined) return (await send('execute', few.sql, few.values)).affectedRows;
      for (let start = 0; start < rows.length; start += 1000) {
        changed += (await send('query', sql, [rows.slice(start, start + 1000)])).affectedRows;
      }
      return changed;
    },
  };
}

function toResult(result: unknown): Result {
  if (Array.isArray(result)) return { rows: result as Row[], affectedRows: 0, insertId: 0 };
  const header = result as ResultSetHeader;
  return { rows: [], affectedRows: header?.affectedRows ?? 0, insertId: header?.insertId ?? 0 };
}

/** The type of a connection bound to one organization, for store factories. */
export type { Connection };
