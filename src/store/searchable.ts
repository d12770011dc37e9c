// What of a resource a condition may name, and how each name compares: the whitelist between filters and columns.

/**
 * How a column compares: `key` is stored folded, `exact` as it is, `lower` is folded by the database (a scan), `value_key`
 * is folded and cut (value-key.ts).
 */
export interface Column {
  readonly sql: string;
  readonly as: 'key' | 'value_key' | 'exact' | 'id' | 'lower' | 'boolean' | 'instant';
  /** Of an id: written in any case. Ids are stored in lower case. */
  readonly isFolded?: boolean;
  /** Whether it has a value, where the column alone cannot tell. */
  readonly present?: string;
}

/** The elements of one multi-valued attribute. */
export interface Elements {
  /** A condition that is true when an element satisfies `{}`: `u.id IN (SELECT … AND ({}))`. */
  readonly some: string;
  /** Values of the places of `some` that come before the inner ones. */
  readonly values: readonly string[];
  readonly column: (sub: string) => Column;
}

/** One resource. */
export interface Searchable {
  readonly root: (attribute: string) => Column;
  /** undefined = the attribute has one value. */
  readonly elements: (attribute: string) => Elements | undefined;
}

/** A name that is known and never held here. */
export const nothing: Column = { sql: 'NULL', as: 'lower' };

/** A text inside a JSON column. Segments hold letters, digits and `$ _ . : -` alone, so none can end the path. */
export function jsonColumn(column: string, path: readonly string[]): Column {
  if (path.some((segment) => !/^[\w$.:-]{1,255}$/.test(segment))) return nothing;
  const steps = path.map((segment) => `."${segment}"`).join('');
  return { sql: `CONVERT(JSON_UNQUOTE(JSON_EXTRACT(${column}, '$${steps}')) USING utf8mb4)`, as: 'lower' };
}
