// @ts-check
// The floor of the SCIM bench: bare node:http and mysql2 execute() with the product's own statements in the product's
// transaction, the token compared with a constant, JSON in and out. What the product does beside that (token look-up,
// limits, dialect, validation, mapping, request log) is its own to hide. Run: node scim.js DATABASE_URL TOKEN, prints its
// port.
'use strict';
const { createHash, randomBytes } = require('node:crypto');
const { createServer } = require('node:http');
const mysql = require('mysql2');
const { v7 } = require('uuid');
const { enterprise } = require('../scim-people.js');
const { toExtra, toList, toResource, toValueRows } = require('./scim-wire.js');
const { change, create, filter, get, list } = require('./scim-statements.js');

const fields = ['userName', 'externalId', 'displayName', 'givenName', 'familyName', 'email'];
const digests = Object.fromEntries(fields.map((name) => [name, createHash('sha256').update(name).digest('hex')]));
const salt = randomBytes(16);

/**
 * @param {string} url
 * @param {string} token
 */
function serve(url, token) {
  const pool = mysql
    .createPool({ uri: url, connectionLimit: 32, maxPreparedStatements: 200, timezone: 'Z', jsonStrings: true })
    .promise();
  pool.pool.on('connection', (connection) =>
    connection.query('SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED', () => undefined),
  );
  const authorization = `Bearer ${token}`;
  const server = createServer((req, res) => {
    if (req.headers.authorization !== authorization) {
      res.writeHead(401).end();
      return;
    }
    const work = answerOf(pool, req);
    work.then(
      (answer) => end(res, req.method === 'POST' ? 201 : 200, JSON.stringify(answer)),
      (error) => end(res, 500, String(error)),
    );
  });
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    process.stdout.write(`${typeof address === 'object' && address ? address.port : 0}\n`);
  });
}

/**
 * @param {import('mysql2/promise').Pool} pool
 * @param {import('node:http').IncomingMessage} req
 */
async function answerOf(pool, req) {
  const url = req.url ?? '';
  if (req.method === 'POST') return inTransaction(pool, await read(req), createIn);
  const id = url.split('/')[4];
  if (req.method === 'PATCH') {
    const title = (await read(req)).Operations[0].value;
    return inTransaction(pool, { id, title }, changeIn);
  }
  if (id !== undefined) return toResource((await rowsOf(pool, get, [1, id]))[0]);
  return url.includes('filter=') ? findUser(pool, url) : listUsers(pool);
}

/** @param {import('node:http').IncomingMessage} req @returns {Promise<any>} */
function read(req) {
  return new Promise((resolve, reject) => {
    const chunks = /** @type {Buffer[]} */ ([]);
    req.on('data', (chunk) => chunks.push(chunk));
    req.on('end', () => resolve(JSON.parse(Buffer.concat(chunks).toString())));
    req.on('error', reject);
  });
}

/** @param {import('node:http').ServerResponse} res @param {number} status @param {string} text */
function end(res, status, text) {
  res
    .writeHead(status, { 'Content-Type': 'application/scim+json', 'Content-Length': Buffer.byteLength(text) })
    .end(text);
}

/**
 * @template T
 * @param {import('mysql2/promise').Pool} pool
 * @param {T} asked
 * @param {(connection: import('mysql2/promise').PoolConnection, asked: T) => Promise<unknown>} work
 */
async function inTransaction(pool, asked, work) {
  const connection = await pool.getConnection();
  try {
    await connection.query('START TRANSACTION');
    const answer = await work(connection, asked);
    await connection.query('COMMIT');
    return answer;
  } catch (error) {
    await connection.query('ROLLBACK');
    throw error;
  } finally {
    connection.release();
  }
}

