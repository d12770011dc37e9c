// @ts-check
// The floor of the SCIM bench: bare node:http and mysql2 execute() with the product's own statements in the product's
// transaction, the token compared with a constant, JSON in and out. What the product does beside that (token look-up,
// limits, dialect, validation, mapping, request log) is its own to hide. Run: node scim.js DATABASE_URL TOKEN, prints its
// port. test/scim/floor.test.ts holds the statements to those the product sends.
'use strict';
const { createHash, randomBytes } = require('node:crypto');
const { createServer } = require('node:http');
const mysql = require('mysql2');
const { v7 } = require('uuid');

const places = (/** @type {number} */ columns, rows = 1) =>
  Array.from({ length: rows }, () => `(${Array.from({ length: columns }, () => '?').join(', ')})`).join(', ');

/**
 * Texts of a create, between START TRANSACTION and COMMIT. The claim follows the seat: its foreign key shares a lock on the
 * pool, which two makers at once could not both raise.
 */
const create = [
  `INSERT INTO users (organization_id, id, created_at, source, external_id, user_name, user_name_key, email, email_key, display_name, given_name, family_name, title, department, cost_center, employee_number, country, manager_user_id, manager_raw, locale, time_zone, scim_active, scim_extra, account_state, state_since, licensed_at, app_pool_id, deactivated_at, removed_at, row_version, updated_at) VALUES ${places(31)}`,
  `INSERT INTO user_values (organization_id, user_id, attribute, ordinal, type_key, value_key, value, is_primary, display, extra) VALUES ${places(10)}`,
  `INSERT INTO user_profile_versions (organization_id, id, user_id, valid_from, user_name, email, display_name, department, cost_center, country, title, manager_user_id, locale, time_zone, created_at) VALUES ${places(15)}`,
  `INSERT INTO user_state_intervals (organization_id, id, user_id, state, started_at, cause, created_at) VALUES ${places(7)}`,
  `SELECT EXISTS (SELECT 1 FROM users u WHERE u.organization_id = ? AND u.account_state <> 'removed' AND u.email_key = ? AND u.id <> ?) AS has_twin,
    EXISTS (SELECT 1 FROM users u WHERE u.organization_id = ? AND u.account_state <> 'removed' AND u.manager_raw IN (?, ?, ?) AND u.manager_user_id IS NULL AND u.id <> ?) AS is_awaited,
    EXISTS (SELECT 1 FROM event_quarantine q WHERE q.organization_id = ? AND q.resolved_at IS NULL AND q.email_key = ?) OR EXISTS (SELECT 1 FROM event_quarantine q WHERE q.organization_id = ? AND q.resolved_at IS NULL AND q.external_id = ?) AS has_events`,
  `SELECT r.id, r.source, r.match_value, p.id AS pool_id, p.is_app FROM license_rules r JOIN license_pools p ON p.organization_id = r.organization_id AND p.id = r.pool_id
    WHERE r.organization_id = ? AND r.source IN ('auto', 'roles', 'extension') AND r.ended_at IS NULL AND p.closed_at IS NULL ORDER BY p.sort_order, p.id, r.id`,
  `UPDATE license_pools SET assigned = assigned + LAST_INSERT_ID(IF(closed_at IS NOT NULL, 0, IF(over_seat = 'allow', CAST(? AS SIGNED),
    LEAST(CAST(? AS SIGNED), GREATEST(0, (SELECT CAST(COALESCE(SUM(t.seats), 0) AS SIGNED) FROM license_pool_terms t WHERE t.organization_id = ?
      AND t.pool_id = ? AND t.started_at <= ? AND (t.ended_at IS NULL OR t.ended_at > ?)) - CAST(assigned AS SIGNED))))))
    WHERE organization_id = ? AND id = ?`,
  `INSERT INTO license_assignments (organization_id, id, user_id, pool_id, is_app, source, source_ref, assigned_at, actor_id, created_at) VALUES ${places(10)}`,
  `UPDATE users SET licensed_at = ?, app_pool_id = ? WHERE organization_id = ? AND id = ?`,
  `INSERT INTO license_claims (organization_id, id, user_id, pool_id, source, source_ref, effect, claimed_at, last_seen_at, actor_id, created_at) VALUES ${places(11)}`,
  `INSERT INTO adoption_deltas (organization_id, from_flags, from_on, to_flags, to_on) VALUES ${places(5)}`,
  `INSERT INTO outbox (organization_id, topic, subject_id, lane, payload, created_at, available_at, attempts) VALUES ${places(8)}`,
  `INSERT INTO audit_entries (organization_id, happened_at, actor_kind, actor_id, action, target_kind, target_id, detail, request_id) VALUES ${places(9, 2)}`,
  `INSERT INTO audit_personal_values (organization_id, audit_id, field, subject_user_id, value_text, salt) VALUES ${places(6, 6)}`,
];

