// Statements in which one value stands in many places: `:name` in the text, each bound where it stands. Private to views.
import type { Value } from './connection';

/** The text with `?` places and the values in their order. `@example named('a = :x OR b = :x', { x: 1 })` */
export function named(sql: string, values: Readonly<Record<string, Value>>): { sql: string; values: Value[] } {
  const bound: Value[] = [];
  const text = sql.replaceAll(/:([a-z]\w*)/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`no value for :${name}`);
    bound.push(value);
    return '?';
  });
  return { sql: text, values: bound };
}
