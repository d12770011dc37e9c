// roles.* and entitlements.*: the license pools as a client may read them, with their seat counts. Called by router.ts when
// SCIM_ROLES is on. An organization has few pools, so a list is filtered, sorted and cut in memory.
// Source: draft-ietf-scim-roles-entitlements-01, expired April 2026.
import { createHash } from 'node:crypto';
import type { Caller } from '../domain/caller';
import type { Paged, PageQuery } from '../domain/page';
import { fold } from '../domain/user';
import { AppError } from '../errors';
import type { Exchange } from './exchange';
import type { Listing } from './listing';
import { matches } from './match';
import { project } from './projection';
import type { Container, Element, Held } from './resource';
import { roleSchema } from './role-schemas';
import type { Attribute, ResourceSchema } from './schemas';
import { callerOf, type Verbs } from './verbs';

/** What is needed of the license pools. */
export interface PoolList {
  list(caller: Caller): Promise<readonly LicensePool[]>;
}

/** A pool and its seats of now. */
export interface LicensePool {
  readonly id: string;
  readonly code: string;
  readonly name: string;
  readonly seats: number;
  readonly assigned: number;
}

/** A kind of resource that clients read and never write. */
export type ReadVerbs = Pick<Verbs, 'schema' | 'get' | 'list'>;

interface Dependencies {
  readonly pools: PoolList;
  readonly listing: Listing;
  /** `https://host/scim/v2` */
  readonly baseUrl: string;
}

/** Makes the verbs of both kinds. */
export function createRoleResources(dependencies: Dependencies): readonly ReadVerbs[] {
  return (['Role', 'Entitlement'] as const).map((name) => createKind(roleSchema(name), dependencies));
}

function createKind(schema: ResourceSchema, { pools, listing, baseUrl }: Dependencies): ReadVerbs {
  const resources = async (exchange: Exchange): Promise<Container[]> =>
    (await pools.list(callerOf(exchange))).map((pool) => toResource(pool, schema, baseUrl));
  return {
    schema,
    get: async (id, exchange) => {
      const found = (await resources(exchange)).find((it) => it['id'] === id);
      if (found === undefined) throw new AppError('route.not_found');
      const { location, version } = found['meta'] as { location: string; version: string };
      exchange.target = { location, version };
      exchange.decision = 'read';
      return project(found, exchange.query, schema);
    },
    list: (query, exchange) =>
      listing(query, exchange, schema, async (page) => {
        const found = pageOf(await resources(exchange), page, schema);
        return { ...found, items: found.items.map((it) => project(it, query, schema)) };
      }),
  };
}

function toResource({ id, code, name, seats, assigned }: LicensePool, schema: ResourceSchema, baseUrl: string) {
  const own = {
    schemas: [schema.urn] as unknown as Held,
    id,
    value: code,
    display: name,
    type: 'License',
    supported: true,
    limitedAssignmentsPermitted: true,
    totalAssignmentsPermitted: seats,
    totalAssignmentsUsed: assigned,
  };
  const digest = createHash('sha256').update(JSON.stringify(own)).digest('hex').slice(0, 16);
  const location = `${baseUrl}${schema.endpoint}/${id}`;
  return { ...own, meta: { resourceType: schema.name, location, version: `W/"${digest}"` } };
}

function pageOf(all: readonly Container[], page: PageQuery, { attributes }: ResourceSchema): Paged<Container> {
  const whole = { subs: attributes } as Attribute;
  const found = all.filter((it) => page.where === undefined || matches(page.where, it as Element, whole));
  const name = page.sort?.attribute ?? 'id';
  const keyOf = (it: Container) => ({ value: fold(textOf(it, name)), id: textOf(it, 'id') });
  const turn = page.sort?.descending ? -1 : 1;
  const order = (a: { value: string | null; id: string }, b: { value: string | null; id: string }): number =>
    turn * (compare(a.value ?? '', b.value ?? '') || compare(a.id, b.id));
  const sorted = found.toSorted((a, b) => order(keyOf(a), keyOf(b)));
  const { after, offset = 0, limit } = page;
  const beyond = after === undefined ? sorted.slice(offset) : sorted.filter((it) => order(keyOf(it), after) > 0);
  const items = beyond.slice(0, limit);
  const last = items.at(-1);
  return { items, total: found.length, ...(last && beyond.length > limit && { end: keyOf(last) }) };
}

function textOf(resource: Container, name: string): string {
  const held = resource[name];
  return typeof held === 'string' ? held : '';
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
