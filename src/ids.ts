// Makes the ids of rows: UUIDv7, monotonic in a process, so that InnoDB appends (docs/adr/0003).
import { v7 } from 'uuid';

/** Makes a new id, 36 characters of lower-case UUIDv7. */
export type NewId = () => string;

/** The id maker of a process. Source: RFC 9562 5.7. */
export const newId: NewId = () => v7();

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Whether a text has the form of a row id (a lower-case UUID). */
export function isId(text: string): boolean {
  return uuid.test(text);
}
