// @ts-check
// npm run conformance [-- SUITE …] [--go-suite FOLDER] [--json]: the SCIM suites of others against the built product, each
// against an empty organization on a database of its own. Ends with 1 when a suite fails on what judge.js does not allow,
// or cannot be run. Needs the network once, for the suites; so it is no part of npm test.
'use strict';
const { parseArgs } = require('node:util');
const { startProduct } = require('../../bench/product.js');
const { isGood, judge } = require('./judge.js');
const { suites } = require('./suites.js');
const { NotHere } = require('./tools.js');

/**
 * @typedef {import('./judge.js').Verdict & { suite: string, notRun?: string }} Outcome
 */

/**
 * @param {import('./suites.js').Suite} suite
 * @param {string | undefined} goSuite
 * @returns {Promise<Outcome>}
 */
async function runSuite(suite, goSuite) {
  const empty = { suite: suite.name, passed: [], skipped: [], allowed: [], failed: [], unseen: [] };
  const product = await startProduct();
  if ('notRun' in product) return { ...empty, notRun: product.notRun };
  try {
    const target = { baseUrl: `${product.baseUrl}/scim/v2`, token: product.scimToken, goSuite };
    return { suite: suite.name, ...judge(suite.name, await suite.run(target)) };
  } catch (error) {
    if (error instanceof NotHere) return { ...empty, notRun: error.message };
    throw error;
  } finally {
    await product.stop();
  }
}

/** @param {Outcome} outcome */
function print({ suite, notRun, passed, skipped, allowed, failed, unseen }) {
  const line = (/** @type {string} */ text) => process.stdout.write(`${text}\n`);
  if (notRun !== undefined) return line(`${suite}: not run: ${notRun}`);
  line(
    `${suite}: ${passed.length} passed, ${failed.length} failed, ${allowed.length} allowed, ${skipped.length} skipped`,
  );
  for (const id of failed) line(`  FAILED   ${id}`);
  for (const id of allowed) line(`  allowed  ${id}`);
  for (const id of unseen) line(`  allowed, but did not fail: ${id}`);
  return undefined;
}

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { 'go-suite': { type: 'string' }, json: { type: 'boolean', default: false } },
  });
  const chosen = suites.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
  const unknown = positionals.filter((name) => !suites.some((suite) => suite.name === name));
  if (unknown.length > 0) {
    process.stderr.write(`usage: npm run conformance -- [${suites.map(({ name }) => name).join(' | ')}] [--json]\n`);
    process.exitCode = 2;
    return;
  }
  const outcomes = [];
  for (const suite of chosen) {
    const outcome = await runSuite(suite, values['go-suite']);
    if (!values.json) print(outcome);
    outcomes.push(outcome);
  }
  if (values.json) process.stdout.write(`${JSON.stringify(outcomes, null, 2)}\n`);
  if (!outcomes.every((outcome) => outcome.notRun === undefined && isGood(outcome))) process.exitCode = 1;
}

main().catch((error) => {
  process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
  process.exitCode = 1;
});
