// @ts-check
// The overview bench: POST adoption/overview of the built product over 100,000 people, beside its own SQL by bare mysql2
// (the floor), the plain scan it replaces, and the counts as of an instant. Called by run.js.
'use strict';
const path = require('node:path');
const mysql = require('mysql2/promise');
const { seed } = require('./overview-seed.js');
const { built, startProduct } = require('./product.js');
const { inRounds } = require('./rounds.js');

const warmUps = 20;
const times = { overview: 300, floor: 300, scan: 3, 'as-of': 5 };
const mostMs = { overview: 100, 'as-of': 2000 };
/** Promised for a million people; the floor of fewer is shorter than a request. */
const mostRatio = 3;
const ratioFrom = 1_000_000;

/**
 * @param {{ rounds: number, size: number | undefined }} options
 * @returns {Promise<import('./run.js').Result>}
 */
async function measure({ rounds, size = 100_000 }) {
  const product = await startProduct();
  if ('notRun' in product) return product;
  const sql = await mysql.createConnection({ uri: product.databaseUrl, timezone: 'Z', dateStrings: ['DATE'] });
  try {
    process.stderr.write(`seeding ${size} people\n`);
    const organizationId = await seed(sql, size);
    const cases = asked(product, sql, organizationId);
    const names = /** @type {(keyof typeof times)[]} */ (Object.keys(times));
    const medians = await inRounds(names, rounds, (name) =>
      timed(cases[/** @type {keyof typeof times} */ (name)], times[/** @type {keyof typeof times} */ (name)]),
    );
    const { database, bufferPool } = product;
    return { rows: names.flatMap((name) => toRows(name, medians, size)), database, bufferPool };
  } finally {
    await sql.end();
    await product.stop();
  }
}

/**
 * @param {import('./product.js').Product} product
 * @param {import('mysql2/promise').Connection} sql
 * @param {number} o
 * @returns {Record<keyof typeof times, () => Promise<unknown>>}
 */
function asked({ baseUrl, apiToken }, sql, o) {
  const { nowSql, referenceSql } = require(path.join(built, 'store', 'adoption-sql.js'));
  const { named } = require(path.join(built, 'store', 'named-sql.js'));
  const headers = { Authorization: `Bearer ${apiToken}` };
  const ask = async (/** @type {string} */ route, /** @type {string} */ method) => {
    const answer = await fetch(`${baseUrl}/api/v1/adoption/${route}`, { method, headers });
    if (answer.status !== 200) throw new Error(`${route}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  const values = () => {
    const now = Date.now();
    const at = (/** @type {number} */ ms) => new Date(ms).toISOString().replace('T', ' ').replace('Z', '000');
    const start = at(now - 30 * 86_400_000);
    return { o, t: at(now), start, t30: start, edge: start.slice(0, 10) };
  };
  const bound = (/** @type {string} */ text) => named(text, values());
  return {
    overview: () => ask('overview/', 'POST'),
    floor: () => sql.execute(bound(nowSql).sql, bound(nowSql).values),
    scan: () => sql.query(bound(referenceSql).sql, bound(referenceSql).values),
    'as-of': () => ask('detail', 'GET'),
  };
}

/**
 * One after the other, so that what is measured is the answer and not the queue.
 * @param {() => Promise<unknown>} work
 * @param {number} count
 */
async function timed(work, count) {
  for (let warm = 0; warm < Math.min(warmUps, count); warm += 1) await work();
  const taken = [];
  for (let done = 0; done < count; done += 1) {
    const from = performance.now();
    await work();
    taken.push(performance.now() - from);
  }
  const sorted = taken.toSorted((a, b) => a - b);
  const at = (/** @type {number} */ part) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
  return { p50: at(0.5), p95: at(0.95) };
}

/**
 * @param {keyof typeof times} name
 * @param {Record<string, Record<string, number>>} medians
 * @param {number} size
 */
function toRows(name, medians, size) {
  const { p50 = 0, p95 = 0 } = medians[name] ?? {};
  const floor = medians['floor']?.['p50'] ?? 0;
  const most = name in mostMs ? mostMs[/** @type {keyof typeof mostMs} */ (name)] : null;
  const isOverview = name === 'overview';
  const isJudged = isOverview && size >= ratioFrom;
  return [
    {
      case: name,
      metric: 'p50 ms',
      value: p50,
      floor: isOverview ? floor : null,
      ratio: isOverview ? p50 / floor : null,
      goal: isJudged ? `<= ${mostRatio} x floor` : null,
      met: isJudged ? p50 <= mostRatio * floor : null,
    },
    {
      case: name,
      metric: 'p95 ms',
      value: p95,
      floor: null,
      ratio: null,
      goal: most === null ? null : `< ${most} at ${size.toLocaleString('en-US')}`,
      met: most === null ? null : p95 < most,
    },
  ];
}

module.exports = { measure };
