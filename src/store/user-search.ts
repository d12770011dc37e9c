// What a condition may name of a user, over alias `u`: columns, the multi-valued attributes, groups, and the JSON beside.
import { type Column, type Elements, jsonColumn, nothing, type Searchable } from './searchable';

const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

const columns: ReadonlyMap<string, Column> = new Map<string, Column>([
  ['id', { sql: 'u.id', as: 'id' }],
  ['userName', { sql: 'u.user_name_key', as: 'key' }],
  ['externalId', { sql: 'u.external_id', as: 'exact' }],
  ['active', { sql: 'u.scim_active', as: 'boolean' }],
  ['displayName', { sql: 'u.display_name', as: 'lower' }],
  ['name.givenName', { sql: 'u.given_name', as: 'lower' }],
  ['name.familyName', { sql: 'u.family_name', as: 'lower' }],
  ['title', { sql: 'u.title', as: 'lower' }],
  [`${enterprise}:department`, { sql: 'u.department', as: 'lower' }],
  [`${enterprise}:costCenter`, { sql: 'u.cost_center', as: 'lower' }],
  [`${enterprise}:employeeNumber`, { sql: 'u.employee_number', as: 'lower' }],
  [`${enterprise}:manager.value`, { sql: 'u.manager_raw', as: 'exact' }],
  ['meta.created', { sql: 'u.created_at', as: 'instant' }],
  ['meta.lastModified', { sql: 'u.updated_at', as: 'instant' }],
]);

/** Where what was sent is no known tag or zone it stands in the JSON, else in the column. */
const besideColumns: ReadonlyMap<string, string> = new Map([
  ['locale', 'u.locale'],
  ['timezone', 'u.time_zone'],
]);

const elementColumns: ReadonlyMap<string, Column> = new Map<string, Column>([
  ['value', { sql: 'v.value_key', as: 'value_key' }],
  ['type', { sql: 'v.type_key', as: 'key' }],
  ['display', { sql: 'v.display', as: 'lower' }],
  [
    'primary',
    // False as it was sent stands in the JSON beside; a mark that was never sent is false in the column too.
    {
      sql: 'v.is_primary',
      as: 'boolean',
      present: `(v.is_primary = 1 OR JSON_EXTRACT(v.extra, '$.extra.primary') IS NOT NULL)`,
    },
  ],
]);

const groupColumns: ReadonlyMap<string, Column> = new Map<string, Column>([
  ['value', { sql: 'g.id', as: 'id' }],
  ['display', { sql: 'g.display_name_key', as: 'key' }],
  ['type', { sql: `'direct'`, as: 'lower' }],
]);

const multiValued = new Set(['emails', 'phoneNumbers', 'addresses', 'ims', 'photos', 'roles', 'entitlements']);

/** Open memberships of the user. */
const groups: Elements = {
  some: `u.id IN (SELECT m.user_id FROM directory_group_members m JOIN directory_groups g ON g.organization_id = m.organization_id AND g.id = m.group_id
    WHERE m.organization_id = u.organization_id AND m.is_open = 1 AND ({}))`,
  values: [],
  column: (sub) => groupColumns.get(sub) ?? nothing,
};

/** Users. */
export const userSearch: Searchable = {
  root: (attribute) => {
    const json = columns.get(attribute) ?? jsonColumn('u.scim_extra', extraPath(attribute));
    const beside = besideColumns.get(attribute);
    return beside === undefined ? json : { sql: `COALESCE(${json.sql}, ${beside})`, as: 'lower' };
  },
  elements: (attribute) =>
    attribute === 'groups' ? groups : multiValued.has(attribute) ? valuesOf(attribute) : undefined,
};

/** One element of the attribute that satisfies all of it; the value index can drive. */
function valuesOf(attribute: string): Elements {
  return {
    some: 'u.id IN (SELECT v.user_id FROM user_values v WHERE v.organization_id = u.organization_id AND v.attribute = ? AND ({}))',
    values: [attribute],
    // Further sub-attributes of an element stand in the JSON beside it.
    column: (sub) => elementColumns.get(sub) ?? jsonColumn('v.extra', ['extra', sub]),
  };
}

/** `name.middleName` -> name, middleName; `urn:…:User:division` -> urn:…:User, division; `schemas.urn:…` -> all of it. */
function extraPath(attribute: string): string[] {
  if (attribute.startsWith('schemas.')) return [attribute.slice('schemas.'.length)];
  const colon = attribute.lastIndexOf(':');
  return colon < 0 ? attribute.split('.') : [attribute.slice(0, colon), attribute.slice(colon + 1)];
}
