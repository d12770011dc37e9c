// @ts-check
// Installs the suites of others into the tool cache, which lies outside the clone. Called by run.js.
'use strict';
const { execFile } = require('node:child_process');
const { existsSync, mkdirSync } = require('node:fs');
const { rm, writeFile } = require('node:fs/promises');
const { homedir } = require('node:os');
const path = require('node:path');
const { promisify } = require('node:util');
const { findProgram } = require('../../scripts/ensure-database.js');

const run = promisify(execFile);
const packages = ['scim2-cli==0.6.0', 'scim2-tester==0.5.2', 'scim-sanity==0.7.4'];
const goModule = 'github.com/scim2/test-suite';
const installMs = 600_000;

/** Why a suite cannot run here. */
class NotHere extends Error {}

function toolFolder() {
  const cache = process.env.XDG_CACHE_HOME || path.join(homedir(), '.cache');
  return path.join(cache, 'uptake', 'tools', 'conformance');
}

/**
 * The folder with the programs of the Python suites.
 * @returns {Promise<string>}
 */
async function ensurePython() {
  const folder = path.join(toolFolder(), `python-${packages.join('-').replaceAll('==', '-')}`);
  const bin = path.join(folder, process.platform === 'win32' ? 'Scripts' : 'bin');
  if (existsSync(path.join(folder, 'complete'))) return bin;
  const python = findProgram('python3') ?? findProgram('python');
  if (python === undefined) throw new NotHere('no python3 on the PATH');
  await rm(folder, { recursive: true, force: true });
  mkdirSync(toolFolder(), { recursive: true });
  await install(python, ['-m', 'venv', folder], toolFolder());
  await install(path.join(bin, 'pip'), ['install', '--quiet', ...packages], folder);
  await writeFile(path.join(folder, 'complete'), '');
  return bin;
}

/**
 * A folder in which `go test` finds the Go suite, and the package to name there.
 * @param {string | undefined} folder a copy of the suite's sources, where there is one
 * @returns {Promise<{ go: string, folder: string, package: string }>}
 */
async function ensureGoSuite(folder) {
  const go = findProgram('go', ['/usr/local/go/bin']);
  if (go === undefined) throw new NotHere('no go on the PATH');
  if (folder !== undefined) return { go, folder: path.resolve(folder), package: './compliance' };
  const own = path.join(toolFolder(), 'go');
  const suite = { go, folder: own, package: `${goModule}/compliance` };
  if (existsSync(path.join(own, 'complete'))) return suite;
  await rm(own, { recursive: true, force: true });
  mkdirSync(own, { recursive: true });
  await install(go, ['mod', 'init', 'conformance'], own);
  await install(go, ['get', `${goModule}@latest`], own);
  await install(go, ['get', '-t', `${goModule}/compliance`], own);
  await writeFile(path.join(own, 'complete'), '');
  return suite;
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {string} cwd
 */
async function install(command, args, cwd) {
  await run(command, args, { cwd, timeout: installMs, maxBuffer: 1 << 24 }).catch((error) => {
    const said = String(error.stderr || error.message)
      .trim()
      .split('\n')
      .slice(-2)
      .join(' ');
    throw new NotHere(`${path.basename(command)} ${args.slice(0, 2).join(' ')}: ${said}`);
  });
}

module.exports = { ensureGoSuite, ensurePython, NotHere };
