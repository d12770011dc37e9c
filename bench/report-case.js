// @ts-check
// One case of the report bench in a process of its own: node bench/report-case.js CASE ROWS FOLDER. Loads what it drives,
// notes its memory, runs, and prints one line of JSON: seconds, CPU seconds, growth of RSS, bytes written.
'use strict';
const { createWriteStream, statSync } = require('node:fs');
const path = require('node:path');
const { userRows } = require('./report-rows.js');

const built = path.join(__dirname, '..', 'dist', 'src', 'report');
const now = new Date('2026-03-01T05:00:00Z');
const meta = {
  kind: 'user_list',
  title: 'Users and adoption',
  slug: 'users-and-adoption',
  organization: { slug: 'main', name: 'My organization' },
  asOf: now,
  knownAt: now,
  zone: 'Europe/Berlin',
  filter: 'Enabled and deactivated users',
  definitions: [{ metric: 'status', version: 'v1', description: 'License and milestones, never recency.' }],
  counts: [{ label: 'Users', value: 1 }],
  runId: '0190a1b2-c3d4-7e5f-8a9b-aaaabbbbcccc',
  codeVersion: 'bench',
};

/**
 * Each prepares (loading is not measured) and gives the measured part, which answers the files it wrote.
 * @type {Record<string, (rows: number, folder: string) => () => Promise<string[]>>}
 */
const cases = {
  source: (rows) => async () => {
    let seen = 0;
    for await (const batch of userRows(rows)) seen += batch.length;
    if (seen !== rows) throw new Error('rows are missing');
    return [];
  },
  xlsx: (rows, folder) => workbook(rows, path.join(folder, 'six.xlsx'), 6),
  'xlsx-level-1': (rows, folder) => workbook(rows, path.join(folder, 'one.xlsx'), 1),
  csv: (rows, folder) => {
    const { writeCsv } = require(path.join(built, 'csv.js'));
    const file = path.join(folder, 'rows.csv');
    return () => writeCsv(table(rows), createWriteStream(file), { bom: true }).then(() => [file]);
  },
  run: (rows, folder) => {
    const { createArtifactWriter } = require(path.join(built, 'artifact.js'));
    const writer = createArtifactWriter({ folder, fault: async () => undefined });
    return async () => {
      const { files } = await writer.write(meta, table(rows), { formats: ['xlsx', 'csv'] });
      return files.map((/** @type {{ path: string }} */ file) => file.path);
    };
  },
  exceljs: (rows, folder) => require('./peer/report-exceljs.js').prepare(rows, path.join(folder, 'peer.xlsx')),
};

/** @param {number} rows */
function table(rows) {
  const { userListColumns } = require(path.join(built, 'user-list.js'));
  return { name: 'Users', columns: userListColumns, rows: userRows(rows) };
}

/**
 * @param {number} rows
 * @param {string} file
 * @param {number} level
 */
function workbook(rows, file, level) {
  const { writeXlsx } = require(path.join(built, 'xlsx.js'));
  return () => writeXlsx(meta, table(rows), createWriteStream(file), { level }).then(() => [file]);
}

async function main() {
  const [name = '', rows = '', folder = ''] = process.argv.slice(2);
  const measured = cases[name]?.(Number(rows), folder);
  if (!measured) throw new Error(`no case ${name}`);
  const before = process.memoryUsage.rss();
  let most = before;
  const watch = setInterval(() => (most = Math.max(most, process.memoryUsage.rss())), 10);
  const cpu = process.cpuUsage();
  const from = performance.now();
  const files = await measured();
  const seconds = (performance.now() - from) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  clearInterval(watch);
  most = Math.max(most, process.memoryUsage.rss());
  const bytes = files.reduce((sum, file) => sum + statSync(file).size, 0);
  const result = {
    seconds,
    cpuSeconds: (user + system) / 1e6,
    growthMb: (most - before) / 1e6,
    peakMb: most / 1e6,
    bytes,
  };
  process.stdout.write(`${JSON.stringify(result)}\n`);
}

void main();
