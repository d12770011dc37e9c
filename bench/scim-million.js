// @ts-check
// A million users: equality filters by index (S6), every user once by cursor while others are added (S26), and by index over
// the first 100,000 (S25). Called by run.js.
'use strict';
const { byKey } = require('./floor/scim-statements.js');
const { idOf } = require('./overview-seed.js');
const { bounded, createClient, percentile, resultOf, rowsRead, withPeople } = require('./scim-product.js');

const shots = 500;
const additionsEvery = 50;

/**
 * @param {import('./run.js').Options} options
 * @returns {Promise<import('./run.js').Result>}
 */
async function measure({ size = 1_000_000 }) {
  return withPeople(size, async (product) => {
    const client = createClient(product);
    const rows = [];
    for (const name of Object.keys(byKey)) rows.push(...(await filter(product, client, name, size)));
    rows.push(...(await byIndex(client, Math.min(size, 100_000))), ...(await byCursor(client, size)));
    client.close();
    return resultOf(product, rows);
  });
}

/** @param {string} name @param {number} number */
function filterOf(name, number) {
  const email = `person.${number}@example.com`;
  if (name === 'userName') return `userName eq "PERSON.${number}@example.com"`;
  if (name === 'externalId') return `externalId eq "e${number}"`;
  if (name === 'work e-mail') return `emails[type eq "work"].value eq "${email}"`;
  return `id eq "${idOf(number - (number % 10))}" and manager eq "m${number - (number % 10)}"`;
}

/**
 * @param {import('./scim-product.js').Seeded} product
 * @param {ReturnType<typeof createClient>} client
 * @param {string} name
 * @param {number} size
 */
async function filter({ sql }, client, name, size) {
  const sample = () => filterOf(name, Math.floor(Math.random() * size));
  const find = async () => {
    const { status, body, ms } = await client.send('GET', `/Users?filter=${encodeURIComponent(sample())}`);
    if (status !== 200 || body.totalResults !== 1) throw new Error(`${name}: ${status}, ${body.totalResults} found`);
    return ms;
  };
  for (let shot = 0; shot < 50; shot += 1) await find();
  const before = await rowsRead(sql);
  const times = /** @type {number[]} */ ([]);
  for (let shot = 0; shot < shots; shot += 1) times.push(await find());
  const read = ((await rowsRead(sql)) - before) / shots;
  const [plan] = /** @type {any} */ (await sql.query(`EXPLAIN ${byKey[name]?.sql}`, byKey[name]?.values(7)));
  const scans = plan.filter((/** @type {any} */ row) => ['ALL', 'index'].includes(row.type) && Number(row.rows) > 10);
  return [
    bounded(`${name} eq`, 'p50 ms', percentile(times, 0.5)),
    bounded(`${name} eq`, 'p99 ms', percentile(times, 0.99), 50),
    bounded(`${name} eq`, 'rows read per request', read, 30),
    bounded(`${name} eq`, 'scans in the plan', scans.length, 1),
  ];
}

/** @param {ReturnType<typeof createClient>} client @param {number} people */
async function byIndex(client, people) {
  const seen = new Set();
  const times = /** @type {number[]} */ ([]);
  let twice = 0;
  for (let start = 1; start <= people; start += 200) {
    const { body, ms } = await client.send('GET', `/Users?startIndex=${start}&count=200&attributes=userName`);
    times.push(ms);
    for (const { id } of body.Resources) twice += seen.has(id) ? 1 : (seen.add(id), 0);
  }
  return [
    bounded(`index walk of ${people}`, 'users missing', people - seen.size, 1),
    bounded(`index walk of ${people}`, 'users twice', twice, 1),
    bounded(`index walk of ${people}`, 'p99 ms per page', percentile(times, 0.99)),
  ];
}

/** @param {ReturnType<typeof createClient>} client @param {number} people */
async function byCursor(client, people) {
  const seen = new Set();
  const times = /** @type {number[]} */ ([]);
  let [twice, page] = [0, 0];
  for (let cursor = /** @type {string | undefined} */ (''); cursor !== undefined; page += 1) {
    const path = `/Users?cursor=${cursor}&count=200&attributes=userName`;
    const { status, body, ms } = await client.send('GET', path);
    if (status !== 200) throw new Error(`page ${page}: ${status} ${body.detail}`);
    times.push(ms);
    for (const { id } of body.Resources) twice += seen.has(id) ? 1 : (seen.add(id), 0);
    cursor = body.nextCursor;
    if (page % additionsEvery === 0) await client.send('POST', '/Users', { userName: `late.${page}@example.com` });
  }
  const missing = Array.from({ length: people }, (_, number) => idOf(number)).filter((id) => !seen.has(id));
  return [
    bounded(`cursor walk of ${people}`, 'users missing', missing.length, 1),
    bounded(`cursor walk of ${people}`, 'users twice', twice, 1),
    bounded(`cursor walk of ${people}`, 'p99 ms per page', percentile(times, 0.99), 100),
    bounded(`cursor walk of ${people}`, 'longest ms of a page', Math.max(...times)),
  ];
}

module.exports = { measure };
