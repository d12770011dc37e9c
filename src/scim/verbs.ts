// What users and groups have in common on the wire: the verbs both doors call, and the small steps each of them takes.
import type { Caller } from '../domain/caller';
import type { ExpectedVersion } from '../domain/user';
import { AppError } from '../errors';
import { printOperations, type Normalized, type Operation } from './entra-dialect';
import type { Exchange } from './exchange';
import type { ScimQuery } from './query';
import type { Container } from './resource';
import type { ResourceSchema } from './schemas';

/** A page of resources. Source: RFC 7644 3.4.2. */
export interface ListResponse {
  readonly schemas: readonly string[];
  readonly totalResults: number;
  /** Absent where the client pages by cursor. */
  readonly startIndex?: number;
  readonly itemsPerPage: number;
  /** Where the next page begins; absent on the last one, and where the client pages by index. Source: RFC 9865. */
  readonly nextCursor?: string;
  readonly Resources: readonly Container[];
}

/** The verbs on one kind of resource, as both doors call them. */
export interface Verbs {
  readonly schema: ResourceSchema;
  get(id: string, exchange: Exchange): Promise<Container>;
  list(query: ScimQuery, exchange: Exchange): Promise<ListResponse>;
  create(body: unknown, exchange: Exchange): Promise<Container>;
  replace(id: string, body: unknown, exchange: Exchange): Promise<Container>;
  /** undefined = done, and too much to be shown: 204. */
  patch(id: string, body: unknown, exchange: Exchange): Promise<Container | undefined>;
  remove(id: string, exchange: Exchange): Promise<undefined>;
}

/** All kinds of resources. */
export interface AllVerbs {
  readonly users: Verbs;
  readonly groups: Verbs;
}

const listUrn = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';

/** The message of a page. `startIndex` is 1-based, as the client asked. */
export function listResponse(
  totalResults: number,
  place: { readonly startIndex?: number; readonly nextCursor?: string },
  Resources: readonly Container[],
): ListResponse {
  return { schemas: [listUrn], totalResults, ...place, itemsPerPage: Resources.length, Resources };
}

/** Notes what was read out of a body; answers the operations. */
export function noted(exchange: Exchange, { operations, warnings, ignored }: Normalized): readonly Operation[] {
  exchange.warnings.push(...warnings);
  exchange.ignored.push(...ignored);
  exchange.operations = printOperations(operations);
  return operations;
}

/** Who asks. @throws token.invalid */
export function callerOf({ caller }: Exchange): Caller {
  if (caller === undefined) throw new AppError('token.invalid');
  return caller;
}

/** Notes a resource a request is about: its subject, or one beside it. */
export function concern(exchange: Exchange, id: string): void {
  if (exchange.subjectId === undefined) exchange.subjectId = id;
  else exchange.concerned.push(id);
}

const entityTag = /(?:W\/)?"([^"]*)"|([^\s,]+)/g;

/**
 * The versions If-Match names, any of which will do; a tag that was never ours matches nothing. A bare number is taken too.
 * Source: RFC 7644 3.14, RFC 9110 13.1.1.
 */
export function expectedVersion(header: string | undefined): ExpectedVersion {
  if (header === undefined) return undefined;
  if (header.trim() === '*') return '*';
  const tags = [...header.matchAll(entityTag)].map(([, quoted, bare]) => quoted ?? bare ?? '');
  return tags.filter((tag) => /^\d{1,10}$/.test(tag)).map(Number);
}
