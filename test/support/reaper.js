// @ts-check
// Ends everything a run of the suites has started when jest is gone, however it went: jest holds the other end of this
// process's stdin. Started by servers.ts: node reaper.js FOLDER, the TMPDIR of the run, which marks all its processes.
// Each line of stdin is a process id to end; the line `done` says that jest came to its end by itself.
'use strict';
const { execFileSync } = require('node:child_process');
const { readdirSync, readFileSync, rmSync } = require('node:fs');

const [, , folder = ''] = process.argv;
const deadlineMs = 10_000;
let said = '';

/** @param {number} pid @param {string | 0} kind */
function signal(pid, kind) {
  try {
    process.kill(pid, kind);
    return true;
  } catch {
    return false;
  }
}

/** Processes with the folder of this run as their TMPDIR: what a suite has started and not ended. */
function strays() {
  const mark = `TMPDIR=${folder}`;
  if (process.platform !== 'linux')
    return execFileSync('ps', ['-Aww', '-E', '-o', 'pid=,command='], { encoding: 'utf8' })
      .split('\n')
      .filter((line) => line.includes(mark))
      .map((line) => Number.parseInt(line, 10));
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && environmentOf(pid).includes(mark));
}

/** @param {number} pid */
function environmentOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8');
  } catch {
    return '';
  }
}

/** @param {readonly number[]} pids */
async function end(pids) {
  for (const pid of pids) signal(pid, 'SIGTERM');
  const until = Date.now() + deadlineMs;
  while (pids.some((pid) => signal(pid, 0)) && Date.now() < until)
    await new Promise((resolve) => setTimeout(resolve, 50));
  for (const pid of pids) signal(pid, 'SIGKILL');
}

async function reap() {
  const lines = said.split('\n').filter(Boolean);
  // A suite's own process is ended first: it would start its children again.
  const left = strays();
  if (lines.includes('done') && left.length > 0) console.error(`left running by a suite: ${left.join(', ')}`);
  await end(left);
  await end(lines.map(Number).filter((pid) => pid > 0));
  await end(strays());
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

process.on('SIGINT', () => undefined);
process.stdin.setEncoding('utf8');
process.stdin.on('data', (chunk) => {
  said += chunk;
});
process.stdin.on('end', () => void reap());
