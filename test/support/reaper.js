// @ts-check
// Ends the suites' servers when jest is gone, however it went: jest holds the other end of this process's stdin.
// Started by servers.ts: node reaper.js FOLDER. Each line of stdin is a process id to end.
'use strict';
const { rmSync } = require('node:fs');

const folder = process.argv[2];
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

async function reap() {
  const pids = said.split('\n').filter(Boolean).map(Number);
  for (const pid of pids) signal(pid, 'SIGTERM');
  const until = Date.now() + deadlineMs;
  while (pids.some((pid) => signal(pid, 0)) && Date.now() < until)
    await new Promise((resolve) => setTimeout(resolve, 50));
  for (const pid of pids) signal(pid, 'SIGKILL');
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

process.on('SIGINT', () => undefined);
process.stdin.setEncoding('utf8');
process.stdin.on('data', (chunk) => {
  said += chunk;
});
process.stdin.on('end', () => void reap());
