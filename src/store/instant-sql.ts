// Instants between SQL and text with microseconds; private to the stores that decide edges of windows.
import type { InstantText } from '../domain/instant';

/** Selects a DATETIME(6) column as text. */
export function instantSql(column: string): string {
  return `DATE_FORMAT(${column}, '%Y-%m-%d %H:%i:%s.%f')`;
}

/** A nullable instant of a row that was selected as text. */
export function instantOf(value: unknown): InstantText | null {
  return typeof value === 'string' ? value : null;
}
