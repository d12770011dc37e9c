// @ts-check
// Bulk of 1,000 operations (S27): people, a group for each fifty with its members by bulkId, and a circle of managers. Called
// by run.js.
'use strict';
const { bounded, createClient, percentile, resultOf, withPeople } = require('./scim-product.js');

const groups = 20;
const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

/**
 * @param {import('./run.js').Options} options
 * @returns {Promise<import('./run.js').Result>}
 */
async function measure({ rounds, size = 1000 }) {
  return withPeople(1000, async (product) => {
    const client = createClient(product);
    const times = /** @type {number[]} */ ([]);
    for (let round = 0; round < rounds; round += 1) {
      const { status, body, ms } = await client.send('POST', '/Bulk', bulkOf(round, size));
      const done = (body.Operations ?? []).filter((/** @type {any} */ it) => ['200', '201'].includes(it.status));
      if (status !== 200 || done.length !== size) throw new Error(`${status}: ${done.length} of ${size} done`);
      times.push(ms);
    }
    client.close();
    return resultOf(product, [
      bounded(`Bulk of ${size}`, 'p50 ms', percentile(times, 0.5)),
      bounded(`Bulk of ${size}`, 'longest ms', Math.max(...times), 10_000),
      bounded(`Bulk of ${size}`, 'ms per operation', percentile(times, 0.5) / size),
    ]);
  });
}

/** Groups first, so that every reference looks forward. @param {number} round @param {number} size */
function bulkOf(round, size) {
  const people = size - groups;
  const each = Math.floor(people / groups);
  const makeGroup = (/** @type {number} */ number) => ({
    method: 'POST',
    path: '/Groups',
    bulkId: `g${number}`,
    data: {
      displayName: `Group ${round} ${number}`,
      members: Array.from({ length: each }, (_, index) => ({ value: `bulkId:u${number * each + index}` })),
    },
  });
  const makeUser = (/** @type {number} */ number) => ({
    method: 'POST',
    path: '/Users',
    bulkId: `u${number}`,
    data: {
      userName: `bulk.${round}.${number}@example.com`,
      // The last reports to the first and the first to the last.
      [enterprise]: { manager: { value: `bulkId:u${number === 0 ? people - 1 : number - 1}` } },
    },
  });
  const Operations = [
    ...Array.from({ length: groups }, (_, number) => makeGroup(number)),
    ...Array.from({ length: people }, (_, number) => makeUser(number)),
  ];
  return { schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'], Operations };
}

module.exports = { measure };
