// Lists of any resource, by index or by cursor: query -> one page of a service -> ListResponse. Called by the verbs.
// Source: RFC 7644 3.4.2, RFC 9865; row E36 of docs/scim.md.
import { createHash } from 'node:crypto';
import type { Clock } from '../clock';
import type { PageQuery, Paged } from '../domain/page';
import { AppError } from '../errors';
import type { Cursors } from './cursors';
import type { Exchange } from './exchange';
import { changedCount, cursorCountOf, defaultCount, pageOf } from './paging';
import { filterOf, type ScimQuery, sortOf } from './query';
import type { Container } from './resource';
import type { ResourceSchema } from './schemas';
import { callerOf, concern, type ListResponse, listResponse } from './verbs';
import type { Walks } from './walks';

/** Reads one page of resources, ready to be shown. */
export type ReadPage = (page: PageQuery) => Promise<Paged<Container>>;

/** Answers a list. @throws filter.invalid, path.invalid, query.value, cursor.invalid, cursor.expired, cursor.count */
export type Listing = (
  query: ScimQuery,
  exchange: Exchange,
  schema: ResourceSchema,
  read: ReadPage,
) => Promise<ListResponse>;

interface Dependencies {
  readonly clock: Clock;
  readonly cursors: Cursors;
  readonly walks: Walks;
  /** Milliseconds a search without an index may take. */
  readonly scanMs?: number | undefined;
}

type Asked = Pick<PageQuery, 'where' | 'sort' | 'scanMs'>;

const totalMs = 60_000;

/** Makes the function. */
export function createListing({ clock, cursors, walks, scanMs }: Dependencies): Listing {
  const byIndex = async (query: ScimQuery, asked: Asked, scope: string, read: ReadPage): Promise<ListResponse> => {
    const { startIndex, offset, limit } = pageOf(query);
    const nowMs = clock.now().getTime();
    const known = limit > 0 ? walks.recall(scope, startIndex, nowMs) : {};
    const { items, total, end } = await read({ ...asked, offset, limit, ...known });
    if (end !== undefined) walks.remember(scope, { next: startIndex + items.length, end, total }, nowMs);
    return listResponse(total, { startIndex }, items);
  };

  const byCursor = async (query: ScimQuery, asked: Asked, scope: string, read: ReadPage): Promise<ListResponse> => {
    const nowMs = clock.now().getTime();
    const asks = cursorCountOf(query);
    const from = query.cursor ? cursors.read(scope, query.cursor, nowMs) : undefined;
    if (from !== undefined && asks !== undefined && asks !== from.count) throw changedCount();
    const limit = from?.count ?? asks ?? defaultCount;
    const isFresh = from !== undefined && nowMs - from.countedMs < totalMs;
    const place = from === undefined ? { offset: 0 } : { after: from.key, ...(isFresh && { total: from.total }) };
    const { items, total, end } = await read({ ...asked, limit, ...place });
    if (end === undefined) return listResponse(total, {}, items);
    const position = { key: end, count: limit, total, countedMs: isFresh ? from.countedMs : nowMs };
    return listResponse(total, { nextCursor: cursors.write(scope, position, nowMs) }, items);
  };

  return async (query, exchange, schema, read) => {
    const where = filterOf(query, schema, exchange.warnings);
    const sort = sortOf(query, schema);
    const asked: Asked = { ...(where && { where }), ...(sort && { sort }), ...(scanMs !== undefined && { scanMs }) };
    const scope = scopeOf(exchange, schema, asked);
    exchange.decision = 'listed';
    if (query.cursor === undefined) {
      const list = await byIndex(query, asked, `${exchange.caller?.credentialId} ${scope}`, read);
      return where === undefined ? list : noteOnly(list, schema, exchange);
    }
    if (query.startIndex !== undefined) {
      throw new AppError('query.value', { reason: '"startIndex" and "cursor" exclude each other.' });
    }
    const list = await byCursor(query, asked, scope, read);
    return where === undefined ? list : noteOnly(list, schema, exchange);
  };
}

/** A search that found one resource is about that one. */
function noteOnly(list: ListResponse, schema: ResourceSchema, exchange: Exchange): ListResponse {
  const id = list.totalResults === 1 ? list.Resources[0]?.['id'] : undefined;
  if (typeof id !== 'string') return list;
  concern(exchange, id);
  exchange.affected ??= { [schema.name.toLowerCase()]: id };
  return list;
}

/** One list of one organization, whatever the page. */
function scopeOf(exchange: Exchange, schema: ResourceSchema, { where, sort }: Asked): string {
  const asked = createHash('sha256')
    .update(JSON.stringify([where ?? null, sort ?? null]))
    .digest('base64url');
  return `${callerOf(exchange).organizationId} ${schema.name} ${asked}`;
}
