// What a store file works with: one organization, one connection (or transaction), two ways to run SQL.

/** A value that can be bound. Instants go in as Date (milliseconds) or as text with microseconds. */
export type Value = string | number | boolean | Date | null | Buffer;

/** A row as the driver gives it: snake_case columns; DATETIME as Date, DATE and JSON as text. */
export type Row = Record<string, unknown>;

/** What a statement did. */
export interface Result {
  readonly rows: readonly Row[];
  readonly affectedRows: number;
  readonly insertId: number;
}

/** One organization's way to the database; every statement binds `organizationId` itself. */
export interface Connection {
  readonly organizationId: number;
  /** Text protocol: for statements of varying text, lists (`IN (?)` or `VALUES ?` with an array, never empty) and thousands of rows. */
  readonly run: (
    sql: string,
    values?: readonly (Value | readonly Value[] | readonly (readonly Value[])[])[],
  ) => Promise<Result>;
  /** Binary protocol: for constant text and single rows (0.65 to 0.75 of the cost, docs/adr/0004). */
  readonly prepared: (sql: string, values?: readonly Value[]) => Promise<Result>;
  /**
   * One multi-row INSERT (or upsert): `sql` has one `VALUES ?` place; a few rows are prepared, of many 1,000 are sent at once.
   * No rows, no statement.
   */
  readonly insertMany: (sql: string, rows: readonly (readonly Value[])[]) => Promise<number>;
}

/** The unscoped connection, for what is keyed without an organization (docs/schema.md). */
export type ScanConnection = Omit<Connection, 'organizationId'>;

/** A nullable instant of a row. */
export function dateOf(value: unknown): Date | null {
  return value instanceof Date ? value : null;
}

/** A JSON column of a row, parsed; MariaDB and MySQL both hand it over as text (see database.ts). */
export function jsonOf(value: unknown): unknown {
  return typeof value === 'string' ? JSON.parse(value) : null;
}
