// users.*: translate, one service call, translate; and the scimmy resource class over them, which scimmy-routers mounts.
// Called by the hot door and, through the class, by the app.
import { Resources, Types } from 'scimmy';
import type { Caller } from '../domain/caller';
import type { Condition } from '../domain/condition';
import { licenseExtension } from '../domain/license-carrier';
import type { ExpectedVersion, ProfileEdit, User, UserProfile } from '../domain/user';
import { AppError } from '../errors';
import { normalizePatch, normalizeResource, printOperations, type Operation } from './entra-dialect';
import type { Exchange } from './exchange';
import { pageOf } from './paging';
import { patch } from './patch';
import { asksFor, project } from './projection';
import { filterOf, type ScimQuery, sortOf } from './query';
import type { Container, Held } from './resource';
import { type ResourceSchema, userSchema } from './schemas';
import { fromWire, locationOf, toResource, toWire, versionOf } from './user-mapping';

/** What is needed of the provisioning service. */
export interface ProvisioningPort {
  createUser(caller: Caller, profile: UserProfile): Promise<User>;
  changeUser(
    caller: Caller,
    userId: string,
    edit: ProfileEdit,
    options: { readonly ifMatch: ExpectedVersion },
  ): Promise<User>;
  getUser(caller: Caller, userId: string): Promise<User>;
  listUsers(
    caller: Caller,
    query: {
      readonly where?: Condition;
      readonly offset: number;
      readonly limit: number;
      readonly sort?: { readonly attribute: string; readonly descending: boolean };
    },
  ): Promise<{ items: User[]; total: number }>;
  removeUser(caller: Caller, userId: string, options: { readonly ifMatch: ExpectedVersion }): Promise<void>;
  /** Who has a seat of the app or waits for one; nobody else is in the map. */
  licenseStates(caller: Caller, userIds: readonly string[]): Promise<ReadonlyMap<string, 'assigned' | 'waitlisted'>>;
}

/** A page of resources. Source: RFC 7644 3.4.2. */
export interface ListResponse {
  readonly schemas: readonly string[];
  readonly totalResults: number;
  readonly startIndex: number;
  readonly itemsPerPage: number;
  readonly Resources: readonly Container[];
}

/** The verbs on users, as both doors call them. */
export interface Users {
  readonly schema: ResourceSchema;
  get(id: string, exchange: Exchange): Promise<Container>;
  list(query: ScimQuery, exchange: Exchange): Promise<ListResponse>;
  create(body: unknown, exchange: Exchange): Promise<Container>;
  replace(id: string, body: unknown, exchange: Exchange): Promise<Container>;
  patch(id: string, body: unknown, exchange: Exchange): Promise<Container>;
  remove(id: string, exchange: Exchange): Promise<undefined>;
}

interface Dependencies {
  readonly provisioning: ProvisioningPort;
  /** `https://host/scim/v2` */
  readonly baseUrl: string;
}

const listUrn = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';

