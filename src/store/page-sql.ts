// One page of a table: by key after the page before it, or by offset; and the total. Called by the user and group stores.
import type { Condition } from '../domain/condition';
import type { PageKey, PageQuery } from '../domain/page';
import { AppError } from '../errors';
import { conditionSql, isPreparable } from './condition-sql';
import type { Connection, Row, Value } from './connection';
import { isStatementTimeout } from './database-error';
import { isKeyed } from './keyed';
import type { Searchable } from './searchable';

/** A column to sort by. */
export interface SortColumn {
  readonly sql: string;
  readonly isNullable?: boolean;
  /** No two rows that are listed share a value. */
  readonly isUnique?: boolean;
  /** Clauses that part the rows so that each part has an index in this order; none = one index has all. */
  readonly parts?: readonly string[];
  /** The index of this order, named because MySQL 9.7 may prefer to read and sort a whole part by another. */
  readonly index?: string;
}

/** A table that is listed. */
export interface Listed {
  /** `users` */
  readonly table: string;
  readonly alias: string;
  readonly columns: string;
  /** Which rows there are; its one place is the organization. */
  readonly live: string;
  readonly search: Searchable;
  readonly sorts: Readonly<Record<string, SortColumn>>;
  /** Attributes with an index, for the sentence that refuses a scan. */
  readonly indexed: string;
  /** The number of all rows without a search, where that is kept; else they are counted. */
  readonly countAll?: () => Promise<number>;
}

interface Clause {
  readonly sql: string;
  readonly values: readonly Value[];
}

interface Reading {
  readonly connection: Connection;
  readonly listed: Listed;
  readonly where: Clause;
  readonly query: PageQuery;
  /** Milliseconds a statement may take; undefined when an index serves it. */
  readonly limitMs: number | undefined;
}

const scanMs = 5000;

/** Reads a page. @throws result.too_many when no index serves it and it takes too long */
export async function readPage(
  connection: Connection,
  listed: Listed,
  query: PageQuery,
): Promise<{ rows: readonly Row[]; total: number; end: PageKey | undefined }> {
  const where = whereOf(connection.organizationId, listed, query.where);
  const isSearch = query.where !== undefined && !isKeyed(query.where, listed.search);
  const isJump = query.after === undefined && (query.offset ?? 0) > 0;
  const limitMs = isSearch || isJump ? (query.scanMs ?? scanMs) : undefined;
  const reading: Reading = { connection, listed, where, query, limitMs };
  try {
    if (query.limit <= 0) return { rows: [], total: await totalOf(reading), end: undefined };
    const found = isJump ? await byOffset(reading) : await byKey(reading);
    const rows = found.slice(0, query.limit);
    const end = found.length > rows.length ? keyOf(rows.at(-1)) : undefined;
    return { rows, total: await totalAfter(reading, found.length), end };
  } catch (error) {
    if (!isStatementTimeout(error)) throw error;
    const reason = `The list takes too long. Filter by ${listed.indexed}, or go from page to page.`;
    throw new AppError('result.too_many', { reason }, { cause: error });
  }
}

/** A last page tells the total by itself. */
async function totalAfter(reading: Reading, found: number): Promise<number> {
  const { offset, after, limit, total } = reading.query;
  const start = offset ?? (after === undefined ? 0 : undefined);
  const isLast = found <= limit && (found > 0 || start === 0);
  if (isLast && start !== undefined) return start + found;
  return total ?? totalOf(reading);
}

async function totalOf({ connection, listed, where, query, limitMs }: Reading): Promise<number> {
  if (query.where === undefined && listed.countAll !== undefined) return listed.countAll();
  const sql = `SELECT COUNT(*) AS n FROM ${listed.table} ${listed.alias} WHERE ${where.sql}`;
  const { rows } = await connection.run(limited(sql, limitMs), where.values);
  return Number(rows[0]?.['n']);
}

/** The rows after a key. Rows without the value are a second stretch: last going up, first going down. */
async function byKey(reading: Reading): Promise<readonly Row[]> {
  const { listed, query } = reading;
  const column = columnOf(listed, query);
  if (column === undefined) return read(reading, creationOrder(reading));
  const direction = query.sort?.descending ? 'DESC' : 'ASC';
  const stretches = column.isNullable ? (direction === 'ASC' ? [false, true] : [true, false]) : [false];
  const isInSecond = query.after !== undefined && (query.after.value === null) === stretches[1];
  const rows: Row[] = [];
  for (const isNull of isInSecond ? stretches.slice(1) : stretches) {
    const wanted = query.limit + 1 - rows.length;
    if (wanted <= 0) break;
    const after = query.after && (query.after.value === null) === isNull ? query.after : undefined;
    rows.push(...(await read(reading, sorted(reading, { column, direction, isNull, wanted, after }))));
  }
  return rows;
}

