// @ts-check
// Rounds of cases, each case in a fresh process, every second round in reverse order; medians. Called by the benches.
'use strict';
const { execFile } = require('node:child_process');
const { promisify } = require('node:util');

const run = promisify(execFile);

/**
 * Runs a script that prints one JSON object of numbers as its last line.
 * @param {string} script
 * @param {readonly string[]} args
 * @returns {Promise<Record<string, number>>}
 */
async function runCase(script, args) {
  const { stdout } = await run(process.execPath, ['--disable-proto=delete', script, ...args], { maxBuffer: 1 << 24 });
  return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '{}');
}

/**
 * Every case in every round.
 * @param {readonly string[]} cases
 * @param {number} rounds
 * @param {(name: string) => Promise<Record<string, number>>} measureCase
 * @returns {Promise<Record<string, Record<string, number>>>} case -> metric -> median
 */
async function inRounds(cases, rounds, measureCase) {
  /** @type {Map<string, Record<string, number>[]>} */
  const measured = new Map(cases.map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    const order = round % 2 === 0 ? cases : cases.toReversed();
    for (const name of order) {
      process.stderr.write(`round ${round + 1}: ${name}\n`);
      measured.get(name)?.push(await measureCase(name));
    }
  }
  return Object.fromEntries([...measured].map(([name, results]) => [name, medians(results)]));
}

/** @param {readonly Record<string, number>[]} results */
function medians(results) {
  const metrics = Object.keys(results[0] ?? {});
  return Object.fromEntries(metrics.map((metric) => [metric, median(results.map((result) => result[metric] ?? 0))]));
}

/** @param {readonly number[]} values */
function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? 0)) / 2;
}

module.exports = { inRounds, runCase };
