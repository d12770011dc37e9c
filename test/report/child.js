// Runs the report room in a process of its own, from its TypeScript sources. Called by artifact.test.ts and xlsx.test.ts.
// node child.js die FOLDER POINT      writes a report and kills itself with SIGKILL at a fault point
// node child.js memory ROWS           streams a workbook to nowhere and prints how far its memory grew, in MB
const compile = '_compile';
require.extensions['.ts'] = (module, file) => {
  const { transformFileSync } = require('@swc/core');
  const jsc = { target: 'es2022', parser: { syntax: 'typescript' } };
  module[compile](transformFileSync(file, { module: { type: 'commonjs' }, jsc }).code, file);
};
const { createArtifactWriter } = require('../../src/report/artifact.ts');
const { userListColumns } = require('../../src/report/user-list.ts');
const { writeXlsx } = require('../../src/report/xlsx.ts');
const { aHole, aMeta, aTable, noteColumn } = require('./samples.ts');

async function die(folder, point) {
  const fault = async (reached) => {
    if (reached === point) process.kill(process.pid, 'SIGKILL');
  };
  const rows = Array.from({ length: 5000 }, (_, index) => [`note ${index}`]);
  await createArtifactWriter({ folder, fault }).write(aMeta(), aTable(noteColumn, rows), { formats: ['xlsx', 'csv'] });
}

async function memory(count) {
  await writeXlsx(aMeta(), { name: 'Users', columns: userListColumns, rows: users(1000) }, aHole());
  const before = process.memoryUsage.rss();
  let most = before;
  const watch = setInterval(() => (most = Math.max(most, process.memoryUsage.rss())), 10);
  await writeXlsx(aMeta(), { name: 'Users', columns: userListColumns, rows: users(count) }, aHole());
  clearInterval(watch);
  console.log(((most - before) / 1e6).toFixed(1));
}

async function* users(count) {
  for (let from = 0; from < count; from += 5000) {
    yield Array.from({ length: Math.min(5000, count - from) }, (_, index) => user(from + index));
  }
}

function user(number) {
  const at = `2026-0${1 + (number % 9)}-1${number % 10} 0${number % 7}:15:59.123456`;
  return userListColumns.map(({ key, kind }) => {
    if (kind === 'datetime') return at;
    if (kind === 'number') return number % 7;
    return kind === 'boolean' ? number % 2 === 0 : `${key} of person ${number}`;
  });
}

const [mode, first, second] = process.argv.slice(2);
void (mode === 'die' ? die(first, second) : memory(Number(first)));
