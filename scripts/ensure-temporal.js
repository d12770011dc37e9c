// @ts-check
// Finds the temporal command line program, or fetches it into the tool cache, which lies outside the clone and is shared
// by all clones. Called by bootstrap.js and the suites' global setup; by hand: node scripts/ensure-temporal.js
// [find|install], which prints one JSON document.
'use strict';
const { spawnSync } = require('node:child_process');
const { existsSync, mkdirSync, readdirSync, renameSync, rmSync } = require('node:fs');
const { homedir } = require('node:os');
const path = require('node:path');
const { findProgram } = require('./ensure-database.js');
const { runQuietly } = require('./run.js');

/**
 * @typedef {{ program: string, version: string, source: string }} TemporalProgram
 * @typedef {(line: string) => void} Say
 */

/** The newest version that `go install` accepts; part of the cache's path and of the database file's name. */
const version = '1.5.1';
const goPackage = `github.com/temporalio/cli/cmd/temporal@v${version}`;
const answerMs = 3_000;
const downloadMs = 300_000;
const buildMs = 1_200_000;

/** The folder of this version in the tool cache. */
function toolFolder() {
  const cache = process.env.XDG_CACHE_HOME || path.join(homedir(), '.cache');
  return path.join(cache, 'uptake', 'tools', `temporal-${version}`);
}

/**
 * What is there already: the tool cache, then the PATH.
 * @returns {TemporalProgram | undefined}
 */
function findTemporal() {
  const cached = path.join(toolFolder(), 'temporal');
  if (existsSync(cached)) return { program: cached, version, source: 'tool cache' };
  const onPath = findProgram('temporal');
  const itsVersion = onPath === undefined ? undefined : versionOf(onPath);
  return onPath === undefined || itsVersion === undefined
    ? undefined
    : { program: onPath, version: itsVersion, source: 'PATH' };
}

/** @param {string} program */
function versionOf(program) {
  const { stdout } = spawnSync(program, ['--version'], { encoding: 'utf8', timeout: 20_000 });
  return /version v?(\d+\.\d+\.\d+)/.exec(stdout ?? '')?.[1];
}

/**
 * Finds the program or fetches it: the SDK's own download where the internet answers within 3 s, then `go install`.
 * @param {Say} say
 * @returns {Promise<TemporalProgram | undefined>} undefined when there is no way; the remedies are then said
 */
async function ensureTemporal(say) {
  const found = findTemporal();
  if (found !== undefined) return found;
  if (await downloadWithSdk(say)) return findTemporal();
  if (await buildWithGo(say)) return findTemporal();
  for (const line of remedies()) say(line);
  return undefined;
}

/** @param {Say} say */
async function downloadWithSdk(say) {
  if (!(await internetAnswers())) return false;
  say(`Downloading the Temporal dev server ${version} (once for this machine) ...`);
  const folder = `${toolFolder()}.part-${process.pid}`;
  mkdirSync(folder, { recursive: true });
  const ended = await runQuietly(process.execPath, [__filename, 'download', folder], { timeoutMs: downloadMs, say });
  const file = readdirSync(folder).find((name) => name.startsWith('temporal'));
  const kept = ended.ok && file !== undefined && keep(path.join(folder, file));
  rmSync(folder, { recursive: true, force: true });
  if (!kept) say(`The download failed: ${ended.lastLine}`);
  return kept;
}

async function internetAnswers() {
  try {
    await fetch('https://temporal.download/', { method: 'HEAD', signal: AbortSignal.timeout(answerMs) });
    return true;
  } catch {
    return false;
  }
}

/**
 * Runs in a process of its own, since the SDK starts the server it has downloaded.
 * @param {string} folder
 */
async function downloadInto(folder) {
  const { TestWorkflowEnvironment } = require('@temporalio/testing');
  const executable = { type: /** @type {const} */ ('cached-download'), version: `v${version}`, downloadDir: folder };
  const environment = await TestWorkflowEnvironment.createLocal({ server: { executable } });
  await environment.teardown();
}

/** @param {Say} say */
async function buildWithGo(say) {
  const go = findProgram('go', ['/usr/local/go/bin', '/usr/lib/go/bin', '/opt/homebrew/bin']);
  if (go === undefined) return false;
  say(`Building the Temporal dev server ${version} with go install (once for this machine, four to seven minutes) ...`);
  const folder = `${toolFolder()}.part-${process.pid}`;
  mkdirSync(folder, { recursive: true });
  const environment = { ...process.env, GOTOOLCHAIN: 'local', CGO_ENABLED: '0', GOBIN: folder };
  const args = ['install', '-trimpath', '-ldflags=-s -w', goPackage];
  const options = { timeoutMs: buildMs, say };
  let ended = await runQuietly(go, args, { ...options, environment });
  // The checksum database is a host of its own and may be out of reach where the module proxy is not.
  if (!ended.ok) ended = await runQuietly(go, args, { ...options, environment: { ...environment, GOSUMDB: 'off' } });
  const kept = ended.ok && keep(path.join(folder, 'temporal'));
  rmSync(folder, { recursive: true, force: true });
  if (!kept) say(`go install failed: ${ended.lastLine}`);
  return kept;
}

/**
 * Moves a finished program to its place; two clones may do so at once, the later one wins with the same bytes.
 * @param {string} file
 */
function keep(file) {
  if (!existsSync(file)) return false;
  mkdirSync(toolFolder(), { recursive: true });
  renameSync(file, path.join(toolFolder(), 'temporal'));
  return true;
}

/** What a person can do. */
function remedies() {
  return [
    'There is no Temporal dev server on this machine and none could be fetched. Do one of these and start again:',
    `  with Go 1.25 or newer: GOBIN=${toolFolder()} go install ${goPackage}`,
    '  with the internet: put the `temporal` program from https://temporal.download on the PATH (macOS: brew install temporal)',
    '  any machine: set TEMPORAL_ADDRESS=host:7233 to use a server you have',
  ];
}

module.exports = { ensureTemporal, findTemporal, remedies, toolFolder, version };

/** @param {string | undefined} verb */
async function main(verb) {
  if (verb === 'download') {
    await downloadInto(process.argv[3] ?? toolFolder());
    return;
  }
  const found = verb === 'install' ? await ensureTemporal((line) => console.error(line)) : findTemporal();
  console.log(JSON.stringify(found ?? null));
  process.exitCode = found === undefined ? 1 : 0;
}

if (require.main === module) {
  main(process.argv[2]).catch((error) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
}
