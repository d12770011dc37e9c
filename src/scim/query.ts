// The query string of a request, read once by one function for both doors, and its parts as the services want them.
// Source: RFC 7644 3.4.2, 3.9; rows E36, E52 of docs/scim.md.
import { AppError } from '../errors';
import { parseFilter } from './filter';
import type { Condition } from '../domain/condition';
import { findPlace, placeName } from './place';
import type { ResourceSchema } from './schemas';

/** The parameters of SCIM; all others are ignored. */
export interface ScimQuery {
  readonly filter?: string;
  readonly startIndex?: string | number;
  readonly count?: string | number;
  /** Empty = the first page. Source: RFC 9865 2. */
  readonly cursor?: string;
  readonly sortBy?: string;
  readonly sortOrder?: string;
  readonly attributes?: string;
  readonly excludedAttributes?: string;
}

/** A sort the services know. */
export interface Sort {
  readonly attribute: string;
  readonly descending: boolean;
}

const known = new Map(
  ['filter', 'startIndex', 'count', 'cursor', 'sortBy', 'sortOrder', 'attributes', 'excludedAttributes'].map((it) => [
    it.toLowerCase(),
    it,
  ]),
);

/**
 * Reads the query of a raw URL, form-decoded (`+` is a space), into an object without prototype.
 * @throws query.value for a parameter given twice, one that is not UTF-8, too many names
 */
export function readQuery(url: string): ScimQuery {
  const query = Object.create(null) as Record<string, string>;
  const mark = url.indexOf('?');
  if (mark < 0) return query;
  for (const part of url.slice(mark + 1).split('&')) {
    const equal = part.indexOf('=');
    const name = known.get(decode(equal < 0 ? part : part.slice(0, equal)).toLowerCase());
    if (name === undefined) continue;
    if (name in query) throw new AppError('query.value', { reason: `The parameter "${name}" is given twice.` });
    query[name] = equal < 0 ? '' : decode(part.slice(equal + 1));
  }
  checkNames(query);
  return query;
}

const maxNames = 200;

/**
 * Each name is looked up for each resource of an answer; refused here, before anything is done.
 * @throws query.value for more than 200 names in `attributes` or `excludedAttributes`
 */
export function checkNames({ attributes, excludedAttributes }: ScimQuery): void {
  for (const list of [attributes, excludedAttributes]) {
    if (list === undefined || list.split(',').length <= maxNames) continue;
    throw new AppError('query.value', { reason: `"attributes" and "excludedAttributes" name at most ${maxNames}.` });
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch (error) {
    throw new AppError('query.value', { reason: 'The query string is not percent-encoded UTF-8.' }, { cause: error });
  }
}

/** The filter of a list; undefined for none, and for one that always holds. @throws filter.invalid */
export function filterOf(query: ScimQuery, schema: ResourceSchema, warnings: string[]): Condition | undefined {
  if (query.filter === undefined || query.filter.trim() === '') return undefined;
  const condition = parseFilter(query.filter, { schema }, warnings);
  return condition.kind === 'constant' && condition.holds ? undefined : condition;
}

const sortable: Readonly<Record<string, readonly string[]>> = {
  User: ['id', 'userName', 'externalId', 'displayName', 'meta.created', 'meta.lastModified'],
  Group: ['id', 'displayName', 'externalId', 'meta.created', 'meta.lastModified'],
  Role: ['id', 'value', 'display'],
  Entitlement: ['id', 'value', 'display'],
};

/** The sort of a list; undefined for creation order. @throws path.invalid for an attribute without an index */
export function sortOf(query: ScimQuery, schema: ResourceSchema): Sort | undefined {
  if (query.sortBy === undefined || query.sortBy === '') return undefined;
  const place = findPlace(schema, query.sortBy);
  const attribute = place === undefined ? '' : placeName(place);
  const offered = sortable[schema.name] ?? [];
  if (!offered.includes(attribute)) {
    throw new AppError('path.invalid', {
      reason: `Lists of ${schema.endpoint} can be sorted by ${offered.join(', ')}.`,
    });
  }
  return { attribute, descending: query.sortOrder?.toLowerCase() === 'descending' };
}
