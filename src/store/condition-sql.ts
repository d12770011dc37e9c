// Condition -> where clause over alias `u` of users. Columns come from a whitelist, values are always bound.
// Called by the user store for SCIM filters and list filters.
import type { Comparison, Condition } from '../domain/condition';
import { fold } from '../domain/user';
import type { Value } from './connection';
import { valueKey } from './value-key';

/** A where clause and the values of its places, in order. */
export interface Sql {
  readonly sql: string;
  readonly values: readonly Value[];
}

/** How a column compares: `key` is stored folded, `exact` as it is, `lower` is folded by the database (a scan). */
interface Column {
  readonly sql: string;
  readonly as: 'key' | 'value_key' | 'exact' | 'id' | 'lower' | 'boolean' | 'instant';
}

type Compare = Extract<Condition, { kind: 'compare' }>;

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
  ['primary', { sql: 'v.is_primary', as: 'boolean' }],
]);

const multiValued = new Set(['emails', 'phoneNumbers', 'addresses', 'ims', 'photos', 'roles', 'entitlements']);

const signs = { eq: '=', ne: '<>', gt: '>', ge: '>=', lt: '<', le: '<=' } as const;

/** The clause of a condition on users; always TRUE or FALSE, never NULL, under `not`. */
export function conditionSql(condition: Condition): Sql {
  return nodeSql(condition, undefined);
}

/** @param element the multi-valued attribute whose element (alias `v`) the condition is about */
function nodeSql(node: Condition, element: string | undefined): Sql {
  if (node.kind === 'and' || node.kind === 'or') {
    const terms = node.terms.map((term) => nodeSql(term, element));
    const sql = terms.map((term) => `(${term.sql})`).join(node.kind === 'and' ? ' AND ' : ' OR ');
    return { sql, values: terms.flatMap((term) => term.values) };
  }
  if (node.kind === 'not') {
    const { sql, values } = nodeSql(node.term, element);
    return { sql: `NOT COALESCE((${sql}), FALSE)`, values };
  }
  if (node.kind === 'some') return elementSql(node.attribute, nodeSql(node.where, node.attribute));
  const [multi, sub] = element === undefined ? splitMulti(node.attribute) : [undefined, undefined];
  if (multi !== undefined) return multiSql(node, multi, sub);
  return leafSql(node, element === undefined ? rootColumn(node.attribute) : elementColumn(node.attribute));
}

/** One element of the attribute that satisfies all of it; the value index can drive. */
function elementSql(attribute: string, inner: Sql): Sql {
  return {
    sql: `u.id IN (SELECT v.user_id FROM user_values v WHERE v.organization_id = u.organization_id AND v.attribute = ? AND (${inner.sql}))`,
    values: [attribute, ...inner.values],
  };
}

function multiSql(
  node: Exclude<Condition, { kind: 'and' | 'or' | 'not' | 'some' }>,
  attribute: string,
  sub?: string,
): Sql {
  const absent = node.kind === 'compare' && node.value === null && node.operator === 'eq';
  const leaf =
    sub === undefined
      ? { sql: 'TRUE', values: [] }
      : leafSql(absent ? present(sub) : { ...node, attribute: sub }, elementColumn(sub));
  const some = elementSql(attribute, leaf);
  return absent ? { sql: `NOT (${some.sql})`, values: some.values } : some;
}

function present(attribute: string): Condition & { kind: 'present' } {
  return { kind: 'present', attribute };
}

function splitMulti(attribute: string): [string | undefined, string | undefined] {
  const [head, sub] = attribute.split('.', 2);
  return head !== undefined && multiValued.has(head) ? [head, sub] : [undefined, undefined];
}

function leafSql(node: Condition, column: Column): Sql {
  if (node.kind === 'present') return { sql: presence(column), values: [] };
  if (node.kind !== 'compare') return { sql: 'FALSE', values: [] };
  if (node.value === null) {
    if (node.operator === 'eq') return { sql: `NOT COALESCE(${presence(column)}, FALSE)`, values: [] };
    return { sql: node.operator === 'ne' ? presence(column) : 'FALSE', values: [] };
  }
  if (column.as === 'boolean') return booleanSql(node, column);
  if (column.as === 'id' && !/^[\x20-\x7e]{1,64}$/.test(String(node.value))) {
    return { sql: node.operator === 'ne' ? 'TRUE' : 'FALSE', values: [] };
  }
  return compareSql(node.operator, column, textOf(node, column));
}