function creationOrder({ listed, where, query }: Reading): Clause {
  const { alias, columns, table } = listed;
  const beyond = query.after === undefined ? '' : ` AND ${alias}.id > ?`;
  return {
    sql: `SELECT ${columns} FROM ${table} ${alias} WHERE ${where.sql}${beyond} ORDER BY ${alias}.id LIMIT ${query.limit + 1}`,
    values: [...where.values, ...(query.after === undefined ? [] : [query.after.id])],
  };
}

interface Stretch {
  readonly column: SortColumn;
  readonly direction: 'ASC' | 'DESC';
  readonly isNull: boolean;
  readonly wanted: number;
  readonly after: PageKey | undefined;
}

/** Each part gives its first rows in order by an index of its own; of these few the first are read whole. */
function sorted(reading: Reading, stretch: Stretch): Clause {
  const { listed, where, connection } = reading;
  const { alias, table, columns } = listed;
  const { column, direction, isNull, wanted } = stretch;
  const beyond = beyondKey(listed, stretch);
  const presence = column.isNullable ? ` AND ${column.sql} IS ${isNull ? '' : 'NOT '}NULL` : '';
  const ties = column.isUnique ? '' : `, ${alias}.id ${direction}`;
  const order = isNull ? `${alias}.id ${direction}` : `${column.sql} ${direction}${ties}`;
  const isAll = reading.query.where === undefined;
  const hint = isAll && column.index !== undefined ? ` FORCE INDEX (${column.index})` : '';
  const parts = (column.parts ?? ['TRUE']).map(
    (part) =>
      `(SELECT ${alias}.id, ${column.sql} AS page_key FROM ${table} ${alias}${hint} WHERE ${where.sql} AND ${part}${presence}${beyond.sql} ORDER BY ${order} LIMIT ${wanted})`,
  );
  return {
    sql: `SELECT ${columns}, CAST(p.page_key AS CHAR) AS page_key FROM (${parts.join(' UNION ALL ')}) p
      JOIN ${table} ${alias} ON ${alias}.organization_id = ? AND ${alias}.id = p.id
      ORDER BY p.page_key ${direction}, p.id ${direction} LIMIT ${wanted}`,
    values: [...parts.flatMap(() => [...where.values, ...beyond.values]), connection.organizationId],
  };
}

function beyondKey({ alias }: Listed, { column, direction, isNull, after }: Stretch): Clause {
  if (after === undefined) return { sql: '', values: [] };
  const sign = direction === 'ASC' ? '>' : '<';
  if (isNull) return { sql: ` AND ${alias}.id ${sign} ?`, values: [after.id] };
  if (column.isUnique) return { sql: ` AND ${column.sql} ${sign} ?`, values: [after.value] };
  // Two ranges of one index; a comparison of pairs would read all rows with the same value.
  return {
    sql: ` AND (${column.sql} ${sign} ? OR (${column.sql} = ? AND ${alias}.id ${sign} ?))`,
    values: [after.value, after.value, after.id],
  };
}

function byOffset(reading: Reading): Promise<readonly Row[]> {
  const { listed, where, query } = reading;
  const { alias, columns, table } = listed;
  const column = columnOf(listed, query)?.sql;
  const direction = query.sort?.descending ? 'DESC' : 'ASC';
  const key = column === undefined ? 'NULL' : `CAST(${column} AS CHAR)`;
  const order = `${column === undefined ? '' : `${column} IS NULL ${direction}, ${column} ${direction}, `}${alias}.id ${direction}`;
  return read(reading, {
    sql: `SELECT ${columns}, ${key} AS page_key FROM ${table} ${alias} WHERE ${where.sql} ORDER BY ${order} LIMIT ${query.limit + 1} OFFSET ${query.offset}`,
    values: where.values,
  });
}

async function read({ connection, limitMs, query }: Reading, { sql, values }: Clause): Promise<readonly Row[]> {
  const isConstant = limitMs === undefined && query.sort === undefined && isPreparable(sql);
  const { rows } = isConstant
    ? await connection.prepared(sql, values)
    : await connection.run(limited(sql, limitMs), values);
  return rows;
}

function columnOf(listed: Listed, { sort }: PageQuery): SortColumn | undefined {
  if (sort === undefined || (sort.attribute === 'id' && !sort.descending)) return undefined;
  return listed.sorts[sort.attribute];
}

function keyOf(row: Row | undefined): PageKey | undefined {
  return row && { value: (row['page_key'] ?? null) as string | null, id: row['id'] as string };
}

function whereOf(organizationId: number, listed: Listed, where: Condition | undefined): Clause {
  if (where === undefined) return { sql: listed.live, values: [organizationId] };
  const condition = conditionSql(where, listed.search);
  return { sql: `${listed.live} AND (${condition.sql})`, values: [organizationId, ...condition.values] };
}

/** A statement the server ends by itself: MariaDB reads the first comment, MySQL the second. */
function limited(sql: string, limitMs: number | undefined): string {
  if (limitMs === undefined) return sql;
  const hinted = sql.replace(/^SELECT /, `SELECT /*+ MAX_EXECUTION_TIME(${Math.ceil(limitMs)}) */ `);
  return `/*M! SET STATEMENT max_statement_time=${limitMs / 1000} FOR */ ${hinted}`;
}