/** @param {import('mysql2/promise').PoolConnection} connection @param {any} body */
async function createIn(connection, body) {
  const [o, id, at, actor] = [1, v7(), new Date(), v7()];
  const { userName, externalId, displayName, name, title, emails, addresses, [enterprise]: work } = body;
  const email = emails[0].value;
  const { department, employeeNumber } = work;
  const { country } = addresses[0];
  const run = async (/** @type {number} */ no, /** @type {any[]} */ values) =>
    /** @type {any} */ ((await connection.execute(create[no] ?? '', values))[0]);
  await run(0, [
    o,
    id,
    at,
    'scim',
    externalId,
    userName,
    userName,
    email,
    email,
    displayName,
    name.givenName,
    name.familyName,
    title,
    department,
    null,
    employeeNumber,
    country,
    null,
    null,
    null,
    null,
    1,
    toExtra(body),
    'enabled',
    at,
    null,
    null,
    null,
    null,
    1,
    at,
  ]);
  await run(
    1,
    toValueRows(body).flatMap((row) => [o, id, ...row]),
  );
  await run(2, [o, v7(), id, at, userName, email, displayName, department, null, country, title, null, null, null, at]);
  await run(3, [o, v7(), id, 'enabled', at, 'scim', at]);
  await run(4, [o, email, id, o, id, externalId, userName, id, o, email, o, externalId]);
  const [rule] = await run(5, [o]);
  const terms = [o, rule.pool_id, at, at];
  await run(6, [1, 1, ...terms, 1, ...terms, o, rule.pool_id]);
  await run(7, [o, v7(), id, rule.pool_id, 1, 'auto', rule.id, at, actor, at]);
  await run(8, [at, rule.pool_id, o, id]);
  await run(9, [o, v7(), id, rule.pool_id, 'auto', rule.id, 'grant', at, at, actor, at]);
  await run(10, [o, null, null, 3, '1000-01-01']);
  await run(11, [o, 'SeatAssigned', id, 2, JSON.stringify({ userId: id }), at, at, 0]);
  const [detail, seat] = [
    { fields, version: 1, personal: digests },
    { poolId: rule.pool_id, source: 'auto' },
  ];
  const { insertId } = await run(12, [
    o,
    at,
    'scim',
    actor,
    'user.created',
    'user',
    id,
    JSON.stringify(detail),
    id,
    o,
    at,
    'scim',
    actor,
    'license.assigned',
    'user',
    id,
    JSON.stringify(seat),
    id,
  ]);
  const texts = [userName, externalId, displayName, name.givenName, name.familyName, email];
  await run(
    13,
    texts.flatMap((text, index) => [o, insertId, fields[index], id, text, salt]),
  );
  return { ...body, id, meta: { resourceType: 'User', created: at, lastModified: at, version: 'W/"1"' } };
}

/**
 * @param {import('mysql2/promise').PoolConnection} connection
 * @param {{ id: string | undefined, title: string }} asked
 */
async function changeIn(connection, { id, title }) {
  const [o, at, actor] = [1, new Date(), v7()];
  const run = (/** @type {number} */ no, /** @type {any[]} */ values) => connection.execute(change[no] ?? '', values);
  const [[row]] = /** @type {any} */ (await run(0, [o, id]));
  await run(1, [title, row.row_version + 1, o, id]);
  await run(2, [at, o, id]);
  const { user_name: name, email, display_name: shown, department, country } = row;
  await run(3, [o, v7(), id, at, name, email, shown, department, null, country, title, null, null, null, at]);
  const detail = JSON.stringify({ fields: ['title'], version: row.row_version + 1 });
  await run(4, [o, at, 'scim', actor, 'user.updated', 'user', id, detail, id]);
  return toResource({ ...row, title, row_version: row.row_version + 1 });
}

/** @param {import('mysql2/promise').Pool} pool @param {string} url */
async function findUser(pool, url) {
  const wanted = /userName eq "([^"]*)"/.exec(decodeURIComponent(url.replaceAll('+', ' ')))?.[1] ?? '';
  const rows = await rowsOf(pool, filter, [1, wanted.toLowerCase()]);
  return toList(rows, rows.length);
}

/** @param {import('mysql2/promise').Pool} pool */
async function listUsers(pool) {
  const [rows, [total]] = await Promise.all([rowsOf(pool, list[0] ?? '', [1]), rowsOf(pool, list[1] ?? '', [1, 1])]);
  return toList(rows.slice(0, 100), Number(total.people));
}

/** @param {import('mysql2/promise').Pool} pool @param {string} sql @param {any[]} values @returns {Promise<any[]>} */
async function rowsOf(pool, sql, values) {
  return /** @type {any} */ ((await pool.execute(sql, values))[0]);
}

serve(process.argv[2] ?? '', process.argv[3] ?? '');
