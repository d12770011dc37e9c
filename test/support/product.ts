// The whole product as its processes for a suite: web, worker and command line of dist/ over a database, a namespace and a
// data folder of its own. Called by test/journeys. Everything it starts is stopped after the suite, also after a failure.
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createConnection, type Connection, type RowDataPacket } from 'mysql2/promise';
import { findFreePort } from '../../src/embedded/ports';
import { inBuild, inPackage } from '../../src/root';
import { startGuard, type Guard } from './guard';
import { mailboxOfFolder, mailboxOfSink, type Mailbox } from './mailbox';
import { createRole, runCommand, tail, type Environment, type Role, type Said } from './role-process';
import { startSmtpSink, type SmtpSink } from './smtp-server';
import { testTemporalAddress } from './temporal-client';

/** What a suite asks for. */
export interface ProductOptions {
  /** The roles that run before the first test; both by default. */
  readonly roles?: readonly ('web' | 'worker')[];
  /** Variables beside the usual ones. */
  readonly environment?: Environment;
  /** True: mails go to a sink; otherwise each is a file of DATA_DIR/outbox. */
  readonly smtp?: boolean;
  /** An empty database of the suite's own; by default one is made on the suites' server. */
  readonly databaseUrl?: string;
  /** A Temporal of the suite's own. */
  readonly temporalAddress?: string;
  /** False: the schema is left to the suite. */
  readonly migrated?: boolean;
}

/** An answer over HTTP. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed JSON, else the text. */
  readonly body: unknown;
}

/** The product of a suite; the fields are filled before its first test. */
export interface Product {
  readonly url: string;
  readonly dataDir: string;
  readonly namespace: string;
  readonly temporalAddress: string;
  readonly databaseUrl: string;
  readonly admin: { readonly email: string; readonly password: string };
  readonly scimToken: string;
  readonly apiToken: string;
  readonly environment: Environment;
  readonly sink: SmtpSink | undefined;
  /** Where its mails arrive. */
  readonly mailbox: Mailbox;
  readonly web: Role;
  readonly worker: Role;
  /** Runs a verb with --json and answers its document. @throws Error when it does not end with 0 */
  uptake<T = Record<string, unknown>>(...args: string[]): Promise<T>;
  /** Runs a verb as it is. */
  run(args: readonly string[], environment?: Environment): Promise<Said>;
  /** A request of the directory; `path` begins behind /scim/v2. */
  scim(method: string, path: string, body?: unknown): Promise<Answer>;
  /** A request of the apps; `path` begins behind /api/v1. */
  api(method: string, path: string, body?: unknown): Promise<Answer>;
  /** Rows over a connection of the suite's own; a new one after the server was away. */
  rows<T = Record<string, unknown>>(sql: string, values?: readonly unknown[]): Promise<T[]>;
  /** Waits until `look` finds something. @throws Error with the logs' last lines after the deadline */
  until<T>(what: string, look: () => Promise<T | undefined | false>, deadlineMs?: number): Promise<T>;
}

type Draft = { -readonly [key in keyof Product]: Product[key] };

/** Starts the product for the suites of this file; call it at the top of a describe. */
export function useProduct(options: ProductOptions | (() => Promise<ProductOptions>) = {}): Product {
  const product = {} as Draft;
  let close: (() => Promise<void>) | undefined;
  beforeAll(async () => {
    const given = typeof options === 'function' ? await options() : options;
    const parts = await makeParts(given);
    close = parts.close;
    Object.assign(product, parts.product);
    if (given.migrated !== false) await product.uptake('migrate');
    // Storms are part of the journeys; the ceiling of an organization has a test of its own.
    if (given.migrated !== false)
      await product.rows(`UPDATE organization_settings SET value_json = '1000000' WHERE setting = 'limit.scim'`);
    for (const role of given.roles ?? ['web', 'worker']) await product[role].start();
  }, 120_000);
  afterAll(async () => {
    await close?.();
  }, 60_000);
  return product;
}

