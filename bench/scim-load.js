// @ts-check
// Load at a rate (S15): 25 requests a second for ten minutes, 100 a second for one, each sent at its planned instant whatever
// came back before, latency counted from there. 60 % filters, 20 % PATCH, 15 % POST, 5 % DELETE. `--seconds` shortens both.
// Called by run.js.
'use strict';
const { randomUUID } = require('node:crypto');
const { idOf } = require('./overview-seed.js');
const { bounded, createClient, patchOf, percentile, residentMb, resultOf, withPeople } = require('./scim-product.js');

const phases = [
  { rate: 25, seconds: 600, belowMs: 250 },
  { rate: 100, seconds: 60, belowMs: 750 },
];

/**
 * @param {import('./run.js').Options} options
 * @returns {Promise<import('./run.js').Result>}
 */
async function measure({ size = 20_000, seconds }) {
  return withPeople(size, async (product) => {
    const rows = [];
    const mix = createMix(size);
    const client = createClient(product, 200);
    // The ceiling that an organization has by itself: what is promised below it must not meet it.
    await product.sql.query("UPDATE organization_settings SET value_json = '100' WHERE setting = 'limit.scim'");
    await run(client, mix, 25, 5);
    for (const phase of phases) {
      const lasting = Math.min(phase.seconds, seconds ?? phase.seconds);
      process.stderr.write(`${phase.rate} requests a second for ${lasting} s\n`);
      const before = residentMb(product.pid);
      const { times, errors, limited } = await run(client, mix, phase.rate, lasting);
      const name = `${phase.rate}/s for ${lasting} s`;
      rows.push(
        bounded(name, 'requests', times.length),
        bounded(name, 'errors', errors, 1),
        bounded(name, '429', limited, 1),
        bounded(name, 'p50 ms', percentile(times, 0.5)),
        bounded(name, 'p99 ms', percentile(times, 0.99), phase.belowMs),
        bounded(name, 'longest ms', Math.max(...times)),
        bounded(name, 'RSS growth MB', residentMb(product.pid) - before),
      );
    }
    client.close();
    return resultOf(product, rows);
  });
}

/** Requests in the proportions of a directory's cycle; who is deleted was made here before. @param {number} size */
function createMix(size) {
  const made = /** @type {string[]} */ ([]);
  let number = 0;
  const pick = () => idOf(Math.floor(Math.random() * size));
  return async (/** @type {ReturnType<typeof createClient>} */ client) => {
    const turn = (number += 1) % 20;
    if (turn < 12) {
      const name = `person.${Math.floor(Math.random() * size)}@example.com`;
      return client.send('GET', `/Users?filter=userName+eq+%22${name}%22`);
    }
    if (turn < 16)
      return client.send('PATCH', `/Users/${pick()}`, patchOf({ op: 'Replace', path: 'title', value: randomUUID() }));
    const gone = turn === 19 ? made.shift() : undefined;
    if (gone !== undefined) return client.send('DELETE', `/Users/${gone}`);
    const userName = `load.${randomUUID()}@example.com`;
    const emails = [{ primary: true, type: 'work', value: userName }];
    const answer = await client.send('POST', '/Users', { userName, externalId: userName, active: true, emails });
    if (answer.status === 201) made.push(answer.body.id);
    return answer;
  };
}

/**
 * @param {ReturnType<typeof createClient>} client
 * @param {ReturnType<typeof createMix>} mix
 * @param {number} rate
 * @param {number} seconds
 */
async function run(client, mix, rate, seconds) {
  const times = /** @type {number[]} */ ([]);
  const statuses = /** @type {number[]} */ ([]);
  const startedMs = performance.now();
  const pending = new Set();
  for (let number = 0; number < rate * seconds; number += 1) {
    const plannedMs = startedMs + (number * 1000) / rate;
    const waitMs = plannedMs - performance.now();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    const one = mix(client)
      .catch(() => ({ status: 0 }))
      .then(({ status }) => statuses.push(status) && times.push(performance.now() - plannedMs));
    pending.add(one);
    void one.finally(() => pending.delete(one));
  }
  await Promise.all(pending);
  const limited = statuses.filter((status) => status === 429).length;
  return { times, limited, errors: statuses.filter((status) => status < 200 || status > 299).length - limited };
}

module.exports = { measure };
