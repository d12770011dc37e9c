// POST …/.search: the query of a list in a body. Pure; called by router.ts. Source: RFC 7644 3.4.3.
import { AppError } from '../errors';
import { isObject } from './coerce';
import type { ScimQuery } from './query';

const texts = ['filter', 'sortBy', 'sortOrder'] as const;
const lists = ['attributes', 'excludedAttributes'] as const;
const numbers = ['startIndex', 'count'] as const;

/** A SearchRequest body as a query; names in any case. @throws body.shape, body.value */
export function searchQuery(body: unknown): ScimQuery {
  if (!isObject(body)) throw new AppError('body.shape', { reason: 'The body must be a SearchRequest.' });
  const given = new Map(Object.entries(body).map(([key, value]) => [key.toLowerCase(), value]));
  const query = Object.create(null) as Record<string, string | number>;
  for (const name of texts) take(query, given, name, (value) => typeof value === 'string');
  for (const name of numbers)
    take(query, given, name, (value) => typeof value === 'number' || typeof value === 'string');
  for (const name of lists) {
    const value = given.get(name.toLowerCase());
    if (Array.isArray(value)) given.set(name.toLowerCase(), value.join(','));
    take(query, given, name, (it) => typeof it === 'string');
  }
  return query;
}

function take(
  query: Record<string, string | number>,
  given: ReadonlyMap<string, unknown>,
  name: string,
  isFit: (value: unknown) => boolean,
): void {
  const value = given.get(name.toLowerCase());
  if (value === undefined || value === null) return;
  if (!isFit(value)) throw new AppError('body.value', { reason: `"${name}" has the wrong type.` });
  query[name] = value as string | number;
}
