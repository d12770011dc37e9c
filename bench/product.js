// @ts-check
// A private database and the built product's web role on it, in a throw-away folder, for benches that measure from
// outside: HTTP and SQL. Called by benches; stop() ends and removes everything.
'use strict';
const { execFile, spawn } = require('node:child_process');
const { existsSync } = require('node:fs');
const { mkdtemp, rm } = require('node:fs/promises');
const { createServer } = require('node:net');
const { tmpdir } = require('node:os');
const path = require('node:path');
const { promisify } = require('node:util');

const run = promisify(execFile);
const root = path.join(__dirname, '..');
const built = path.join(root, 'dist', 'src');
const node = ['--disable-proto=delete'];
const tokens = { API_TOKEN: `upt_${'a'.repeat(43)}`, SCIM_TOKEN: `upt_scim_${'s'.repeat(43)}` };
const bufferPoolMb = 512;

/**
 * @typedef {{ databaseUrl: string, baseUrl: string, apiToken: string, scimToken: string, pid: number, database: string, bufferPool: string, environment: NodeJS.ProcessEnv, startWorker: () => Promise<number>, stop: () => Promise<void> }} Product
 * @returns {Promise<Product | { notRun: string }>}
 */
async function startProduct() {
  if (!existsSync(path.join(built, 'web.js'))) return { notRun: 'dist is missing; npm run build makes it' };
  const found = await run(process.execPath, [path.join(root, 'scripts', 'ensure-database.js'), 'find']);
  const program = JSON.parse(found.stdout);
  if (!program) return { notRun: 'no mysqld or mariadbd on this machine' };
  const folder = await mkdtemp(path.join(tmpdir(), 'uptake-bench-'));
  const { startDatabase } = require(path.join(built, 'embedded', 'database.js'));
  const database = await startDatabase({
    program,
    dataDir: folder,
    databaseName: 'uptake',
    bufferPoolMb,
    durable: true,
    environment: process.env,
    clock: { now: () => new Date() },
    onGiveUp: (/** @type {string} */ report) => process.stderr.write(`${report}\n`),
  });
  const port = await freePort();
  const environment = {
    ...process.env,
    ...tokens,
    DATABASE_URL: database.url,
    DATA_DIR: folder,
    PORT: String(port),
    LOG_LEVEL: 'error',
  };
  await run(process.execPath, [...node, path.join(built, 'cli.js'), 'migrate'], { env: environment });
  await raiseLimits(database.url);
  const web = spawn(process.execPath, [...node, path.join(built, 'web.js')], { env: environment, stdio: 'inherit' });
  const baseUrl = `http://127.0.0.1:${port}`;
  const roles = [web];
  /** A worker without Temporal: what it does in the database by itself. Answers its process id. */
  const startWorker = async () => {
    const env = { ...environment, TEMPORAL_ADDRESS: `127.0.0.1:${await freePort()}` };
    const worker = spawn(process.execPath, [...node, path.join(built, 'worker.js')], { env, stdio: 'inherit' });
    roles.push(worker);
    return worker.pid ?? 0;
  };
  const stop = async () => {
    for (const role of roles) await end(role);
    await database.stop();
    await rm(folder, { recursive: true, force: true });
  };
  await untilReady(`${baseUrl}/readyz`).catch(async (error) => {
    await stop();
    throw error;
  });
  return {
    databaseUrl: database.url,
    baseUrl,
    apiToken: tokens.API_TOKEN,
    scimToken: tokens.SCIM_TOKEN,
    pid: web.pid ?? 0,
    environment,
    startWorker,
    database: program.flavor,
    bufferPool: `${bufferPoolMb} MB`,
    stop,
  };
}

/** @param {import('node:child_process').ChildProcess} role */
async function end(role) {
  role.kill('SIGTERM');
  await new Promise((resolve) => (role.exitCode === null ? role.once('exit', resolve) : resolve(undefined)));
}

/** A bench asks more than any organization may. @param {string} url */
async function raiseLimits(url) {
  const sql = await require('mysql2/promise').createConnection({ uri: url });
  await sql.query("UPDATE organization_settings SET value_json = '1000000' WHERE setting LIKE 'limit.%'");
  await sql.end();
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

/** @param {string} url */
async function untilReady(url) {
  const deadline = Date.now() + 30_000;
  while (Date.now() < deadline) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('the web role did not become ready');
}

module.exports = { built, startProduct };
