// @ts-check
// Child processes of the scripts: seen or quiet, and never left behind by the script. Called by the other scripts.
'use strict';
const { spawn } = require('node:child_process');
const path = require('node:path');

const root = path.join(__dirname, '..');
const keptBytes = 4000;
const stillMs = 20_000;

/**
 * Runs a command on this terminal. A signal to the script alone is passed on to it.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ stdout?: 'inherit' | 'stderr', environment?: NodeJS.ProcessEnv }} [options] where its stdout goes; its environment
 * @returns {Promise<number>} its exit code; 130 after a signal
 */
async function runVisibly(command, args, { stdout = 'inherit', environment = process.env } = {}) {
  const child = spawn(command, args, {
    cwd: root,
    env: environment,
    stdio: ['inherit', stdout === 'stderr' ? 2 : 'inherit', 'inherit'],
  });
  const signals = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);
  let wasStopped = false;
  const forward = (/** @type {NodeJS.Signals} */ signal) => {
    wasStopped = true;
    child.kill(signal);
  };
  for (const signal of signals) process.on(signal, forward);
  const code = await ended(child);
  for (const signal of signals) process.off(signal, forward);
  if (wasStopped) process.exit(130);
  return code;
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @returns {Promise<number>}
 */
function ended(child) {
  return new Promise((resolve) => {
    child.once('error', (error) => {
      console.error(error.message);
      resolve(127);
    });
    child.once('close', (code) => resolve(code ?? 130));
  });
}

/**
 * Runs a command and keeps the end of what it says; every 20 s a line tells the person that it still runs.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ timeoutMs: number, environment?: NodeJS.ProcessEnv, say: (line: string) => void }} options
 * @returns {Promise<{ ok: boolean, lastLine: string }>}
 */
function runQuietly(command, args, { timeoutMs, environment = process.env, say }) {
  return new Promise((resolve) => {
    const startedAt = Date.now();
    const child = spawn(command, args, { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
    const end = () => child.kill('SIGKILL');
    const timer = setTimeout(end, timeoutMs);
    const still = setInterval(() => say(`  ... ${Math.round((Date.now() - startedAt) / 1000)} s`), stillMs);
    let said = '';
    const keep = (/** @type {string} */ chunk) => (said = `${said}${chunk}`.slice(-keptBytes));
    const done = (/** @type {boolean} */ ok) => {
      clearTimeout(timer);
      clearInterval(still);
      process.off('exit', end);
      resolve({ ok, lastLine: said.trim().split('\n').at(-1) ?? '' });
    };
    process.once('exit', end);
    for (const output of [child.stdout, child.stderr]) output.setEncoding('utf8').on('data', keep);
    child.once('error', (error) => {
      said += error.message;
      done(false);
    });
    child.once('close', (code) => done(code === 0));
  });
}

module.exports = { root, runQuietly, runVisibly };
