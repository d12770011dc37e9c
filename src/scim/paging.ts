// startIndex and count -> offset and limit. Pure. Source: RFC 7644 3.4.2.4; row E36 of docs/scim.md.
import { AppError } from '../errors';
import type { ScimQuery } from './query';

/** One page. `startIndex` is 1-based, as the answer repeats it. */
export interface Page {
  readonly startIndex: number;
  readonly offset: number;
  readonly limit: number;
}

/** Resources of a page when the client does not say, and the most it can ask for. */
export const defaultCount = 100;
/** The most resources of a page; ServiceProviderConfig says so. */
export const maxCount = 200;

/** @throws query.value for anything but integers */
export function pageOf(query: ScimQuery): Page {
  const startIndex = Math.max(1, integer(query.startIndex, 'startIndex') ?? 1);
  const count = integer(query.count, 'count') ?? defaultCount;
  return { startIndex, offset: startIndex - 1, limit: Math.min(Math.max(0, count), maxCount) };
}

/**
 * The page size of a walk by cursor; undefined when the client does not say.
 * @throws cursor.count for anything but an integer up to the maximum. Source: RFC 9865 2.
 */
export function cursorCountOf({ count }: ScimQuery): number | undefined {
  if (count === undefined) return undefined;
  const wanted = /^[+-]?\d{1,15}$/.test(String(count).trim()) ? Number(count) : maxCount + 1;
  if (wanted > maxCount)
    throw new AppError('cursor.count', { reason: `"count" must be an integer up to ${maxCount}.` });
  return Math.max(0, wanted);
}

/** The refusal of another page size along one walk. Source: RFC 9865 2. */
export function changedCount(): AppError {
  return new AppError('cursor.count', { reason: 'Along one walk "count" must stay the same.' });
}

/** Never beyond what the database takes as an offset. */
function integer(value: string | number | undefined, name: string): number | undefined {
  if (value === undefined) return undefined;
  if (!/^[+-]?\d{1,15}$/.test(String(value).trim())) {
    throw new AppError('query.value', { reason: `"${name}" must be an integer.` });
  }
  return Number(value);
}
