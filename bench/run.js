// @ts-check
// npm run bench -- NAME [--rounds 5] [--size N] [--seconds N] [--check]: runs bench/NAME.js, prints its table, keeps bench/results/NAME.json.
// A bench exports `measure({ rounds, size, seconds })` and answers `{ rows, database?, bufferPool? }`, or `{ notRun: reason }`.
// Drives built processes and dist/; imports nothing from src.
'use strict';
const { existsSync, mkdirSync, readdirSync, writeFileSync } = require('node:fs');
const { availableParallelism } = require('node:os');
const path = require('node:path');
const { parseArgs } = require('node:util');

/**
 * One line of a result. `floor` and `ratio` compare inside one run; `goal` is in words; `met` is null without a goal.
 * @typedef {{ case: string, metric: string, value: number, floor: number | null, ratio: number | null, goal: string | null, met: boolean | null }} Row
 * @typedef {{ rounds: number, size: number | undefined, seconds: number | undefined }} Options
 * @typedef {{ rows: Row[], database?: string, bufferPool?: string, notRun?: undefined } | { notRun: string }} Result
 */

const helpers = new Set(['run', 'rounds', 'seed', 'soak']);

/** Names of the benches: every file that exports `measure`. */
function benchNames() {
  const files = readdirSync(__dirname).filter((name) => name.endsWith('.js'));
  const names = files.map((name) => path.basename(name, '.js')).filter((name) => !helpers.has(name));
  return names.filter((name) => typeof require(`./${name}.js`).measure === 'function');
}

function readArguments() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      rounds: { type: 'string', default: '5' },
      size: { type: 'string' },
      seconds: { type: 'string' },
      check: { type: 'boolean', default: false },
    },
  });
  const names = positionals.length > 0 ? positionals : benchNames();
  const unknown = names.filter(
    (name) => !/^[a-z][a-z-]*$/.test(name) || !existsSync(path.join(__dirname, `${name}.js`)),
  );
  const whole = (/** @type {string | undefined} */ text) => (text === undefined ? undefined : Number(text));
  const [rounds, size, seconds] = [Number(values.rounds), whole(values.size), whole(values.seconds)];
  const isSound = [rounds, size, seconds].every((it) => it === undefined || (Number.isInteger(it) && it > 0));
  if (unknown.length > 0 || !isSound) {
    process.stderr.write(
      `usage: npm run bench -- [${benchNames().join(' | ')}] [--rounds 5] [--size N] [--seconds N] [--check]\n`,
    );
    process.exit(2);
  }
  return { names, rounds, size, seconds, check: values.check };
}

/** @param {Row[]} rows */
function printTable(rows) {
  const figure = (/** @type {number | null} */ value) =>
    value === null ? '' : value.toLocaleString('en-US', { maximumFractionDigits: 2 });
  const head = ['case', 'metric', 'value', 'floor', 'ratio', 'goal', 'met'];
  const lines = rows.map((row) => [
    row.case,
    row.metric,
    figure(row.value),
    figure(row.floor),
    figure(row.ratio),
    row.goal ?? '',
    row.met === null ? '' : row.met ? 'yes' : 'NO',
  ]);
  const widths = head.map((name, column) => Math.max(name.length, ...lines.map((line) => line[column]?.length ?? 0)));
  const isFigure = (/** @type {number} */ column) => column >= 2 && column <= 4;
  for (const line of [head, widths.map((width) => '-'.repeat(width)), ...lines]) {
    const cells = line.map((cell, column) =>
      isFigure(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
    );
    process.stdout.write(`${cells.join('  ').trimEnd()}\n`);
  }
}

/**
 * Runs one bench and keeps its result. @returns whether every ratio met its goal
 * @param {string} name
 * @param {Options} options
 */
async function runBench(name, options) {
  process.stdout.write(`\n${name}: ${options.rounds} rounds${options.size ? `, size ${options.size}` : ''}\n`);
  /** @type {Result} */
  const result = await require(`./${name}.js`).measure(options);
  if (result.notRun !== undefined) {
    process.stdout.write(`not run: ${result.notRun}\n`);
    return true;
  }
  printTable(result.rows);
  const machine = {
    cores: availableParallelism(),
    node: process.version,
    database: result.database ?? null,
    bufferPool: result.bufferPool ?? null,
  };
  const folder = path.join(__dirname, 'results');
  mkdirSync(folder, { recursive: true });
  const content = {
    name,
    at: new Date().toISOString(),
    machine,
    rounds: options.rounds,
    size: options.size ?? null,
    rows: result.rows,
  };
  writeFileSync(path.join(folder, `${name}.json`), `${JSON.stringify(content, null, 2)}\n`);
  return !result.rows.some((row) => row.ratio !== null && row.met === false);
}

async function main() {
  const { names, check, ...options } = readArguments();
  let allMet = true;
  for (const name of names) allMet = (await runBench(name, options)) && allMet;
  if (check && !allMet) process.exitCode = 1;
}

main().catch((error) => {
  process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
  process.exitCode = 1;
});