async function makeParts(options: ProductOptions): Promise<{ product: Product; close: () => Promise<void> }> {
  checkBuild();
  const guard = startGuard();
  const sink = options.smtp === true ? await startSmtpSink() : undefined;
  const databaseUrl = options.databaseUrl ?? (await makeDatabase());
  const port = await findFreePort();
  const mark = randomBytes(6).toString('hex');
  const facts = {
    url: `http://127.0.0.1:${port}`,
    dataDir: join(guard.folder, 'data'),
    namespace: `uptake-journey-${mark}`,
    temporalAddress: options.temporalAddress ?? testTemporalAddress(),
    databaseUrl,
    admin: { email: `rollout-${mark}@example.com`, password: `a sentence for ${mark}` },
    scimToken: `upt_scim_${randomBytes(32).toString('base64url')}`,
    apiToken: `upt_${randomBytes(32).toString('base64url')}`,
    sink,
  };
  const environment = { ...environmentOf(facts, port), ...options.environment };
  const lookout = createLookout(databaseUrl);
  const product = assemble({ ...facts, environment, rows: lookout.rows }, guard);
  const close = async (): Promise<void> => {
    await Promise.all([product.web.kill(), product.worker.kill()]);
    await sink?.close();
    lookout.close();
    await guard.close();
  };
  return { product, close };
}

type Facts = Pick<
  Product,
  'url' | 'dataDir' | 'namespace' | 'temporalAddress' | 'databaseUrl' | 'admin' | 'scimToken' | 'apiToken' | 'sink'
>;

function environmentOf(facts: Facts, port: number): Environment {
  const { sink, admin } = facts;
  return {
    HOST: '127.0.0.1',
    PORT: String(port),
    DATABASE_URL: facts.databaseUrl,
    DATABASE_POOL: '10',
    TEMPORAL_ADDRESS: facts.temporalAddress,
    TEMPORAL_NAMESPACE: facts.namespace,
    DATA_DIR: facts.dataDir,
    SCIM_TOKEN: facts.scimToken,
    API_TOKEN: facts.apiToken,
    ADMIN_EMAIL: admin.email,
    ADMIN_PASSWORD: admin.password,
    JOURNEY_START_RATE: '50',
    MAIL_FROM: 'uptake@example.com',
    LOG_LEVEL: 'debug',
    ...(sink && { SMTP_URL: sink.url }),
  };
}

function assemble(facts: Facts & Pick<Product, 'environment' | 'rows'>, guard: Guard): Product {
  const { environment, rows, sink, dataDir, url, namespace } = facts;
  const roleOf = (name: 'web' | 'worker', isUp: (startedAt: Date) => Promise<boolean>) =>
    createRole({
      name,
      isUp,
      environment: () => environment,
      logPath: join(guard.folder, `${name}.log`),
      watch: guard.watch,
    });
  const seen = async (startedAt: Date): Promise<boolean> => {
    const found = await rows('SELECT 1 FROM temporal_server WHERE namespace = ? AND last_seen_at >= ?', [
      namespace,
      startedAt,
    ]);
    return found.length > 0;
  };
  const web = roleOf('web', () => isReady(url));
  const worker = roleOf('worker', seen);
  const story = (): string => [web, worker].map((role) => storyOf(role)).join('\n');
  const run = (args: readonly string[], more: Environment = {}): Promise<Said> =>
    runCommand(args, { ...environment, ...more }, guard.watch);
  return {
    ...facts,
    mailbox: sink ? mailboxOfSink(sink, story) : mailboxOfFolder(join(dataDir, 'outbox'), story),
    web,
    worker,
    run,
    uptake: async <T>(...args: string[]) => readDocument(args, await run([...args, '--json'])) as T,
    scim: (method, path, body) =>
      ask(`${url}/scim/v2${path}`, { method, token: facts.scimToken, type: 'application/scim+json', body }),
    api: (method, path, body) =>
      ask(`${url}/api/v1${path}`, { method, token: facts.apiToken, type: 'application/json', body }),
    until: (what, look, deadlineMs = 30_000) =>
      untilFound(look, deadlineMs, () => `${what}: not within ${deadlineMs / 1000} s.\n${story()}`),
  };
}

