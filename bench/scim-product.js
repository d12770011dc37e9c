// @ts-check
// What the SCIM benches beside scim.js share: the product on many people, requests to it, what its process and its database
// did meanwhile, and lines of a result. Called by the scim-*.js benches.
'use strict';
const { readFileSync } = require('node:fs');
const { Agent, request } = require('node:http');
const mysql = require('mysql2/promise');
const { idOf } = require('./overview-seed.js');
const { startProduct } = require('./product.js');

const batch = 2000;

/**
 * @typedef {import('./product.js').Product & { sql: import('mysql2/promise').Connection }} Seeded
 * @typedef {{ status: number, body: any, ms: number }} Answer
 * @typedef {import('./run.js').Row} Row
 */

/**
 * Starts the product and fills it with people who have a userName, an externalId, a work address and, each tenth, a manager.
 * @template T
 * @param {number} people
 * @param {(product: Seeded) => Promise<T>} work
 * @returns {Promise<T | { notRun: string }>}
 */
async function withPeople(people, work) {
  const product = await startProduct();
  if ('notRun' in product) return product;
  const sql = await mysql.createConnection({ uri: product.databaseUrl, timezone: 'Z', supportBigNumbers: true });
  try {
    process.stderr.write(`seeding ${people} people\n`);
    for (let from = 0; from < people; from += batch) await addPeople(sql, from, Math.min(batch, people - from));
    await sql.query('UPDATE license_pool_terms SET seats = 100000000');
    await sql.query(
      `INSERT INTO adoption_counts (organization_id, flags, last_used_on, people)
       SELECT organization_id, flags, last_used_on, COUNT(*) FROM users GROUP BY organization_id, flags, last_used_on`,
    );
    await sql.query('ANALYZE TABLE users, user_values');
    return await work({ ...product, sql });
  } finally {
    await sql.end();
    await product.stop();
  }
}

/** @param {import('mysql2/promise').Connection} sql @param {number} from @param {number} count */
async function addPeople(sql, from, count) {
  const numbers = Array.from({ length: count }, (_, index) => from + index);
  const at = '2026-01-01 00:00:00';
  await sql.query(
    `INSERT INTO users (organization_id, id, source, external_id, user_name, user_name_key, email, email_key, display_name,
      manager_raw, scim_active, account_state, state_since, row_version, updated_at, created_at) VALUES ?`,
    [
      numbers.map((number) => {
        const email = `person.${number}@example.com`;
        const manager = number % 10 === 0 ? `m${number}` : null;
        const facts = [1, 'enabled', at, 1, at, at];
        return [
          1,
          idOf(number),
          'scim',
          `e${number}`,
          email,
          email,
          email,
          email,
          `Person ${number}`,
          manager,
          ...facts,
        ];
      }),
    ],
  );
  await sql.query(
    'INSERT INTO user_values (organization_id, user_id, attribute, ordinal, type_key, value_key, value, is_primary) VALUES ?',
    [
      numbers.map((number) => {
        const email = `person.${number}@example.com`;
        return [1, idOf(number), 'emails', 0, 'work', email, email, 1];
      }),
    ],
  );
}

/**
 * A client of the SCIM endpoint.
 * @param {Pick<Seeded, 'baseUrl' | 'scimToken'>} product
 * @param {number} [connections]
 */
function createClient({ baseUrl, scimToken }, connections = 1) {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const { hostname, port } = new URL(baseUrl);
  /** @param {string} method @param {string} path @param {object} [body] @returns {Promise<Answer>} */
  const send = (method, path, body) =>
    new Promise((resolve, reject) => {
      const sentMs = performance.now();
      const text = body === undefined ? undefined : JSON.stringify(body);
      const length = text === undefined ? {} : { 'Content-Length': Buffer.byteLength(text) };
      const headers = { Authorization: `Bearer ${scimToken}`, 'Content-Type': 'application/scim+json', ...length };
      const req = request({ hostname, port, agent, method, path: `/scim/v2${path}`, headers }, (res) => {
        const chunks = /** @type {Buffer[]} */ ([]);
        res.on('data', (chunk) => chunks.push(chunk));
        res.on('end', () => {
          const said = Buffer.concat(chunks).toString();
          const answer = { status: res.statusCode ?? 0, body: said === '' ? undefined : JSON.parse(said) };
          resolve({ ...answer, ms: performance.now() - sentMs });
        });
      });
      req.on('error', reject);
      req.end(text);
    });
  return { send, close: () => agent.destroy() };
}

/** A patch of one operation. @param {object} operation */
function patchOf(operation) {
  return { schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations: [operation] };
}

/** @param {readonly number[]} values @param {number} part */
function percentile(values, part) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
}

/** Resident megabytes of a process; 0 where /proc is not there. @param {number} pid */
function residentMb(pid) {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
  } catch {
    return 0;
  }
}

/** Rows that the server has read so far, over all connections. @param {import('mysql2/promise').Connection} sql */
async function rowsRead(sql) {
  const [rows] = /** @type {any} */ (await sql.query("SHOW GLOBAL STATUS LIKE 'Handler_read%'"));
  return rows.reduce((/** @type {number} */ sum, /** @type {any} */ row) => sum + Number(row.Value), 0);
}

/**
 * A line with an upper bound.
 * @param {string} name
 * @param {string} metric
 * @param {number} value
 * @param {number} [below]
 * @returns {Row}
 */
function bounded(name, metric, value, below) {
  const goal = below === undefined ? null : `< ${below.toLocaleString('en-US')}`;
  return { case: name, metric, value, floor: null, ratio: null, goal, met: below === undefined ? null : value < below };
}

/** @param {Seeded} product @param {Row[]} rows */
function resultOf({ database, bufferPool }, rows) {
  return { rows, database, bufferPool };
}

module.exports = { bounded, createClient, patchOf, percentile, residentMb, resultOf, rowsRead, withPeople };
