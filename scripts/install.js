// @ts-check
// The packages of package-lock.json in node_modules: installed when missing or outdated. Called by bootstrap.js.
'use strict';
const { createHash } = require('node:crypto');
const { existsSync, readFileSync, writeFileSync } = require('node:fs');
const path = require('node:path');
const { root, runVisibly } = require('./run.js');

const lockPath = path.join(root, 'package-lock.json');
const stampPath = path.join(root, 'node_modules', '.uptake-lock');
const installedPath = path.join(root, 'node_modules', '.package-lock.json');

/**
 * Runs `npm ci --ignore-scripts` unless node_modules holds what the lock file names.
 * @param {(line: string) => void} say
 * @returns {Promise<boolean>} false when the installation failed
 */
async function install(say) {
  if (isInstalled()) return true;
  say('Installing the packages of package-lock.json (npm ci), about a minute ...');
  const { command, first } = npm();
  const options = ['--ignore-scripts', '--include=dev', '--no-audit', '--no-fund'];
  const code = await runVisibly(command, [...first, 'ci', ...options], { stdout: 'stderr' });
  if (code !== 0) {
    say('npm ci failed; its lines are above. It needs the npm registry this once, later starts do not.');
    return false;
  }
  writeFileSync(stampPath, hashOfLock());
  return true;
}

/** The npm that runs this script, else the one on the PATH. */
function npm() {
  const npmPath = process.env.npm_execpath;
  return npmPath !== undefined && /npm-cli\.[cm]?js$/.test(npmPath)
    ? { command: process.execPath, first: [npmPath] }
    : { command: 'npm', first: [] };
}

function isInstalled() {
  if (existsSync(stampPath)) return readFileSync(stampPath, 'utf8') === hashOfLock();
  if (!isSameAsLock()) return false;
  writeFileSync(stampPath, hashOfLock());
  return true;
}

/** Somebody may have run `npm ci` by hand: npm's own record then names the same packages. */
function isSameAsLock() {
  if (!existsSync(installedPath)) return false;
  const installed = packagesOf(installedPath);
  return Object.entries(packagesOf(lockPath)).every(
    ([place, entry]) => place === '' || entry.optional === true || installed[place]?.version === entry.version,
  );
}

/**
 * @param {string} file
 * @returns {Record<string, { version?: string, optional?: boolean }>}
 */
function packagesOf(file) {
  return JSON.parse(readFileSync(file, 'utf8')).packages ?? {};
}

function hashOfLock() {
  return createHash('sha256').update(readFileSync(lockPath)).digest('hex');
}

module.exports = { install };