/** Makes the verbs. */
export function createUserResource({ provisioning, baseUrl }: Dependencies): Users {
  const schema = userSchema();

  /** Users as the query wants them; the license state costs a statement and is there only when it is asked for. */
  const projected = async (users: readonly User[], query: ScimQuery, exchange: Exchange): Promise<Container[]> => {
    const resources = users.map((user) => toResource(user, baseUrl));
    const { urn, state } = licenseExtension;
    if (!asksFor(query, schema, urn, state)) return resources.map((it) => project(it, query, schema));
    const ids = users.map((user) => user.id);
    const states = await provisioning.licenseStates(callerOf(exchange), ids);
    return resources.map((it, index) => {
      const held = { ...(it[urn] as Container | undefined), [state]: states.get(ids[index] as string) ?? 'none' };
      const schemas = [...new Set([...(it['schemas'] as unknown as string[]), urn])] as unknown as Held;
      return project({ ...it, schemas, [urn]: held }, query, schema);
    });
  };

  const shown = async (user: User, exchange: Exchange, decision: string): Promise<Container> => {
    exchange.subjectId = user.id;
    exchange.target = { location: locationOf(user.id, baseUrl), version: versionOf(user) };
    exchange.decision = decision;
    return (await projected([user], exchange.query, exchange))[0] as Container;
  };

  const change = async (id: string, exchange: Exchange, edit: ProfileEdit): Promise<Container> => {
    let before: UserProfile | undefined;
    const remembering: ProfileEdit = (profile) => {
      before = profile;
      return edit(profile);
    };
    const ifMatch = expectedVersion(exchange.req.headers['if-match']);
    const user = await provisioning.changeUser(callerOf(exchange), idOf(id, exchange), remembering, { ifMatch });
    if (before !== undefined) exchange.change = { before, after: user.profile };
    return shown(user, exchange, 'changed');
  };

  return {
    schema,
    get: async (id, exchange) =>
      shown(await provisioning.getUser(callerOf(exchange), idOf(id, exchange)), exchange, 'read'),
    list: async (query, exchange) => {
      const page = pageOf(query);
      const where = filterOf(query, schema, exchange.warnings);
      const sort = sortOf(query, schema);
      const { items, total } = await provisioning.listUsers(callerOf(exchange), {
        offset: page.offset,
        limit: page.limit,
        ...(where && { where }),
        ...(sort && { sort }),
      });
      exchange.decision = 'listed';
      return {
        schemas: [listUrn],
        totalResults: total,
        startIndex: page.startIndex,
        itemsPerPage: items.length,
        Resources: await projected(items, query, exchange),
      };
    },
    create: async (body, exchange) => {
      const operations = noted(exchange, normalizeResource(schema, body));
      const profile = fromWire(patch({}, operations));
      return shown(await provisioning.createUser(callerOf(exchange), profile), exchange, 'created');
    },
    replace: async (id, body, exchange) => {
      idOf(id, exchange);
      const resource = patch({}, noted(exchange, normalizeResource(schema, body)));
      return change(id, exchange, (profile) => fromWire(resource, profile.active));
    },
    patch: async (id, body, exchange) => {
      idOf(id, exchange);
      const operations = noted(exchange, normalizePatch(schema, body, id));
      return change(id, exchange, (profile) => fromWire(patch(toWire(profile), operations)));
    },
    remove: async (id, exchange) => {
      const ifMatch = expectedVersion(exchange.req.headers['if-match']);
      await provisioning.removeUser(callerOf(exchange), idOf(id, exchange), { ifMatch });
      exchange.decision = 'removed';
      return undefined;
    },
  };
}

function noted(
  exchange: Exchange,
  { operations, warnings }: { operations: readonly Operation[]; warnings: string[] },
): readonly Operation[] {
  exchange.warnings.push(...warnings);
  exchange.operations = printOperations(operations);
  return operations;
}

function callerOf({ caller }: Exchange): Caller {
  if (caller === undefined) throw new AppError('token.invalid');
  return caller;
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Whether a text can be the id of a row. */
export function isResourceId(text: string): boolean {
  return uuid.test(text);
}

/** Notes whom a request is about. An id that is no UUID is simply absent. */
function idOf(id: string, exchange: Exchange): string {
  if (!isResourceId(id)) throw new AppError('user.not_found');
  exchange.subjectId = id;
  return id;
}

/** The version If-Match insists on; one that was never ours matches nothing. Source: RFC 7644 3.14. */
export function expectedVersion(header: string | undefined): ExpectedVersion {
  if (header === undefined) return undefined;
  if (header.trim() === '*') return '*';
  const version = /^(?:W\/)?"?(\d{1,10})"?$/.exec(header.split(',')[0]?.trim() ?? '')?.[1];
  return version === undefined ? -1 : Number(version);
}

/** What the resource class is handed for each request. */
export interface ScimContext {
  readonly exchange: Exchange;
  readonly users: Users;
}

/** scimmy's published types do not fit subclasses. */
const Base = Types.Resource as unknown as new (empty: object) => object;

/** Users as scimmy-routers mounts them. Input never reaches scimmy's own filter, since its constructor gets an empty object. */
export class UserResource extends Base {
  static get endpoint(): string {
    return '/Users';
  }

  static get schema(): unknown {
    return Resources.User.schema;
  }

  /** Locations come from PUBLIC_URL, never from a static of the process. */
  static basepath(): typeof UserResource {
    return UserResource;
  }

  private readonly id: string | undefined;

  constructor(first?: unknown) {
    super({});
    this.id = typeof first === 'string' ? first : undefined;
  }

  read({ users, exchange }: ScimContext): Promise<unknown> {
    return this.id === undefined ? users.list(exchange.query, exchange) : users.get(this.id, exchange);
  }

  write(_: unknown, { users, exchange }: ScimContext): Promise<unknown> {
    const { body } = exchange;
    return this.id === undefined ? users.create(body, exchange) : users.replace(this.id, body, exchange);
  }

  patch(_: unknown, { users, exchange }: ScimContext): Promise<unknown> {
    return users.patch(this.id ?? '', exchange.body, exchange);
  }

  dispose({ users, exchange }: ScimContext): Promise<unknown> {
    return users.remove(this.id ?? '', exchange);
  }
}

/** Declares the class to scimmy, whose register is one for the process. */
export function declareUsers(): void {
  if (Resources.declared('User') === undefined) Resources.declare(UserResource as never, 'User');
}
