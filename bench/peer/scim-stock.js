// @ts-check
// Stock scimmy and scimmy-routers on express, with ordinary handlers over the same tables: what an endpoint costs that is put
// together from the libraries alone. It keeps a user's values and nothing of their licenses, history and audit. `userName eq` is pushed down, lists are cut to 100. Run: node scim-stock.js DATABASE_URL
// TOKEN, prints its port. Called by scim.js.
'use strict';
const { createServer } = require('node:http');
const express = require('express');
const mysql = require('mysql2');
const SCIMMY = /** @type {any} */ (require('scimmy').default ?? require('scimmy'));
const SCIMMYRouters = /** @type {any} */ (require('scimmy-routers').default ?? require('scimmy-routers'));
const { v7 } = require('uuid');
const { toExtra, toResource, toValueRows } = require('../floor/scim-wire.js');
const { enterprise } = require('../scim-people.js');

const columns = `SELECT u.*, (SELECT JSON_ARRAYAGG(JSON_ARRAY(v.ordinal, v.attribute, v.type_key, v.value, v.is_primary, v.display, v.extra)) FROM user_values v
  WHERE v.organization_id = u.organization_id AND v.user_id = u.id) AS value_list
  FROM users u WHERE u.organization_id = 1 AND u.account_state <> 'removed'`;

/** @param {string} url @param {string} token */
function serve(url, token) {
  const pool = mysql.createPool({ uri: url, connectionLimit: 32, timezone: 'Z', jsonStrings: true }).promise();
  SCIMMY.Resources.declare(SCIMMY.Resources.User)
    .extend(SCIMMY.Schemas.EnterpriseUser)
    .egress((/** @type {any} */ asked) => find(pool, asked))
    .ingress((/** @type {any} */ asked, /** @type {any} */ user) => write(pool, asked.id, user));
  const app = express();
  const isKnown = (/** @type {any} */ req) => {
    if (req.header('Authorization') !== `Bearer ${token}`) throw new Error('unknown token');
    return 'bench';
  };
  app.use('/scim/v2', new SCIMMYRouters({ type: 'bearer', handler: isKnown }));
  const server = createServer(app).listen(0, '127.0.0.1', () => {
    const address = server.address();
    process.stdout.write(`${typeof address === 'object' && address ? address.port : 0}\n`);
  });
}

/** @param {import('mysql2/promise').Pool} pool @param {any} asked */
async function find(pool, { id, filter }) {
  const [operator, userName] = filter?.[0]?.userName ?? filter?.[0]?.username ?? [];
  const [sql, values] =
    id !== undefined
      ? [`${columns} AND u.id = ?`, [id]]
      : operator === 'eq'
        ? [`${columns} AND u.user_name_key = ?`, [String(userName).toLowerCase()]]
        : [`${columns} ORDER BY u.id LIMIT 100`, []];
  const [rows] = /** @type {[any[], any]} */ (await pool.query(sql, values));
  const users = rows.map(toPlain);
  if (id === undefined) return users;
  if (users.length === 0) throw new SCIMMY.Types.Error(404, null, 'no such user');
  return users[0];
}

/** Null is not a value that the library takes. @param {any} row */
function toPlain(row) {
  const { schemas: _, ...user } = toResource(row);
  return JSON.parse(JSON.stringify(user, (key, value) => (value === null ? undefined : value)));
}

/** @param {import('mysql2/promise').Pool} pool @param {string | undefined} id @param {any} user */
async function write(pool, id, user) {
  const now = new Date();
  if (id !== undefined) {
    await pool.query('UPDATE users SET title = ?, row_version = row_version + 1 WHERE organization_id = 1 AND id = ?', [
      user.title ?? null,
      id,
    ]);
    return find(pool, { id });
  }
  const made = v7();
  const email = user.emails?.[0]?.value ?? null;
  const names = [1, made, 'scim', user.externalId ?? null, user.userName, user.userName.toLowerCase()];
  const { givenName = null, familyName = null } = user.name ?? {};
  const { department = null, employeeNumber = null } = user[enterprise] ?? {};
  const known = [user.displayName ?? null, givenName, familyName, user.title ?? null, department, employeeNumber];
  const connection = await pool.getConnection();
  try {
    await connection.beginTransaction();
    await connection.query(
      `INSERT INTO users (organization_id, id, source, external_id, user_name, user_name_key, email, email_key, display_name, given_name,
        family_name, title, department, employee_number, scim_extra, scim_active, account_state, state_since, row_version, updated_at, created_at) VALUES (?)`,
      [[...names, email, email, ...known, toExtra(user), 1, 'enabled', now, 1, now, now]],
    );
    await connection.query(
      'INSERT INTO user_values (organization_id, user_id, attribute, ordinal, type_key, value_key, value, is_primary, display, extra) VALUES ?',
      [toValueRows(user).map((row) => [1, made, ...row])],
    );
    await connection.commit();
  } catch (error) {
    await connection.rollback();
    throw error;
  } finally {
    connection.release();
  }
  return { ...user, id: made, meta: { resourceType: 'User', created: now, lastModified: now } };
}

serve(process.argv[2] ?? '', process.argv[3] ?? '');
