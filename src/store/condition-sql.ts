// Condition -> where clause over a resource's own whitelist of columns (user-search.ts, group-search.ts); values are always
// bound. Called by the stores of users and groups for SCIM filters and list filters.
import { isPart, type Comparison, type Condition } from '../domain/condition';
import { fold, foldPart } from '../domain/user';
import type { Value } from './connection';
import type { Column, Elements, Searchable } from './searchable';
import { userSearch } from './user-search';
import { valueKey } from './value-key';

/** A where clause and the values of its places, in order. */
export interface Sql {
  readonly sql: string;
  readonly values: readonly Value[];
}

/**
 * Whether a list with this clause may be a prepared statement. MariaDB 10.11 turns a sub-query over memberships into a join
 * when two places hold the same value at the first execution, and keeps the join for later values: rows come twice.
 */
export function isPreparable(where: string): boolean {
  return !where.includes('directory_group_members');
}

type Compare = Extract<Condition, { kind: 'compare' }>;

const signs = { eq: '=', ne: '<>', gt: '>', ge: '>=', lt: '<', le: '<=' } as const;

/** The clause of a condition on users, or on the resource named; always TRUE or FALSE, never NULL, under `not`. */
export function conditionSql(condition: Condition, resource: Searchable = userSearch): Sql {
  return nodeSql(condition, resource, undefined);
}

/** @param element the multi-valued attribute whose element the condition is about */
function nodeSql(node: Condition, resource: Searchable, element: Elements | undefined): Sql {
  if (node.kind === 'and' || node.kind === 'or') {
    const terms = node.terms.map((term) => nodeSql(term, resource, element));
    const sql = terms.map((term) => `(${term.sql})`).join(node.kind === 'and' ? ' AND ' : ' OR ');
    return { sql, values: terms.flatMap((term) => term.values) };
  }
  if (node.kind === 'not') {
    const { sql, values } = nodeSql(node.term, resource, element);
    return { sql: `NOT COALESCE((${sql}), FALSE)`, values };
  }
  if (node.kind === 'constant') return { sql: node.holds ? 'TRUE' : 'FALSE', values: [] };
  if (node.kind === 'some') {
    const elements = resource.elements(node.attribute);
    return elements === undefined ? never : elementSql(elements, nodeSql(node.where, resource, elements));
  }
  if (element !== undefined) return leafSql(node, element.column(node.attribute));
  const [head = '', sub] = node.attribute.split('.', 2);
  const elements = resource.elements(head);
  return elements === undefined ? leafSql(node, resource.root(node.attribute)) : multiSql(node, elements, sub);
}

const never: Sql = { sql: 'FALSE', values: [] };

/** One element that satisfies all of it. */
function elementSql({ some, values }: Elements, inner: Sql): Sql {
  return { sql: some.replace('{}', () => inner.sql), values: [...values, ...inner.values] };
}

function multiSql(
  node: Exclude<Condition, { kind: 'and' | 'or' | 'not' | 'some' | 'constant' }>,
  elements: Elements,
  sub?: string,
): Sql {
  const absent = node.kind === 'compare' && node.value === null && node.operator === 'eq';
  const leaf =
    sub === undefined
      ? { sql: 'TRUE', values: [] }
      : leafSql(absent ? present(sub) : { ...node, attribute: sub }, elements.column(sub));
  const some = elementSql(elements, leaf);
  return absent ? { sql: `NOT (${some.sql})`, values: some.values } : some;
}

function present(attribute: string): Condition & { kind: 'present' } {
  return { kind: 'present', attribute };
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

function presence({ sql, as, present: own }: Column): string {
  if (own !== undefined) return own;
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
  if (column.as !== 'key' && column.as !== 'value_key') return text;
  if (isPart(node.operator)) return foldPart(text);
  const isWhole = node.operator === 'eq' || node.operator === 'ne';
  return column.as === 'value_key' && isWhole ? valueKey(text) : fold(text);
}

function compareSql(operator: Comparison, column: Column, text: string): Sql {
  const left = column.as === 'lower' ? `${lowered(column.sql)} COLLATE utf8mb4_bin` : column.sql;
  const place = column.as === 'lower' ? lowered('?') : '?';
  if (operator === 'sw' && ['key', 'value_key', 'exact'].includes(column.as)) return startsSql(column.sql, text);
  if (isPart(operator)) {
    const escaped = text.replaceAll(/[!%_]/g, '!$&');
    const pattern = `${operator === 'sw' ? '' : '%'}${escaped}${operator === 'ew' ? '' : '%'}`;
    return { sql: `${left} LIKE ${place} ESCAPE '!'`, values: [pattern] };
  }
  const sql = `${left} ${signs[operator]} ${place}`;
  // A value that is absent differs from every value.
  return { sql: operator === 'ne' ? `(${sql} OR ${column.sql} IS NULL)` : sql, values: [text] };
}

/** As the database folds, with one sigma as in stored keys. */
function lowered(sql: string): string {
  return `REPLACE(LOWER(${sql}), 'ς', 'σ')`;
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
