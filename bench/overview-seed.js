// @ts-check
// People of one organization for the overview bench, made from their number alone: states, seats, milestones and days of
// use as the services would leave them, and the histogram counted from them. Called by overview.js.
'use strict';

const dayMs = 86_400_000;
const batch = 2000;

/**
 * @param {import('mysql2/promise').Connection} sql
 * @param {number} size
 */
async function seed(sql, size) {
  const [[pool]] = /** @type {any} */ (await sql.query('SELECT organization_id AS o, id FROM license_pools LIMIT 1'));
  const now = Date.now();
  await sql.query('UPDATE license_pool_terms SET seats = ?, started_at = ?', [size, text(now - 300 * dayMs)]);
  for (let from = 0; from < size; from += batch) {
    const people = Array.from({ length: Math.min(batch, size - from) }, (_, index) => person(from + index, now));
    await insert(sql, pool, people);
  }
  await sql.query(
    'INSERT INTO adoption_counts (organization_id, flags, last_used_on, people) SELECT organization_id, flags, last_used_on, COUNT(*) FROM users WHERE flags IS NOT NULL GROUP BY organization_id, flags, last_used_on',
  );
  await sql.query(
    `REPLACE INTO organization_settings (organization_id, setting, value_json, updated_at) VALUES (?, 'limit.adoption', '1000000000', ?)`,
    [pool.o, text(now)],
  );
  await sql.query(
    'ANALYZE TABLE users, user_state_intervals, license_assignments, user_activity_days, adoption_counts',
  );
  return /** @type {number} */ (pool.o);
}

/**
 * @param {number} number
 * @param {number} now
 */
function person(number, now) {
  const reached = number % 20;
  const ago = (/** @type {number} */ days) => text(now - days * dayMs - (number % 86_399) * 1000);
  const lastDays = (number * 7) % 120;
  const isUsed = reached >= 6;
  return {
    id: idOf(number),
    email: `person.${number}@example.com`,
    since: ago(250),
    seat: reached === 0 ? null : ago(249),
    milestones: [3, 6, 9, 12, 14, 7].map((least, index) => (reached >= least ? ago(240 - index) : null)),
    days: isUsed ? [200, lastDays + 20, lastDays].map(ago) : [],
  };
}

/**
 * @param {import('mysql2/promise').Connection} sql
 * @param {{ o: number, id: string }} pool
 * @param {ReturnType<typeof person>[]} people
 */
async function insert(sql, { o, id: poolId }, people) {
  const write = (/** @type {string} */ into, /** @type {unknown[][]} */ rows) =>
    rows.length === 0 ? undefined : sql.query(`INSERT INTO ${into} VALUES ?`, [rows]);
  await write(
    `users (organization_id, id, source, user_name, user_name_key, email, email_key, display_name, scim_active, account_state, state_since, licensed_at,
      app_pool_id, activated_at, onboarded_at, items_added_at, extension_connected_at, autofill_used_at, returned_at, last_used_at, row_version, updated_at, created_at)`,
    people.map(({ id, email, since, seat, milestones, days }) => [
      o,
      id,
      'scim',
      email,
      email,
      email,
      email,
      email,
      1,
      'enabled',
      since,
      seat,
      seat && poolId,
      ...milestones,
      days.at(-1) ?? null,
      1,
      since,
      since,
    ]),
  );
  await write(
    'user_state_intervals (organization_id, id, user_id, state, started_at, cause, created_at)',
    people.map(({ id, since }) => [o, id, id, 'enabled', since, 'scim', since]),
  );
  await write(
    'license_assignments (organization_id, id, user_id, pool_id, is_app, source, source_ref, assigned_at, created_at)',
    people.filter(({ seat }) => seat).map(({ id, seat }) => [o, id, id, poolId, 1, 'auto', '*', seat, seat]),
  );
  await write(
    'user_activity_days (organization_id, user_id, day_on, first_at, last_at, events) ',
    people.flatMap(({ id, days }) =>
      [...new Map(days.map((at) => [at.slice(0, 10), at]))].map(([day, at]) => [o, id, day, at, at, 1]),
    ),
  );
}

/** The id of a person. @param {number} number */
function idOf(number) {
  return `0190a1b2-c3d4-7e5f-8a9b-${String(number).padStart(12, '0')}`;
}

/** @param {number} ms */
function text(ms) {
  return new Date(ms).toISOString().replace('T', ' ').replace('Z', '000');
}

module.exports = { idOf, seed };