/** The one statement of `userName eq`. */
const filter = `SELECT u.id, u.source, u.external_id, u.user_name, u.email, u.display_name, u.given_name, u.family_name, u.title, u.department,
  u.cost_center, u.employee_number, u.country, u.manager_user_id, u.manager_raw, u.locale, u.time_zone, u.scim_active, u.scim_extra, u.account_state,
  u.state_since, u.licensed_at, u.app_pool_id, u.activated_at, u.onboarded_at, u.items_added_at, u.extension_connected_at, u.autofill_used_at,
  u.returned_at, u.hub_authenticated_at, u.last_used_at, u.row_version, u.created_at, u.updated_at,
  (SELECT JSON_ARRAYAGG(JSON_ARRAY(v.ordinal, v.attribute, v.type_key, v.value, v.is_primary, v.display, v.extra)) FROM user_values v WHERE v.organization_id = u.organization_id AND v.user_id = u.id) AS value_list,
  (SELECT JSON_ARRAYAGG(JSON_ARRAY(g.id, g.display_name)) FROM directory_group_members gm JOIN directory_groups g ON g.organization_id = gm.organization_id AND g.id = gm.group_id WHERE gm.organization_id = u.organization_id AND gm.user_id = u.id AND gm.is_open = 1) AS group_list,
  (SELECT m.display_name FROM users m WHERE m.organization_id = u.organization_id AND m.id = u.manager_user_id) AS manager_display_name
  FROM users u WHERE u.organization_id = ? AND u.account_state <> 'removed' AND (u.user_name_key = ?) ORDER BY u.id LIMIT 101`;

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
    const work =
      req.method === 'POST' ? read(req).then((body) => createUser(pool, body)) : findUser(pool, req.url ?? '');
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

/** @param {import('mysql2/promise').Pool} pool @param {any} body */
async function createUser(pool, body) {
  const connection = await pool.getConnection();
  try {
    await connection.query('START TRANSACTION');
    const answer = await createIn(connection, body);
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
  const { userName, externalId, displayName, name, emails } = body;
  const email = emails[0].value;
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
    null,
    null,
    null,
    null,
    null,
    null,
    null,
    null,
    null,
    1,
    null,
    'enabled',
    at,
    null,
    null,
    null,
    null,
    1,
    at,
  ]);
  await run(1, [o, id, 'emails', 0, 'work', email, email, 1, null, null]);
  await run(2, [o, v7(), id, at, userName, email, displayName, null, null, null, null, null, null, null, at]);
  await run(3, [o, v7(), id, 'enabled', at, 'scim', at]);
  await run(4, [o, email, id, o, id, externalId, userName, id, o, email, o, externalId]);
  const [rule] = await run(5, [o]);
  await run(6, [1, 1, o, rule.pool_id, at, at, o, rule.pool_id]);
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

/** @param {import('mysql2/promise').Pool} pool @param {string} url */
async function findUser(pool, url) {
  const wanted = /userName eq "([^"]*)"/.exec(decodeURIComponent(url.replaceAll('+', ' ')))?.[1] ?? '';
  const [rows] = /** @type {[any[], any]} */ (await pool.execute(filter, [1, wanted.toLowerCase()]));
  const Resources = rows.map((row) => ({
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
    id: row.id,
    externalId: row.external_id,
    userName: row.user_name,
    displayName: row.display_name,
    name: { givenName: row.given_name, familyName: row.family_name },
    active: row.scim_active === 1,
    emails: JSON.parse(row.value_list ?? '[]').map((/** @type {any[]} */ it) => ({
      value: it[3],
      type: it[2],
      primary: it[4] === 1,
    })),
    meta: {
      resourceType: 'User',
      created: row.created_at,
      lastModified: row.updated_at,
      version: `W/"${row.row_version}"`,
    },
  }));
  return {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
    totalResults: rows.length,
    startIndex: 1,
    itemsPerPage: rows.length,
    Resources,
  };
}

module.exports = { create, filter };

if (require.main === module) serve(process.argv[2] ?? '', process.argv[3] ?? '');
