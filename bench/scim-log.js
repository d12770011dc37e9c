// @ts-check
// The SCIM request log at ten million rows (S32): from a userName, a request id or a status to the requests, by the command
// line as an administrator asks. Called by run.js.
'use strict';
const { execFile } = require('node:child_process');
const path = require('node:path');
const { promisify } = require('node:util');
const { idOf } = require('./overview-seed.js');
const { built } = require('./product.js');
const { bounded, percentile, resultOf, withPeople } = require('./scim-product.js');

const run = promisify(execFile);
const people = 100_000;
const step = 500_000;
const asks = 15;

/**
 * @param {import('./run.js').Options} options
 * @returns {Promise<import('./run.js').Result>}
 */
async function measure({ size = 10_000_000 }) {
  return withPeople(people, async (product) => {
    process.stderr.write(`seeding ${size} requests\n`);
    await product.sql.query('CREATE TABLE bench_numbers (n INT PRIMARY KEY)');
    await product.sql.query('INSERT INTO bench_numbers VALUES ?', [Array.from({ length: 1000 }, (_, n) => [n])]);
    for (let from = 0; from < size; from += step) await addRequests(product, from, Math.min(step, size - from));
    await product.sql.query('ANALYZE TABLE scim_request_log, scim_request_subjects');
    const start = await times(product, () => ['--help']);
    const rows = [bounded('any verb', 'p50 ms (start of the command line)', percentile(start, 0.5))];
    for (const [name, args] of questions(size)) {
      const took = await times(product, args);
      rows.push(bounded(name, 'p50 ms, whole command', percentile(took, 0.5)));
      rows.push(bounded(name, 'longest ms, whole command', Math.max(...took), 1000));
      rows.push(bounded(name, 'p50 ms beyond the start', percentile(took, 0.5) - percentile(start, 0.5)));
    }
    return resultOf(product, rows);
  });
}

/** @param {number} size @returns {[string, () => string[]][]} */
function questions(size) {
  const any = (/** @type {number} */ below) => Math.floor(Math.random() * below);
  return [
    ['by userName', () => ['scim', 'log', '--user', `person.${any(people)}@example.com`]],
    ['by request id', () => ['scim', 'log', '--request', `bench-${any(size)}`]],
    ['by status', () => ['scim', 'log', '--status', '409']],
  ];
}

/** Rows from numbers alone, made by the server: ninety days of requests about all people, every third concerning one more. */
async function addRequests(
  /** @type {import('./scim-product.js').Seeded} */ { sql },
  /** @type {number} */ from,
  /** @type {number} */ count,
) {
  const [[before]] = /** @type {any} */ (await sql.query('SELECT COALESCE(MAX(id), 0) AS id FROM scim_request_log'));
  await sql.query(
    `INSERT INTO scim_request_log (organization_id, request_id, credential_id, received_at, method, path, subject_id, status_code,
       scim_type, decision, payload_redacted, duration_ms)
     SELECT 1, CONCAT('bench-', seq), ?, '2026-01-01' + INTERVAL seq * 0.75 SECOND, IF(seq % 3 = 0, 'PATCH', 'GET'), '/scim/v2/Users',
       CONCAT('0190a1b2-c3d4-7e5f-8a9b-', LPAD((seq * 7919) % ?, 12, '0')), IF(seq % 1000 = 0, 409, 200),
       IF(seq % 1000 = 0, 'uniqueness', NULL), IF(seq % 3 = 0, 'changed', 'read'), NULL, 5
     FROM (SELECT ? + a.n * 1000 + b.n AS seq FROM bench_numbers a JOIN bench_numbers b ON a.n < ? ORDER BY seq) numbers`,
    [idOf(1), people, from, count / 1000],
  );
  await sql.query(
    `INSERT INTO scim_request_subjects (organization_id, subject_id, received_at, log_id)
     SELECT organization_id, CONCAT('0190a1b2-c3d4-7e5f-8a9b-', LPAD((id * 6151) % ?, 12, '0')), received_at, id
     FROM scim_request_log WHERE id > ? AND id % 3 = 0`,
    [people, before.id],
  );
  process.stderr.write(`${from + count} requests\n`);
}

/**
 * @param {import('./scim-product.js').Seeded} product
 * @param {() => string[]} args
 */
async function times({ databaseUrl }, args) {
  const took = /** @type {number[]} */ ([]);
  for (let ask = 0; ask < asks; ask += 1) {
    const startedMs = performance.now();
    const chosen = args();
    const options = { env: { ...process.env, DATABASE_URL: databaseUrl, LOG_LEVEL: 'error' } };
    const json = chosen[0] === 'scim' ? ['--json'] : [];
    const program = path.join(built, 'cli.js');
    const { stdout } = await run(process.execPath, ['--disable-proto=delete', program, ...chosen, ...json], options);
    took.push(performance.now() - startedMs);
    if (json.length > 0 && JSON.parse(stdout).items?.length === 0)
      throw new Error(`${chosen.join(' ')}: nothing found`);
  }
  return took;
}

module.exports = { measure };
