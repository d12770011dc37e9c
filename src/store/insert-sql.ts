// INSERTs of a few rows as constant text, so that they can be prepared like single rows. Called by database.ts and the audit
// store.
import type { Value } from './connection';

/** More rows than this go by the text protocol: each number of rows is a prepared statement of its own. */
const mostRows = 8;
const marker = 'VALUES ?';

/** The text with a place for each value, and the values; undefined for more rows than are prepared, or none. */
export function preparable(
  sql: string,
  rows: readonly (readonly Value[])[],
): { readonly sql: string; readonly values: Value[] } | undefined {
  const [first] = rows;
  if (first === undefined || rows.length > mostRows || !sql.includes(marker)) return undefined;
  const places = `(${first.map(() => '?').join(', ')})`;
  return { sql: sql.replace(marker, `VALUES ${rows.map(() => places).join(', ')}`), values: rows.flat() };
}