function readDocument(args: readonly string[], said: Said): unknown {
  if (said.code !== 0) throw new Error(`uptake ${args.join(' ')} ended with ${said.code}:\n${said.stderr}`);
  return JSON.parse(said.stdout);
}

async function isReady(url: string): Promise<boolean> {
  return fetch(`${url}/readyz`).then(
    (answer) => answer.status === 200,
    () => false,
  );
}

interface Asked {
  readonly method: string;
  readonly token: string;
  readonly type: string;
  readonly body: unknown;
}

async function ask(url: string, { method, token, type, body }: Asked): Promise<Answer> {
  const answer = await fetch(url, {
    method,
    headers: { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { 'content-type': type }) },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await answer.text();
  const isJson = answer.headers.get('content-type')?.includes('json') === true;
  return { status: answer.status, headers: answer.headers, body: isJson ? JSON.parse(text) : text };
}

async function untilFound<T>(
  look: () => Promise<T | undefined | false>,
  deadlineMs: number,
  problem: () => string,
): Promise<T> {
  const deadlineAt = Date.now() + deadlineMs;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > deadlineAt) throw new Error(problem());
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** What a process has warned of, and its last words. */
function storyOf(role: Role): string {
  const warnings = role
    .log()
    .split('\n')
    .filter((line) => /"level":"(warn|error)"/.test(line));
  return [...warnings.slice(-15), '…', tail(role.log(), 10)].join('\n');
}

async function makeDatabase(): Promise<string> {
  const server = process.env['TEST_DATABASE_URL'];
  if (!server) throw new Error('not run: no database server; run the suites with npm test');
  const url = new URL(server);
  url.pathname = '/';
  const admin = await createConnection({ uri: url.href });
  const name = `uptake_test_journey_${randomBytes(6).toString('hex')}`;
  await admin.query(`CREATE DATABASE ${name} CHARACTER SET utf8mb4`);
  await admin.end();
  url.pathname = `/${name}`;
  return url.href;
}

/** A connection that is made anew when the server was away in between. */
function createLookout(databaseUrl: string): Pick<Product, 'rows'> & { close(): void } {
  let connection: Promise<Connection> | undefined;
  const open = async (): Promise<Connection> => {
    const made = await createConnection({ uri: databaseUrl, timezone: 'Z', dateStrings: ['DATE'] });
    made.on('error', () => (connection = undefined));
    await made.query("SET time_zone = '+00:00'");
    return made;
  };
  return {
    rows: async <T>(text: string, values: readonly unknown[] = []) => {
      connection ??= open();
      connection.catch(() => (connection = undefined));
      const [found] = await (await connection).query<RowDataPacket[]>(text, values as unknown[]);
      return found as T[];
    },
    close: () => void connection?.then((it) => it.destroy()).catch(() => undefined),
  };
}

/** The journeys run what is built: an older build would prove nothing. */
function checkBuild(): void {
  const built = inBuild('.built');
  if (!existsSync(built)) throw new Error('dist is missing: run npm test, or npm run build before jest');
  const newest = Math.max(...['src', 'migrations', 'workflows'].map((folder) => newestIn(inPackage(folder))));
  if (newest > statSync(built).mtimeMs)
    throw new Error('dist is older than its sources: run npm test, or npm run build before jest');
}

function newestIn(folder: string): number {
  const entries = readdirSync(folder, { withFileTypes: true });
  const times = entries.map((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? newestIn(path) : statSync(path).mtimeMs;
  });
  return Math.max(0, ...times);
}
