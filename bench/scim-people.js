// @ts-check
// People as Entra's default mapping sends them, for the SCIM bench: the body of a create, and the same values for everybody
// that is there before. The manager is left out: Entra links it in a request of its own. Called by scim.js and the floor's
// test.
'use strict';
const { seed } = require('./overview-seed.js');

const core = 'urn:ietf:params:scim:schemas:core:2.0:User';
const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

/** The body of a create. @param {string} name unlike every other */
function wholeUser(name) {
  return {
    schemas: [core, enterprise],
    externalId: name,
    userName: `${name}@example.com`,
    active: true,
    displayName: `Given ${name}`,
    title: 'Engineer',
    preferredLanguage: 'en-GB',
    name: { givenName: 'Given', familyName: name, formatted: `Given ${name}` },
    emails: [{ primary: true, type: 'work', value: `${name}@example.com` }],
    addresses: [
      {
        type: 'work',
        formatted: 'Room 1',
        streetAddress: '1 Main Street',
        locality: 'Springfield',
        region: 'North',
        postalCode: '12345',
        country: 'DE',
      },
    ],
    phoneNumbers: [
      { type: 'work', value: '+49 30 5550100' },
      { type: 'mobile', value: '+49 170 5550100' },
      { type: 'fax', value: '+49 30 5550101' },
    ],
    [enterprise]: { employeeNumber: '4711', department: 'Engineering' },
  };
}

/**
 * Seeds people and gives each what one made by the product has.
 * @param {import('mysql2/promise').Connection} sql
 * @param {number} size
 * @param {(body: object) => Promise<{ id: string }>} create makes a user through the product
 */
async function seedWholePeople(sql, size, create) {
  await seed(sql, size);
  await sql.query('UPDATE license_pool_terms SET seats = 100000000');
  const { id } = await create(wholeUser('whole'));
  await sql.query(
    `UPDATE users u JOIN users w ON w.id = ? SET u.external_id = COALESCE(u.external_id, u.id), u.given_name = w.given_name, u.family_name = w.family_name,
      u.title = w.title, u.department = w.department, u.employee_number = w.employee_number, u.scim_extra = w.scim_extra WHERE u.id <> ?`,
    [id, id],
  );
  await sql.query(
    `INSERT INTO user_values (organization_id, user_id, attribute, ordinal, type_key, value_key, value, is_primary, display, extra)
      SELECT u.organization_id, u.id, v.attribute, v.ordinal, v.type_key, v.value_key, v.value, v.is_primary, v.display, v.extra
      FROM users u JOIN user_values v ON v.user_id = ? AND v.attribute <> 'emails' WHERE u.id <> ?`,
    [id, id],
  );
  await sql.query('ANALYZE TABLE users, user_values');
}

module.exports = { enterprise, seedWholePeople, wholeUser };
