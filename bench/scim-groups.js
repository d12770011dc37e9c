// @ts-check
// A group of 100,000 members (S10): adding and removing one, 1,000 at once, reading without members, and deleting one whose
// members hold seats by it. Rows that the database reads say what is touched; resident memory says what is kept. Called by
// run.js.
'use strict';
const { randomUUID } = require('node:crypto');
const { idOf } = require('./overview-seed.js');
const { ruled } = require('./scim-ruled.js');
const {
  bounded,
  createClient,
  patchOf,
  percentile,
  residentMb,
  resultOf,
  rowsRead,
  withPeople,
} = require('./scim-product.js');

const spare = 1000;
const singles = 300;
const bulks = 10;

/**
 * @param {import('./run.js').Options} options
 * @returns {Promise<import('./run.js').Result>}
 */
async function measure({ size = 100_000 }) {
  return withPeople(size + spare, async (product) => {
    const client = createClient(product);
    const group = await makeGroup(product, client, 'Everybody', size);
    const rows = [
      ...(await single(product, client, group, size)),
      ...(await thousand(client, group, size)),
      ...(await reads(product, client, group)),
      ...(await ruled(product, client, await makeGroup(product, client, 'Licensed', size))),
    ];
    client.close();
    return resultOf(product, rows);
  });
}

/**
 * @param {import('./scim-product.js').Seeded} product
 * @param {ReturnType<typeof createClient>} client
 * @param {string} displayName
 * @param {number} size
 */
async function makeGroup({ sql }, client, displayName, size) {
  const { body } = await client.send('POST', '/Groups', { displayName });
  const at = '2026-01-01 00:00:00';
  for (let from = 0; from < size; from += 2000) {
    const numbers = Array.from({ length: Math.min(2000, size - from) }, (_, index) => from + index);
    await sql.query(
      'INSERT INTO directory_group_members (organization_id, id, group_id, user_id, joined_at, created_at) VALUES ?',
      [numbers.map((number) => [1, randomUUID(), body.id, idOf(number), at, at])],
    );
  }
  await sql.query('UPDATE directory_groups SET member_count = ? WHERE id = ?', [size, body.id]);
  await sql.query('ANALYZE TABLE directory_group_members');
  return `/Groups/${body.id}`;
}

/**
 * @param {import('./scim-product.js').Seeded} product
 * @param {ReturnType<typeof createClient>} client
 * @param {string} group
 * @param {number} size
 */
async function single({ sql, pid }, client, group, size) {
  const change = async (/** @type {'add' | 'remove'} */ op, /** @type {number} */ number) => {
    const value = [{ value: idOf(size + (number % spare)) }];
    const { status, ms } = await client.send('PATCH', group, patchOf({ op, path: 'members', value }));
    if (status !== 200 && status !== 204) throw new Error(`${op}: ${status}`);
    return ms;
  };
  for (let number = 0; number < 50; number += 1) await change(number % 2 === 0 ? 'add' : 'remove', 0);
  const before = { mb: residentMb(pid), rows: await rowsRead(sql) };
  const [added, removed] = [/** @type {number[]} */ ([]), /** @type {number[]} */ ([])];
  for (let number = 0; number < singles; number += 1) {
    added.push(await change('add', number));
    removed.push(await change('remove', number));
  }
  const rows = (await rowsRead(sql)) - before.rows;
  return [
    bounded('add one', 'p50 ms', percentile(added, 0.5)),
    bounded('add one', 'p99 ms', percentile(added, 0.99), 50),
    bounded('remove one', 'p50 ms', percentile(removed, 0.5)),
    bounded('remove one', 'p99 ms', percentile(removed, 0.99), 50),
    bounded('add and remove', 'rows read per change', rows / (2 * singles), 50),
    bounded('add and remove', 'RSS growth MB', residentMb(pid) - before.mb, 20),
  ];
}

/** @param {ReturnType<typeof createClient>} client @param {string} group @param {number} size */
async function thousand(client, group, size) {
  const value = Array.from({ length: spare }, (_, number) => ({ value: idOf(size + number) }));
  const times = /** @type {number[]} */ ([]);
  for (let turn = 0; turn < bulks; turn += 1)
    for (const op of ['add', 'remove'])
      times.push((await client.send('PATCH', group, patchOf({ op, path: 'members', value }))).ms);
  return [
    bounded('1,000 members in one PATCH', 'p50 ms', percentile(times, 0.5)),
    bounded('1,000 members in one PATCH', 'longest ms', Math.max(...times), 1000),
  ];
}

/**
 * @param {import('./scim-product.js').Seeded} product
 * @param {ReturnType<typeof createClient>} client
 * @param {string} group
 */
async function reads({ sql }, client, group) {
  const paths = [
    `${group}?excludedAttributes=members`,
    '/Groups?excludedAttributes=members&filter=displayName+eq+%22everybody%22',
  ];
  const rows = [];
  for (const [number, path] of paths.entries()) {
    const before = await rowsRead(sql);
    const times = /** @type {number[]} */ ([]);
    for (let turn = 0; turn < 100; turn += 1) times.push((await client.send('GET', path)).ms);
    const name = number === 0 ? 'read without members' : 'found by name, without members';
    rows.push(bounded(name, 'p99 ms', percentile(times, 0.99)));
    rows.push(bounded(name, 'rows read per request', ((await rowsRead(sql)) - before) / 100, 10));
  }
  return rows;
}

module.exports = { measure };
