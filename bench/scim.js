// @ts-check
// The SCIM bench: create, `userName eq`, read by id, PATCH of a title and a list of 100 of the built product over 100,000
// users as Entra's default mapping fills them, beside the floor of floor/scim.js and stock scimmy (peer/scim-stock.js) on the
// same database. 32 connections, closed loop, each case in a fresh process that is warm before it is measured. Called by run.js.
'use strict';
const { spawn } = require('node:child_process');
const { randomUUID } = require('node:crypto');
const { readFileSync } = require('node:fs');
const { mkdtemp, rm } = require('node:fs/promises');
const { tmpdir } = require('node:os');
const path = require('node:path');
const mysql = require('mysql2/promise');
const { load } = require('./load.js');
const { idOf } = require('./overview-seed.js');
const { built, startProduct } = require('./product.js');
const { inRounds } = require('./rounds.js');
const { seedWholePeople, wholeUser } = require('./scim-people.js');

const connections = 32;
/** Case -> least ratio to the floor, least multiple of stock scimmy. */
const goals = /** @type {Record<string, readonly [number, number]>} */ ({
  create: [0.7, 7],
  filter: [0.8, 6],
  read: [0.8, 7],
  change: [0.7, 27],
  list: [0.9, 50],
});
const token = `upt_scim_${'s'.repeat(43)}`;
const ticksPerSecond = 100;

/**
 * @param {{ rounds: number, size: number | undefined }} options
 * @returns {Promise<import('./run.js').Result>}
 */
