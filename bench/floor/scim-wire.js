// @ts-check
// Rows of users as the floor of the SCIM bench answers them. Called by scim.js and the peer.
'use strict';

/** @param {any[]} rows @param {number} total */
function toList(rows, total) {
  return {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
    totalResults: total,
    startIndex: 1,
    itemsPerPage: rows.length,
    Resources: rows.map(toResource),
  };
}

/** @param {any} row */
function toResource(row) {
  return {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
    id: row.id,
    externalId: row.external_id,
    userName: row.user_name,
    displayName: row.display_name,
    title: row.title,
    name: { givenName: row.given_name, familyName: row.family_name },
    active: row.scim_active === 1,
    emails: JSON.parse(row.value_list ?? '[]').map((/** @type {any[]} */ it) => ({
      value: it[3],
      type: it[2],
      primary: it[4] === 1,
    })),
    meta: {
      resourceType: 'User',
      created: row.created_at,
      lastModified: row.updated_at,
      version: `W/"${row.row_version}"`,
    },
  };
}

module.exports = { toList, toResource };
