// @ts-check
// The commands of a bare clone: node scripts/bootstrap.js start | demo | test [jest arguments] | test:mysql | build.
// Installs and builds what is missing, then hands over. Called by the scripts of package.json; needs nothing but Node.
'use strict';
const path = require('node:path');

const verbs = { start: () => launch(false), demo: () => launch(true), test, 'test:mysql': testMysql, build: prepare };

/** Progress goes to stderr: stdout belongs to what the command is for. */
const say = (/** @type {string} */ line) => void process.stderr.write(`${line}\n`);

/** Whether this Node is new enough; said before anything newer than it is loaded. */
function isNodeNewEnough() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return true;
  say(
    `Uptake needs Node 20.19 or newer; this is ${process.versions.node}. Get it from https://nodejs.org and try again.`,
  );
  return false;
}

/** Packages and dist. @returns {Promise<number>} */
async function prepare() {
  const { install } = require('./install.js');
  const { build } = require('./build.js');
  return (await install(say)) && (await build(say)) ? 0 : 1;
}

/**
 * Stays in this process: npm's signals arrive where the children are known.
 * @param {boolean} demo
 * @returns {Promise<number>}
 */
async function launch(demo) {
  if ((await prepare()) !== 0) return 1;
  const { root } = require('./run.js');
  const { ensureDatabase } = require('./ensure-database.js');
  const { ensureTemporal } = require('./ensure-temporal.js');
  /** @type {typeof import('../src/start')} */
  const { start } = require(path.join(root, 'dist', 'src', 'start.js'));
  return start({ environment: process.env, demo, tools: { ensureDatabase, ensureTemporal } });
}

/**
 * The whole: static checks, build, suites. With arguments the suites they name, at once.
 * @param {readonly string[]} args
 * @returns {Promise<number>}
 */
async function test(args) {
  const { install } = require('./install.js');
  if (!(await install(say))) return 1;
  const { check } = require('./check.js');
  const { build } = require('./build.js');
  if (args.length === 0 && !(await check(say))) return 1;
  if (!(await build(say))) return 1;
  await require('./ensure-database.js').ensureDatabase(say);
  await require('./ensure-temporal.js').ensureTemporal(say);
  const { root, runVisibly } = require('./run.js');
  const jest = path.join(root, 'node_modules', 'jest', 'bin', 'jest.js');
  return runVisibly(process.execPath, ['--disable-proto=delete', jest, ...args]);
}

/** What asks the database most, and the main job, on MySQL. */
const mysqlSuites = [
  'test/schema',
  'test/store',
  'test/service',
  'test/scim',
  'test/activities',
  'test/journeys/main-job',
];

/**
 * The suites of the database, or those named, on the server of TEST_MYSQL_URL; without one they are not run.
 * @param {readonly string[]} args
 * @returns {Promise<number>}
 */
function testMysql(args) {
  const url = process.env.TEST_MYSQL_URL;
  if (!url) {
    say('not run: the suites on MySQL: TEST_MYSQL_URL names no server (mysql://user:password@host:port/name)');
    return Promise.resolve(process.env.CI === 'true' ? 1 : 0);
  }
  process.env.TEST_DATABASE_URL = url;
  return test(args.length === 0 ? mysqlSuites : args);
}

/** @param {readonly string[]} argv */
async function main([verb = '', ...args]) {
  const run = Object.entries(verbs).find(([name]) => name === verb)?.[1];
  if (run === undefined) {
    say(`node scripts/bootstrap.js ${Object.keys(verbs).join(' | ')}`);
    return 2;
  }
  return isNodeNewEnough() ? run(args) : 1;
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error) => {
    say(error instanceof Error ? (error.stack ?? error.message) : String(error));
    process.exit(1);
  },
);