async function measure({ rounds, size = 100_000 }) {
  const product = await startProduct();
  if ('notRun' in product) return product;
  const folder = await mkdtemp(path.join(tmpdir(), 'uptake-bench-scim-'));
  try {
    process.stderr.write(`seeding ${size} people\n`);
    await seedPeople(product, size);
    const names = Object.keys(goals);
    const cases = names.flatMap((name) => [name, `${name} floor`, `${name} stock`]);
    const medians = await inRounds(cases, rounds, (name) => measureCase(name, product.databaseUrl, folder, size));
    const { database, bufferPool } = product;
    return { rows: names.flatMap((name) => toRows(name, medians)), database, bufferPool };
  } finally {
    await product.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** @param {import('./product.js').Product} product @param {number} size */
async function seedPeople({ databaseUrl, baseUrl, scimToken }, size) {
  const sql = await mysql.createConnection({ uri: databaseUrl, timezone: 'Z', dateStrings: ['DATE'] });
  const headers = { Authorization: `Bearer ${scimToken}`, 'Content-Type': 'application/scim+json' };
  await seedWholePeople(sql, size, async (body) => {
    const made = await fetch(`${baseUrl}/scim/v2/Users`, { method: 'POST', headers, body: JSON.stringify(body) });
    if (made.status !== 201) throw new Error(`POST /Users: ${made.status} ${await made.text()}`);
    return made.json();
  });
  await sql.end();
}

/**
 * @param {string} name
 * @param {string} databaseUrl
 * @param {string} folder
 * @param {number} size
 * @returns {Promise<Record<string, number>>}
 */
async function measureCase(name, databaseUrl, folder, size) {
  const server = await startServer(name, databaseUrl, folder);
  try {
    const headers = { Authorization: `Bearer ${token}` };
    const next = () => shotOf(name.split(' ')[0] ?? '', size);
    return await load({ port: server.port, connections, headers, next, cpuSeconds: () => cpuSeconds(server.pid) });
  } finally {
    await server.stop();
  }
}

function createShot() {
  const body = JSON.stringify(wholeUser(randomUUID()));
  return { method: 'POST', path: '/scim/v2/Users', body, status: 201 };
}

/** @param {string} name @param {number} size @returns {import('./load.js').Shot} */
function shotOf(name, size) {
  if (name === 'create') return createShot();
  const number = Math.floor(Math.random() * size);
  const one = `/scim/v2/Users/${idOf(number)}`;
  if (name === 'read') return { method: 'GET', path: one, status: 200 };
  if (name === 'list') return { method: 'GET', path: '/scim/v2/Users', status: 200 };
  if (name === 'filter')
    return { method: 'GET', path: `/scim/v2/Users?filter=userName+eq+%22person.${number}@example.com%22`, status: 200 };
  const operation = { op: 'replace', path: 'title', value: randomUUID() };
  const schemas = ['urn:ietf:params:scim:api:messages:2.0:PatchOp'];
  return { method: 'PATCH', path: one, body: JSON.stringify({ schemas, Operations: [operation] }), status: 200 };
}

/** @param {string} name @param {string} databaseUrl @param {string} folder */
function startServer(name, databaseUrl, folder) {
  if (name.endsWith('floor')) return startScript('floor/scim.js', databaseUrl);
  if (name.endsWith('stock')) return startScript('peer/scim-stock.js', databaseUrl);
  return startWeb(databaseUrl, folder);
}

/** A server that prints its port. @param {string} script @param {string} databaseUrl */
async function startScript(script, databaseUrl) {
  const child = spawn(process.execPath, ['--disable-proto=delete', path.join(__dirname, script), databaseUrl, token], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const port = await new Promise((resolve) => child.stdout.once('data', (text) => resolve(Number(text))));
  return running(child, port);
}

/** @param {string} databaseUrl @param {string} folder */
async function startWeb(databaseUrl, folder) {
  const port = 20_000 + Math.floor(Math.random() * 20_000);
  const env = {
    ...process.env,
    DATABASE_URL: databaseUrl,
    DATA_DIR: folder,
    PORT: String(port),
    LOG_LEVEL: 'error',
    SCIM_TOKEN: token,
    API_TOKEN: `upt_${'a'.repeat(43)}`,
  };
  const child = spawn(process.execPath, ['--disable-proto=delete', path.join(built, 'web.js')], {
    env,
    stdio: 'inherit',
  });
  const server = running(child, port);
  for (let left = 300; left > 0; left -= 1) {
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined);
    if (answer?.ok) return server;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await server.stop();
  throw new Error('the web role did not become ready');
}

/** @param {import('node:child_process').ChildProcess} child @param {number} port */
function running(child, port) {
  const stop = () =>
    new Promise((resolve) => {
      if (child.exitCode !== null) return resolve(undefined);
      child.once('exit', resolve);
      child.kill('SIGTERM');
    });
  return { port, pid: child.pid ?? 0, stop };
}

/** CPU seconds of a process so far; 0 where /proc is not there. @param {number} pid */
function cpuSeconds(pid) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
  } catch {
    return 0;
  }
}

/** @param {string} name @param {Record<string, Record<string, number>>} medians */
function toRows(name, medians) {
  const of = (/** @type {string} */ suffix) => medians[`${name}${suffix}`] ?? {};
  const [ours, floor, stock] = [of(''), of(' floor'), of(' stock')];
  const [least, multiple] = goals[name] ?? [0, 0];
  const [ratio, times] = [(ours.rate ?? 0) / (floor.rate ?? 1), (ours.rate ?? 0) / (stock.rate ?? 1)];
  const row = (/** @type {string} */ metric, /** @type {string} */ key) => ({
    case: name,
    metric,
    value: ours[key] ?? 0,
    floor: /** @type {number | null} */ (floor[key] ?? 0),
    ratio: /** @type {number | null} */ (null),
    goal: /** @type {string | null} */ (null),
    met: /** @type {boolean | null} */ (null),
  });
  return [
    { ...row('requests/s', 'rate'), ratio, goal: `>= ${least} x floor`, met: ratio >= least },
    {
      ...row('times the rate of stock scimmy', 'rate'),
      value: times,
      floor: null,
      goal: `>= ${multiple}`,
      met: times >= multiple,
    },
    row('p50 ms', 'p50Ms'),
    row('p99 ms', 'p99Ms'),
    row('server CPU µs per request', 'cpuUs'),
    { ...row('server CPU µs per request, stock scimmy', 'cpuUs'), value: stock.cpuUs ?? 0 },
  ];
}

module.exports = { measure };
