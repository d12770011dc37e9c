// users.*: translate, one service call, translate. Called by the hot door and, through scimmy's class, by the app.
import type { Caller } from '../domain/caller';
import { licenseExtension } from '../domain/license-carrier';
import type { PageQuery, Paged } from '../domain/page';
import type { ExpectedVersion, ProfileEdit, User, UserProfile } from '../domain/user';
import { AppError } from '../errors';
import { normalizePatch, normalizeResource } from './entra-dialect';
import type { Exchange } from './exchange';
import type { Listing } from './listing';
import { patch } from './patch';
import { project, wants } from './projection';
import type { ScimQuery } from './query';
import { isResourceId, type Container, type Held } from './resource';
import { userSchema } from './schemas';
import { fromWire, locationOf, toResource, toWire, versionOf } from './user-mapping';
import { callerOf, expectedVersion, noted, type Verbs } from './verbs';

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
  listUsers(caller: Caller, query: PageQuery): Promise<Paged<User>>;
  removeUser(caller: Caller, userId: string, options: { readonly ifMatch: ExpectedVersion }): Promise<void>;
  /** Who has a seat of the app or waits for one; nobody else is in the map. */
  licenseStates(caller: Caller, userIds: readonly string[]): Promise<ReadonlyMap<string, 'assigned' | 'waitlisted'>>;
}

interface Dependencies {
  readonly provisioning: ProvisioningPort;
  readonly listing: Listing;
  /** `https://host/scim/v2` */
  readonly baseUrl: string;
}

/** Makes the verbs. */
export function createUserResource({ provisioning, listing, baseUrl }: Dependencies): Verbs {
  const schema = userSchema();

  /** Users as the query wants them; the license state costs a statement and is there only when it is asked for. */
  const projected = async (users: readonly User[], query: ScimQuery, exchange: Exchange): Promise<Container[]> => {
    const resources = users.map((user) => toResource(user, baseUrl));
    const { urn, state } = licenseExtension;
    if (wants(query, schema, state, urn) !== 'by name') return resources.map((it) => project(it, query, schema));
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

  /** Notes the name a change was refused for, so that its owner finds the request too. */
  const claiming = async <T>(exchange: Exchange, name: () => string | undefined, work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      const taken = error instanceof AppError && error.code === 'user.user_name_taken' ? name() : undefined;
      if (taken !== undefined) exchange.takenNames.push(taken);
      throw error;
    }
  };

  const change = async (id: string, exchange: Exchange, edit: ProfileEdit): Promise<Container> => {
    let before: UserProfile | undefined;
    let wanted: UserProfile | undefined;
    const remembering: ProfileEdit = (profile) => {
      before = profile;
      return (wanted = edit(profile));
    };
    const ifMatch = expectedVersion(exchange.ifMatch);
    const work = provisioning.changeUser(callerOf(exchange), idOf(id, exchange), remembering, { ifMatch });
    const user = await claiming(exchange, () => wanted?.userName, work);
    if (before !== undefined) exchange.change = { before, after: user.profile };
    return shown(user, exchange, 'changed');
  };

  return {
    schema,
    get: async (id, exchange) =>
      shown(await provisioning.getUser(callerOf(exchange), idOf(id, exchange)), exchange, 'read'),
    list: (query, exchange) =>
      listing(query, exchange, schema, async (page) => {
        const found = await provisioning.listUsers(callerOf(exchange), page);
        return { ...found, items: await projected(found.items, query, exchange) };
      }),
    create: async (body, exchange) => {
      const operations = noted(exchange, normalizeResource(schema, body));
      const profile = fromWire(patch({}, operations));
      const work = provisioning.createUser(callerOf(exchange), profile);
      return shown(await claiming(exchange, () => profile.userName, work), exchange, 'created');
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
      const ifMatch = expectedVersion(exchange.ifMatch);
      await provisioning.removeUser(callerOf(exchange), idOf(id, exchange), { ifMatch });
      exchange.decision = 'removed';
      return undefined;
    },
  };
}

/** Notes whom a request is about. An id that is no UUID is simply absent. */
function idOf(id: string, exchange: Exchange): string {
  if (!isResourceId(id)) throw new AppError('user.not_found');
  exchange.subjectId = id;
  return id;
}
