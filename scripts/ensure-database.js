// @ts-check
// Finds a MySQL-compatible server on this machine, or installs one. Called by bootstrap.js and the suites' global setup;
// by hand: node scripts/ensure-database.js [find|install], which prints one JSON document.
'use strict';
const { spawnSync } = require('node:child_process');
const { accessSync, constants } = require('node:fs');
const path = require('node:path');
const { runQuietly } = require('./run.js');

const aptMs = 900_000;

/**
 * @typedef {{ flavor: 'mariadb' | 'mysql', server: string, installer?: string, version: string }} DatabaseProgram
 * @typedef {(line: string) => void} Say
 */

/** Where packages put servers that no PATH names. */
const usualFolders = [
  '/usr/sbin',
  '/usr/local/sbin',
  '/usr/bin',
  '/usr/local/bin',
  '/usr/libexec',
  '/usr/local/mysql/bin',
  '/opt/homebrew/bin',
  '/opt/homebrew/opt/mariadb/bin',
  '/opt/homebrew/opt/mysql/bin',
  '/opt/homebrew/opt/mysql@8.4/bin',
  '/usr/local/opt/mariadb/bin',
  '/usr/local/opt/mysql/bin',
];

/**
 * The full path of a program on the PATH or in one of the usual folders.
 * @param {string} name
 * @param {readonly string[]} [folders] looked through after the PATH
 * @returns {string | undefined}
 */
function findProgram(name, folders = []) {
  const onPath = (process.env.PATH ?? '').split(path.delimiter).filter((folder) => folder !== '');
  return [...onPath, ...folders].map((folder) => path.join(folder, name)).find(isExecutable);
}

/** @param {string} file */
function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * The first server that works here: MariaDB with its installer, else MySQL.
 * @returns {DatabaseProgram | undefined}
 */
function findDatabase() {
  for (const name of ['mariadbd', 'mysqld']) {
    const server = findProgram(name, usualFolders);
    const version = server === undefined ? undefined : versionOf(server);
    if (server === undefined || version === undefined) continue;
    // Debian's mysqld is often a link to mariadbd: what it says of itself counts, not its name.
    if (!/mariadb/i.test(version)) return { flavor: 'mysql', server, version };
    const installer = findProgram('mariadb-install-db', usualFolders) ?? findProgram('mysql_install_db', usualFolders);
    if (installer !== undefined) return { flavor: 'mariadb', server, installer, version };
  }
  return undefined;
}

/** @param {string} server */
function versionOf(server) {
  const { status, stdout } = spawnSync(server, ['--no-defaults', '--version'], { encoding: 'utf8', timeout: 20_000 });
  return status === 0 ? stdout.trim() : undefined;
}

/**
 * Finds a server, installs one with apt where this process is root, else says what to do.
 * @param {Say} say
 * @returns {Promise<DatabaseProgram | undefined>}
 */
async function ensureDatabase(say) {
  const found = findDatabase();
  if (found !== undefined) return found;
  if (canUseApt()) {
    say('No MySQL-compatible server found: installing mariadb-server-core and mariadb-client-core with apt-get ...');
    if (await installWithApt(say)) return findDatabase();
  }
  for (const line of remedies(process.platform)) say(line);
  return undefined;
}

function canUseApt() {
  return process.getuid?.() === 0 && findProgram('apt-get', ['/usr/bin']) !== undefined;
}

/** @param {Say} say */
async function installWithApt(say) {
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = findProgram('apt-get', ['/usr/bin']) ?? 'apt-get';
  const options = { timeoutMs: aptMs, environment, say };
  // A failed update may still leave lists that are good enough.
  const updated = await runQuietly(apt, ['update', '-q'], options);
  if (!updated.ok) say(`apt-get update failed: ${updated.lastLine}`);
  const packages = ['mariadb-server-core', 'mariadb-client-core'];
  const installed = await runQuietly(apt, ['install', '-y', '-q', '--no-install-recommends', ...packages], options);
  if (!installed.ok) say(`apt-get install failed: ${installed.lastLine}`);
  return installed.ok;
}

/**
 * What a person can do, for each kind of machine.
 * @param {NodeJS.Platform} platform
 */
function remedies(platform) {
  const install =
    platform === 'darwin'
      ? ['  macOS: brew install mariadb']
      : [
          '  Debian, Ubuntu: sudo apt-get install mariadb-server-core mariadb-client-core',
          '  Fedora: sudo dnf install mariadb-server',
          '  Arch: sudo pacman -S mariadb',
        ];
  return [
    'There is no MySQL-compatible server on this machine. Do one of these and start again:',
    ...install,
    '  any machine: set DATABASE_URL=mysql://user:password@host:3306/uptake to use a server you have',
  ];
}

module.exports = { ensureDatabase, findDatabase, findProgram, remedies };

/** @param {string | undefined} verb */
async function main(verb) {
  const found = verb === 'install' ? await ensureDatabase((line) => console.error(line)) : findDatabase();
  console.log(JSON.stringify(found ?? null));
  process.exitCode = found === undefined ? 1 : 0;
}

if (require.main === module) void main(process.argv[2]);
