// POST …/.search: the query of a list in a body, over one kind of resource or all. Called by router.ts.
// Source: RFC 7644 3.4.3.
import { createHash } from 'node:crypto';
import type { Clock } from '../clock';
import { AppError } from '../errors';
import { isObject } from './coerce';
import type { Cursors, CursorScope, Fact } from './cursors';
import type { Exchange } from './exchange';
import { changedCount, cursorCountOf, defaultCount, pageOf } from './paging';
import { checkNames, type ScimQuery } from './query';
import { callerOf, type ListResponse, listResponse, type Verbs } from './verbs';

/** A kind of resource that can be listed. */
export type ListVerbs = Pick<Verbs, 'list'>;

const texts = ['filter', 'cursor', 'sortBy', 'sortOrder'] as const;
const lists = ['attributes', 'excludedAttributes'] as const;
const numbers = ['startIndex', 'count'] as const;

/** A SearchRequest body as a query; names in any case. @throws body.shape, body.value, query.value */
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
  checkNames(query);
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

/**
 * One page over several kinds of resources, one kind after the other. A kind that does not have what the filter or the
 * sort names has no hit.
 * @throws filter.invalid, path.invalid when no kind has it; cursor.invalid, cursor.expired, cursor.count
 */
export type Search = (kinds: readonly ListVerbs[], query: ScimQuery, exchange: Exchange) => Promise<ListResponse>;

interface Dependencies {
  readonly clock: Clock;
  readonly cursors: Cursors;
}

/** Makes the function. */
export function createSearch(dependencies: Dependencies): Search {
  return (kinds, query, exchange) => {
    const [only] = kinds;
    if (kinds.length === 1 && only !== undefined) return only.list(query, exchange);
    if (query.cursor === undefined) return byIndex(kinds, query, exchange);
    return byCursor(dependencies, kinds, query, exchange);
  };
}

async function byIndex(kinds: readonly ListVerbs[], query: ScimQuery, exchange: Exchange): Promise<ListResponse> {
  const { startIndex, offset, limit } = pageOf(query);
  const found: ListResponse[] = [];
  const refusals: unknown[] = [];
  let total = 0;
  let left = limit;
  for (const kind of kinds) {
    const page = { ...query, startIndex: Math.max(1, offset - total + 1), count: left };
    const list = await listIfKnown(kind, page, exchange, refusals);
    if (list === undefined) continue;
    found.push(list);
    total += list.totalResults;
    left -= list.itemsPerPage;
  }
  if (found.length === 0) throw refusals[0];
  const resources = found.flatMap(({ Resources }) => Resources);
  return listResponse(total, { startIndex }, resources);
}

/** Where a walk over several kinds goes on: which kind, and the cursor of that kind alone. */
interface Place {
  readonly start: number;
  readonly inner: string;
  readonly count: number;
}

/** Each kind is walked to its end before the next begins. */
async function byCursor(
  { clock, cursors }: Dependencies,
  kinds: readonly ListVerbs[],
  query: ScimQuery,
  exchange: Exchange,
): Promise<ListResponse> {
  const nowMs = clock.now().getTime();
  const scope = scopeOf(query, exchange);
  const { start, inner, count } = placeOf(query, (cursor) => cursors.unseal(scope, cursor, nowMs));
  const sealed = (kind: number, cursor: string): string => cursors.seal(scope, [kind, cursor, count], nowMs);
  const refusals: unknown[] = [];
  let page: ListResponse | undefined;
  let next: string | undefined;
  let total = 0;
  for (const [index, kind] of kinds.entries()) {
    const isPage = index >= start && page === undefined;
    const asked = isPage ? { cursor: index === start ? inner : '', count } : { cursor: '', count: 0 };
    const list = await listIfKnown(kind, { ...query, ...asked }, exchange, refusals);
    if (list === undefined) continue;
    total += list.totalResults;
    if (!isPage) continue;
    page = list;
    if (list.nextCursor !== undefined) next = sealed(index, list.nextCursor);
    else if (index + 1 < kinds.length && count > 0) next = sealed(index + 1, '');
  }
  if (refusals.length === kinds.length) throw refusals[0];
  return listResponse(total, next === undefined ? {} : { nextCursor: next }, page?.Resources ?? []);
}

/** @throws cursor.count when the size of a page changes along one walk; cursor.invalid, cursor.expired */
function placeOf(query: ScimQuery, unseal: (cursor: string) => readonly Fact[]): Place {
  const asks = cursorCountOf(query);
  if (!query.cursor) return { start: 0, inner: '', count: asks ?? defaultCount };
  const [start, inner, count] = unseal(query.cursor) as [number, string, number];
  if (asks !== undefined && asks !== count) throw changedCount();
  return { start, inner, count };
}

/** One search of one organization, whatever the page. */
function scopeOf({ filter = '', sortBy = '', sortOrder = '' }: ScimQuery, exchange: Exchange): CursorScope {
  const asked = createHash('sha256')
    .update(JSON.stringify([filter, sortBy, sortOrder]))
    .digest('base64url');
  return `${callerOf(exchange).organizationId} .search ${asked}`;
}

async function listIfKnown(
  kind: ListVerbs,
  query: ScimQuery,
  exchange: Exchange,
  refusals: unknown[],
): Promise<ListResponse | undefined> {
  try {
    return await kind.list(query, exchange);
  } catch (error) {
    const isForeign = error instanceof AppError && (error.code === 'filter.invalid' || error.code === 'path.invalid');
    if (!isForeign) throw error;
    refusals.push(error);
    return undefined;
  }
}
