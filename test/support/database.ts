// A real database for a suite: one per jest worker, migrated once, emptied between tests, with two organizations.
import { randomBytes } from 'node:crypto';
import { createConnection, type Connection as DriverConnection } from 'mysql2/promise';
import { openDatabase, type Database } from '../../src/store/database';
import { migrate } from '../../src/store/migrate';
import { newId } from '../../src/ids';

/** What a suite gets; the fields are filled before its first test. */
export interface TestDatabase {
  readonly url: string;
  readonly database: Database;
  /** A raw connection for arranging and looking. */
  readonly sql: DriverConnection;
  /** First organization: slug `main`, zone UTC, app pool APP with 500 seats, rule auto. */
  readonly organizationId: number;
  readonly poolId: string;
  /** Another organization with a pool of its own, so that every test can show that nothing crosses. */
  readonly secondOrganizationId: number;
  readonly secondPoolId: string;
  /** Every statement sent through `database` since the last test began. */
  readonly statements: string[];
}

const options = { acquireMs: 5000, lockMs: 5000, statementMs: 20000, connectMs: 5000 };
const kept = ['migrations', 'migrations_lock', 'metric_definitions'];

/** Opens the worker's database for the suites of this file; call it at the top of a describe. */
export function useDatabase(settings: { seats?: number } = {}): TestDatabase {
  const it = { statements: [] as string[] } as unknown as { -readonly [key in keyof TestDatabase]: TestDatabase[key] };
  beforeAll(async () => {
    it.url = await prepareDatabase();
    it.sql = await createConnection({ uri: it.url, timezone: 'Z', dateStrings: ['DATE'], multipleStatements: true });
    it.database = openDatabase({ url: it.url, pool: 24, ...options, onStatement: (sql) => it.statements.push(sql) });
  }, 120000);
  beforeEach(async () => {
    await emptyTables(it.sql);
    const first = await addOrganization(it.sql, 'main', settings.seats ?? 500);
    const second = await addOrganization(it.sql, 'second', settings.seats ?? 500);
    Object.assign(it, {
      organizationId: first.organizationId,
      poolId: first.poolId,
      secondOrganizationId: second.organizationId,
      secondPoolId: second.poolId,
    });
    it.statements.length = 0;
  });
  afterEach(() => {
    expect(it.statements.filter(isUnscoped)).toEqual([]);
  });
  afterAll(async () => {
    await it.database?.close();
    await it.sql?.end();
  });
  return it;
}

/** Tables without an owner, and the outbox, whose rows the relay marks by their ids after it has claimed them. */
const unowned =
  /\b(organizations|outbox|mail_buckets|attempt_buckets|temporal_server|request_log_writers|metric_definitions|information_schema)\b/;
/** The demo empties a whole installation; nothing else has such a text. */
const emptying = /^DELETE FROM \w+$/;
const control = /^\s*(START|COMMIT|ROLLBACK|SET|SHOW|SELECT VERSION)\b/;

/** Whether a statement forgets the organization: every query of every suite is held to this. */
function isUnscoped(sql: string): boolean {
  return !/organization_id/.test(sql) && !control.test(sql) && !unowned.test(sql) && !emptying.test(sql);
}

const at = new Date('2026-01-01T00:00:00Z');

/** An organization with one app pool and the rule `auto`, as `migrate` makes the first one. */
export async function addOrganization(
  sql: DriverConnection,
  slug: string,
  seats: number,
): Promise<{ organizationId: number; poolId: string }> {
  const [made] = await sql.query(
    `INSERT INTO organizations (slug, name, product_name, time_zone, locale, privacy_mode, status, created_at) VALUES (?, ?, 'Enpass', 'UTC', 'en', 'named', 'active', ?)`,
    [slug, slug === 'main' ? 'My organization' : `Organization ${slug}`, at],
  );
  const organizationId = (made as { insertId: number }).insertId;
  const poolId = newId();
  await sql.query(
    `INSERT INTO license_pools (organization_id, id, code, name, is_app, over_seat, assigned, sort_order, created_at) VALUES (?, ?, 'APP', 'App', 1, 'waitlist', 0, 1, ?)`,
    [organizationId, poolId, at],
  );
  await sql.query(
    'INSERT INTO license_pool_terms (organization_id, id, pool_id, seats, started_at, created_at) VALUES (?, ?, ?, ?, ?, ?)',
    [organizationId, newId(), poolId, seats, at, at],
  );
  await sql.query(
    `INSERT INTO license_rules (organization_id, id, pool_id, source, match_value, created_at) VALUES (?, ?, ?, 'auto', '*', ?)`,
    [organizationId, newId(), poolId, at],
  );
  return { organizationId, poolId };
}

let prepared: Promise<string> | undefined;

function prepareDatabase(): Promise<string> {
  prepared ??= (async () => {
    const server = process.env['TEST_DATABASE_URL'];
    if (!server) throw new Error('not run: no database server; run the suites with npm test');
    const name = `uptake_test_${process.env['JEST_WORKER_ID'] ?? '1'}_${randomBytes(4).toString('hex')}`;
    const url = new URL(server);
    url.pathname = '/';
    const admin = await createConnection({ uri: url.href });
    await admin.query(`CREATE DATABASE ${name} CHARACTER SET utf8mb4`);
    await admin.end();
    url.pathname = `/${name}`;
    await migrate({ url: url.href, connectMs: options.connectMs, lockMs: options.lockMs });
    return url.href;
  })();
  return prepared;
}

async function emptyTables(sql: DriverConnection): Promise<void> {
  const [rows] = await sql.query(
    `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE'`,
  );
  const names = (rows as { name: string }[]).map((row) => row.name).filter((name) => !kept.includes(name));
  await sql.query(
    ['SET FOREIGN_KEY_CHECKS = 0', ...names.map((name) => `DELETE FROM ${name}`), 'SET FOREIGN_KEY_CHECKS = 1'].join(
      ';',
    ),
  );
}
