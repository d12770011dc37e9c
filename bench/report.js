// @ts-check
// The report bench: 100,000 generated rows of 24 columns as workbook and CSV by the built product, beside exceljs' stream
// writer. Floor of the CSV: the same rows to nowhere. Called by run.js.
'use strict';
const { existsSync } = require('node:fs');
const { mkdtemp, rm } = require('node:fs/promises');
const { tmpdir } = require('node:os');
const path = require('node:path');
const { inRounds, runCase } = require('./rounds.js');

const cases = ['source', 'csv', 'xlsx', 'xlsx-level-1', 'run', 'exceljs'];
const mostGrowthMb = 150;
// Seconds that 100,000 rows may take.
const mostSeconds = /** @type {Record<string, number>} */ ({ csv: 5, xlsx: 15, 'xlsx-level-1': 15, run: 20 });

/**
 * @param {{ rounds: number, size: number | undefined }} options
 * @returns {Promise<import('./run.js').Result>}
 */
async function measure({ rounds, size = 100_000 }) {
  const built = path.join(__dirname, '..', 'dist', 'src', 'report', 'xlsx.js');
  if (!existsSync(built)) return { notRun: 'dist is missing; npm run build makes it' };
  const folder = await mkdtemp(path.join(tmpdir(), 'uptake-bench-'));
  try {
    const script = path.join(__dirname, 'report-case.js');
    const medians = await inRounds(cases, rounds, (name) => runCase(script, [name, String(size), folder]));
    return { rows: cases.flatMap((name) => toRows(name, medians, size)) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * @param {string} name
 * @param {Record<string, Record<string, number>>} medians
 * @param {number} size
 */
function toRows(name, medians, size) {
  const { seconds = 0, cpuSeconds = 0, growthMb = 0, bytes = 0 } = medians[name] ?? {};
  const rate = size / seconds;
  const row = (
    /** @type {string} */ metric,
    /** @type {number} */ value,
    goal = /** @type {string | null} */ (null),
    met = /** @type {boolean | null} */ (null),
  ) => ({
    case: name,
    metric,
    value,
    floor: /** @type {number | null} */ (null),
    ratio: /** @type {number | null} */ (null),
    goal,
    met,
  });
  const isOurs = name in mostSeconds;
  const limit = ((mostSeconds[name] ?? 0) * size) / 100_000;
  return [
    { ...row('rows/s', rate), ...compared(name, rate, medians, size) },
    isOurs ? row('seconds', seconds, `< ${limit}`, seconds < limit) : row('seconds', seconds),
    row('CPU µs per row', (cpuSeconds * 1e6) / size),
    isOurs
      ? row('RSS growth MB', growthMb, `< ${mostGrowthMb}`, growthMb < mostGrowthMb)
      : row('RSS growth MB', growthMb),
    ...(bytes > 0 ? [row('file MB', bytes / 1e6)] : []),
  ];
}

/**
 * Workbooks against the peer, the CSV against the source of its rows.
 * @param {string} name
 * @param {number} rate
 * @param {Record<string, Record<string, number>>} medians
 * @param {number} size
 */
function compared(name, rate, medians, size) {
  const rateOf = (/** @type {string} */ other) => size / (medians[other]?.seconds ?? 0);
  if (name.startsWith('xlsx')) {
    const ratio = rate / rateOf('exceljs');
    return { floor: rateOf('exceljs'), ratio, goal: '>= 2 x exceljs', met: ratio >= 2 };
  }
  if (name !== 'csv') return {};
  const ratio = rate / rateOf('source');
  return { floor: rateOf('source'), ratio, goal: '>= 0.4 x source', met: ratio >= 0.4 };
}

module.exports = { measure };
