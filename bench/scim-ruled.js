// @ts-check
// A group of 100,000 members whose license rule gives each of them a seat: the rule begins and ends by the command line, the
// group is deleted, the answer does not wait for the seats, and the worker moves them. Called by scim-groups.js.
'use strict';
const { execFile } = require('node:child_process');
const path = require('node:path');
const { promisify } = require('node:util');
const { built } = require('./product.js');
const { bounded, residentMb } = require('./scim-product.js');

const run = promisify(execFile);
const lookMs = 50;
/** An answer waits so long. */
const deadlineS = 10;

/**
 * @param {import('./scim-product.js').Seeded} product
 * @param {ReturnType<typeof import('./scim-product.js').createClient>} client
 * @param {string} group
 */
async function ruled(product, client, group) {
  const { sql, pid } = product;
  const id = group.split('/').at(-1) ?? '';
  const rule = ['--source', 'groups', '--pool', 'APP', '--match', id];
  const added = await uptake(product, 'license-rule', 'add', ...rule);
  const ended = await uptake(product, 'license-rule', 'end', added.document.rule_id);
  await uptake(product, 'license-rule', 'add', ...rule);
  const worker = await product.startWorker();
  // It has nothing left to do once it has folded the counts of these changes.
  await untilEmpty(sql, 'adoption_deltas');
  const before = { web: residentMb(pid), worker: residentMb(worker) };
  const { status, ms } = await client.send('DELETE', group);
  if (status !== 204) throw new Error(`DELETE: ${status}`);
  const growth = residentMb(pid) - before.web;
  const answeredMs = performance.now();
  let peak = before.worker;
  await untilEmpty(sql, 'group_moves', () => (peak = Math.max(peak, residentMb(worker))));
  const followS = (performance.now() - answeredMs) / 1000;
  return [
    bounded('license-rule add for the group', 's', added.seconds),
    bounded('license-rule end', 's', ended.seconds),
    bounded('delete a group with a license rule', 's', ms / 1000, deadlineS),
    bounded('delete a group with a license rule', 'RSS growth MB', growth, 20),
    bounded('its seats follow', 's', followS),
    bounded('its seats follow', 'RSS growth MB of the worker', peak - before.worker),
  ];
}

/**
 * Waits until a table has no row.
 * @param {import('mysql2/promise').Connection} sql
 * @param {string} table
 * @param {() => void} [look]
 */
async function untilEmpty(sql, table, look) {
  for (;;) {
    const [rows] = /** @type {any} */ (await sql.query(`SELECT 1 FROM ${table} LIMIT 1`));
    if (rows.length === 0) return;
    look?.();
    await new Promise((resolve) => setTimeout(resolve, lookMs));
  }
}

/**
 * Runs a verb of the command line to its end.
 * @param {import('./product.js').Product} product
 * @param {string[]} args
 */
async function uptake({ environment }, ...args) {
  const startedMs = performance.now();
  const program = ['--disable-proto=delete', path.join(built, 'cli.js'), ...args, '--json'];
  const { stdout } = await run(process.execPath, program, { env: environment });
  return { document: JSON.parse(stdout), seconds: (performance.now() - startedMs) / 1000 };
}

module.exports = { ruled };
