// The compare key of a multi-valued attribute's value; both the writer of `user_values` and the filter use it.
import { createHash } from 'node:crypto';
import { fold } from '../domain/user';

/** Longest key the column holds, in characters. */
const keyLength = 320;

/** Folded value; a longer one is its first 256 characters and the SHA-256 of the whole, so that equality stays exact. */
export function valueKey(value: string): string {
  const key = fold(value);
  const characters = Array.from(key);
  if (characters.length <= keyLength) return key;
  return characters.slice(0, 256).join('') + createHash('sha256').update(key).digest('hex');
}
