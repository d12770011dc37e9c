// @ts-check
// Users between wire and rows, in the fewest lines: what the floor of the SCIM bench and stock scimmy's handlers both need.
// Called by scim.js and the peer.
'use strict';
const { enterprise } = require('../scim-people.js');

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
  const { name, ...extra } = JSON.parse(row.scim_extra ?? '{}');
  const values = /** @type {Record<string, object[]>} */ ({});
  for (const [, attribute, type, value, isPrimary, display, others] of JSON.parse(row.value_list ?? '[]'))
    (values[attribute] ??= []).push({
      ...(value === null ? {} : { value }),
      type,
      ...(display === null ? {} : { display }),
      ...(isPrimary === 1 ? { primary: true } : {}),
      ...others,
    });
  return {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:User', enterprise],
    id: row.id,
    externalId: row.external_id,
    userName: row.user_name,
    displayName: row.display_name,
    title: row.title,
    ...extra,
    name: { givenName: row.given_name, familyName: row.family_name, ...name },
    active: row.scim_active === 1,
    ...values,
    [enterprise]: { department: row.department, employeeNumber: row.employee_number },
    meta: {
      resourceType: 'User',
      created: row.created_at,
      lastModified: row.updated_at,
      version: `W/"${row.row_version}"`,
    },
  };
}

/** What a user has no column for, as `users.scim_extra` holds it. @param {any} body */
function toExtra({ preferredLanguage, name }) {
  return JSON.stringify({ preferredLanguage, name: { formatted: name?.formatted } });
}

/** Rows of `user_values` after the first two columns. @param {any} body @returns {any[][]} */
function toValueRows(body) {
  const rows = ['addresses', 'emails', 'phoneNumbers'].flatMap((attribute) =>
    (body[attribute] ?? []).map((/** @type {any} */ { value = null, type, primary, display = null, ...others }) => {
      const extra = Object.keys(others).length === 0 ? null : JSON.stringify(others);
      return { attribute, rest: [type, value?.toLowerCase() ?? null, value, primary ? 1 : 0, display, extra] };
    }),
  );
  return rows.map(({ attribute, rest }, ordinal) => [attribute, ordinal, ...rest]);
}

module.exports = { toExtra, toList, toResource, toValueRows };