function presence({ sql, as }: Column): string {
  if (as === 'boolean' || as === 'instant' || as === 'id') return `${sql} IS NOT NULL`;
  return `(${sql} IS NOT NULL AND ${sql} <> '')`;
}

function booleanSql(node: Compare, column: Column): Sql {
  const isTrue = node.value === true || String(node.value).toLowerCase() === 'true';
  if (node.operator !== 'eq' && node.operator !== 'ne') return { sql: 'FALSE', values: [] };
  return { sql: `${column.sql} ${signs[node.operator]} ?`, values: [isTrue ? 1 : 0] };
}

/** The value as the column holds it. */
function textOf(node: Compare, column: Column): string {
  const text = String(node.value);
  if (column.as === 'instant') return new Date(text).toISOString().replace('T', ' ').replace('Z', '');
  if (column.as === 'key') return fold(text);
  if (column.as === 'value_key') return node.operator === 'eq' || node.operator === 'ne' ? valueKey(text) : fold(text);
  return text;
}

function compareSql(operator: Comparison, column: Column, text: string): Sql {
  const left = column.as === 'lower' ? `LOWER(${column.sql}) COLLATE utf8mb4_bin` : column.sql;
  const place = column.as === 'lower' ? 'LOWER(?)' : '?';
  if (operator === 'sw' && ['key', 'value_key', 'exact'].includes(column.as)) return startsSql(column.sql, text);
  if (operator === 'co' || operator === 'sw' || operator === 'ew') {
    const escaped = text.replaceAll(/[!%_]/g, '!$&');
    const pattern = `${operator === 'sw' ? '' : '%'}${escaped}${operator === 'ew' ? '' : '%'}`;
    return { sql: `${left} LIKE ${place} ESCAPE '!'`, values: [pattern] };
  }
  const sql = `${left} ${signs[operator]} ${place}`;
  // A value that is absent differs from every value.
  return { sql: operator === 'ne' ? `(${sql} OR ${column.sql} IS NULL)` : sql, values: [text] };
}

/**
 * A prefix as a range of the index, and the pattern over an expression: MariaDB's own range for `LIKE 'a%'` ends at
 * `aU+FFFF` and begins after `a` with a TAB, so it loses rows whose next character takes four bytes or sorts below the pad.
 */
function startsSql(column: string, prefix: string): Sql {
  const pattern = `${prefix.replaceAll(/[!%_]/g, '!$&')}%`;
  return {
    sql: `(${column} BETWEEN ? AND ? AND CONCAT(${column}) LIKE ? ESCAPE '!')`,
    values: [`${prefix}\t`, `${prefix}${'\u{10FFFF}'.repeat(4)}`, pattern],
  };
}

function rootColumn(attribute: string): Column {
  const json = columns.get(attribute) ?? jsonColumn('u.scim_extra', extraPath(attribute));
  const beside = besideColumns.get(attribute);
  return beside === undefined ? json : { sql: `COALESCE(${json.sql}, ${beside})`, as: 'lower' };
}

/** Further sub-attributes of an element stand in the JSON beside it. */
function elementColumn(attribute: string): Column {
  return elementColumns.get(attribute) ?? jsonColumn('v.extra', ['extra', attribute]);
}

/** `name.middleName` -> name, middleName; `urn:…:User:division` -> urn:…:User, division. */
function extraPath(attribute: string): string[] {
  const colon = attribute.lastIndexOf(':');
  return colon < 0 ? attribute.split('.') : [attribute.slice(0, colon), attribute.slice(colon + 1)];
}

/** A text inside a JSON column. Segments hold letters, digits and `$ _ . : -` alone, so none can end the path. */
function jsonColumn(column: string, path: readonly string[]): Column {
  if (path.some((segment) => !/^[\w$.:-]{1,255}$/.test(segment))) return { sql: 'NULL', as: 'lower' };
  const steps = path.map((segment) => `."${segment}"`).join('');
  return { sql: `CONVERT(JSON_UNQUOTE(JSON_EXTRACT(${column}, '$${steps}')) USING utf8mb4)`, as: 'lower' };
}
