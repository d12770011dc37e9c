// Runs the migrations under a lock that dies with its connection, so that a killed run never blocks the next.
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import knex, { type Knex } from 'knex';
import type { Connection as DriverConnection } from 'mysql2';
import { AppError } from '../errors';
import { inPackage, inBuild } from '../root';
import { afterCreate, connectionSettings, silent } from './database';

const lockName = 'uptake_migrate';
/** How long a second start waits for the first: longer than the slowest migration (30 s at a million users). */
const lockSeconds = 120;

/** Names of what was done, oldest first. */
export interface Migrated {
  readonly applied: readonly string[];
}

interface MigrateOptions {
  readonly url: string;
  readonly connectMs: number;
  readonly lockMs: number;
}

/**
 * Brings the schema up to date and then runs `then` under the same lock (the first organization is made there).
 * @throws database.unavailable when the lock is not had within 120 s
 */
export async function migrate(
  options: MigrateOptions,
  then: () => Promise<void> = async () => undefined,
): Promise<Migrated> {
  const runner = createRunner(options);
  try {
    return await underLock(runner, async () => {
      const [, applied] = (await runner.migrate.latest()) as [number, string[]];
      await then();
      return { applied };
    });
  } finally {
    await runner.destroy();
  }
}

/** Takes back all migrations; for tests and `npm run rollback`. */
export async function rollback(options: MigrateOptions): Promise<void> {
  const runner = createRunner(options);
  try {
    await underLock(runner, () => runner.migrate.rollback(undefined, true));
  } finally {
    await runner.destroy();
  }
}

/** Migrations that are not applied yet; all of them on a database without our tables. */
export async function pendingMigrations(options: MigrateOptions): Promise<readonly string[]> {
  const runner = createRunner(options);
  try {
    const [, pending] = (await runner.migrate.list()) as [unknown, { name?: string; file?: string }[] | string[]];
    return pending.map((one) => (typeof one === 'string' ? one : (one.name ?? one.file ?? '')));
  } finally {
    await runner.destroy();
  }
}

function createRunner(options: MigrateOptions): Knex {
  return knex({
    client: 'mysql2',
    connection: connectionSettings(options),
    pool: { min: 0, max: 2, afterCreate: afterCreate(options) },
    log: silent,
    migrations: { tableName: 'migrations', migrationSource: migrationSource(), disableTransactions: true },
  });
}

/**
 * The lock belongs to a connection held for the whole run. Under it nobody else can migrate, so a lock row that knex
 * left behind when a run was killed is stale and freed.
 */
async function underLock<T>(runner: Knex, work: () => Promise<T>): Promise<T> {
  const holder = (await runner.client.acquireConnection()) as DriverConnection;
  try {
    const got = await ask(holder, `SELECT GET_LOCK('${lockName}', ${lockSeconds}) AS got`);
    if (Number(got) !== 1) throw new AppError('database.unavailable');
    await runner.migrate.forceFreeMigrationsLock();
    return await work();
  } finally {
    await ask(holder, `SELECT RELEASE_LOCK('${lockName}') AS got`).catch(() => undefined);
    await runner.client.releaseConnection(holder);
  }
}

function ask(connection: DriverConnection, sql: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    connection.query(sql, (error: unknown, rows: unknown) =>
      error ? reject(error as Error) : resolve((rows as { got: unknown }[])[0]?.got),
    );
  });
}

/** A migration is known by its name without extension, whether it runs compiled or not. */
function migrationSource(): Knex.MigrationSource<string> {
  const folder = __filename.endsWith('.ts') ? inPackage('migrations') : inBuild('migrations');
  const nameOf = (file: string): string => basename(file).replace(/\.(ts|js)$/, '');
  return {
    getMigrations: async () =>
      readdirSync(folder)
        .filter((file) => /^\d{14}_\w+\.(ts|js)$/.test(file))
        .toSorted()
        .map((file) => join(folder, file)),
    getMigrationName: nameOf,
    getMigration: async (file) => (await import(file)) as Knex.Migration,
  };
}
