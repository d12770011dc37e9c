// @ts-check
// The suites of others: how each is run against a base address, and how its words are read. Called by run.js.
'use strict';
const { execFile } = require('node:child_process');
const { existsSync } = require('node:fs');
const { mkdtemp, readFile, rm } = require('node:fs/promises');
const { tmpdir } = require('node:os');
const path = require('node:path');
const { startForwarder } = require('./forwarder.js');
const { ensureGoSuite, ensurePython, NotHere } = require('./tools.js');

const suiteMs = 900_000;
const recorded = path.join(__dirname, '..', '..', '..', 'shared', 'scim');

/**
 * @typedef {import('./judge.js').Result} Result
 * @typedef {{ baseUrl: string, token: string, goSuite: string | undefined }} Target
 * @typedef {{ name: string, run: (target: Target) => Promise<Result[]> }} Suite
 */

/** @type {readonly Suite[]} */
const suites = [
  { name: 'scim2-tester', run: runTester },
  { name: 'scim-sanity', run: runSanity },
  { name: 'scim2/test-suite', run: runGo },
  { name: 'SCIMple', run: runRecorded },
];

/** @param {Target} target */
async function runTester({ baseUrl, token }) {
  const program = path.join(await ensurePython(), 'scim2');
  const { stdout } = await say(program, ['--url', baseUrl, 'test'], {
    SCIM_CLI_HEADERS: `Authorization: Bearer ${token}`,
  });
  return readTester(stdout);
}

/**
 * Lines of `STATUS title`, each with an indented reason.
 * @param {string} text
 * @returns {Result[]}
 */
function readTester(text) {
  const good = new Set(['SUCCESS', 'COMPLIANT', 'ACCEPTABLE']);
  const blocks = text.split(/^(?=(?:SUCCESS|COMPLIANT|ACCEPTABLE|DEVIATION|ERROR|CRITICAL|SKIPPED) )/m);
  const results = /** @type {Result[]} */ ([]);
  for (const block of blocks) {
    const [, status, title, reason = '', rest = ''] = /^([A-Z]+) (\S+)\n?(?: {2}(.*)\n?)?([^]*)$/.exec(block) ?? [];
    if (status === undefined || title === undefined) continue;
    const id = `${title}: ${reason}`;
    if (status === 'SKIPPED') results.push({ id, outcome: 'skipped' });
    else if (good.has(status)) results.push({ id, outcome: 'passed' });
    else results.push({ id, outcome: 'failed', message: rest.trim().replaceAll('\n', ' ') });
  }
  return results;
}

/** @param {Target} target */
async function runSanity({ baseUrl, token }) {
  const program = path.join(await ensurePython(), 'scim-sanity');
  const args = ['probe', baseUrl, '--token', token, '--i-accept-side-effects', '--json-output'];
  return readSanity((await say(program, args, {})).stdout);
}

/**
 * One JSON document; whatever is neither a pass nor a skip is a failure.
 * @param {string} text
 * @returns {Result[]}
 */
function readSanity(text) {
  /** @type {{ results: { name: string, phase: string, status: string, message?: string }[] }} */
  const { results } = JSON.parse(text);
  return results.map(({ name, phase, status, message }) => ({
    id: `${phase}: ${name}`,
    outcome: status === 'pass' ? 'passed' : status === 'skip' ? 'skipped' : 'failed',
    message,
  }));
}

/** @param {Target} target */
async function runGo({ baseUrl, token, goSuite }) {
  const suite = await ensureGoSuite(goSuite);
  const folder = await mkdtemp(path.join(tmpdir(), 'uptake-conformance-'));
  const door = await startForwarder(baseUrl);
  const flags = [
    `-scim.url=${door.baseUrl}`,
    `-scim.token=${token}`,
    `-scim.report=${path.join(folder, 'report.txt')}`,
  ];
  const args = ['test', suite.package, '-count=1', '-v', '-args', ...flags];
  const { stdout, stderr } = await say(suite.go, args, {}, suite.folder);
  await door.stop();
  await rm(folder, { recursive: true, force: true });
  const results = readGo(stdout);
  if (results.length === 0) throw new Error(`the suite did not run: ${(stderr || stdout).trim().slice(-500)}`);
  return results;
}

/**
 * Lines of `[PASS] requirement/test`, each with indented words. A warning is about a feature that is not advertised.
 * @param {string} text
 * @returns {Result[]}
 */
function readGo(text) {
  const outcomes = /** @type {const} */ ({ PASS: 'passed', FAIL: 'failed', WARN: 'skipped', SKIP: 'skipped' });
  const lines = [...text.matchAll(/^ {2}\[(PASS|FAIL|WARN|SKIP)\] (\S+)[^\n]*\n((?: {9}[^\n]*\n)*)/gm)];
  return lines.map(([, status, id = '', words = '']) => ({
    id,
    outcome: outcomes[/** @type {keyof typeof outcomes} */ (status)],
    message: words.trim().replaceAll(/\s*\n\s*/g, '; '),
  }));
}

/** @param {Target} target @returns {Promise<Result[]>} */
async function runRecorded({ baseUrl, token }) {
  if (!existsSync(path.join(recorded, 'replay.mjs')))
    throw new NotHere('the recorded suites are not beside the repository');
  const folder = await mkdtemp(path.join(tmpdir(), 'uptake-conformance-'));
  const out = path.join(folder, 'results.json');
  const args = ['--base', baseUrl, '--token', token, '--file', 'scimple-compliance.json', '--json', out];
  await say(process.execPath, [path.join(recorded, 'replay.mjs'), ...args], {});
  /** @type {{ results: { id: string, passed: boolean, fails: string[] }[] }} */
  const { results } = JSON.parse(await readFile(out, 'utf8'));
  await rm(folder, { recursive: true, force: true });
  return results.map(({ id, passed, fails }) => ({
    id: passed ? id : `${id}: ${fails.join('; ')}`,
    outcome: passed ? 'passed' : 'failed',
  }));
}

/**
 * Runs a program to its end, whatever its exit code says.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {Record<string, string>} environment
 * @param {string} [cwd]
 * @returns {Promise<{ stdout: string, stderr: string }>}
 */
function say(command, args, environment, cwd) {
  const options = { cwd, env: { ...process.env, NO_COLOR: '1', ...environment }, timeout: suiteMs, maxBuffer: 1 << 26 };
  return new Promise((resolve) => {
    execFile(command, [...args], options, (_, stdout, stderr) => resolve({ stdout, stderr }));
  });
}

module.exports = { readGo, readSanity, readTester, suites };
