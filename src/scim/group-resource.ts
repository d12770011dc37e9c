// groups.*: translate, one service call, translate. Called by the hot door and, through scimmy's class, by the app.
import type { Group, MemberEdit, MembersMoved } from '../domain/group';
import { AppError } from '../errors';
import type { ChangedGroup, Membership, ShownGroup } from '../service/membership';
import { normalizePatch, normalizeResource, type Normalized, type Operation } from './entra-dialect';
import type { Exchange } from './exchange';
import type { Listing } from './listing';
import { isAboutMembers, memberEditOf, unknownMember } from './group-members';
import { fromGroupWire, groupLocation, groupVersion, toGroupResource, toGroupWire } from './group-mapping';
import { patch } from './patch';
import { project, wants } from './projection';
import type { ScimQuery } from './query';
import { isResourceId, type Container } from './resource';
import { groupSchema, type ResourceSchema } from './schemas';
import { callerOf, expectedVersion, noted, type Verbs } from './verbs';

interface Dependencies {
  readonly membership: Membership;
  readonly listing: Listing;
  /** `https://host/scim/v2` */
  readonly baseUrl: string;
}

interface GroupChange {
  readonly profile: readonly Operation[];
  readonly members: MemberEdit;
}

/** Members of an answer unless they are asked for by name; of a page of groups together. */
const mostMembers = 10_000;
/** Members of the answer to a PATCH; a larger group is answered by 204. */
const mostPatched = 200;

/** Makes the verbs. */
export function createGroupResource({ membership, listing, baseUrl }: Dependencies): Verbs {
  const schema = groupSchema();

  const mark = (group: Group, exchange: Exchange, decision: string): void => {
    note(exchange, decision, group.id);
    exchange.target = { location: groupLocation(group.id, baseUrl), version: groupVersion(group) };
  };

  const shown = ({ group, members }: ShownGroup, exchange: Exchange, decision: string): Container => {
    mark(group, exchange, decision);
    if (members === undefined && wants(exchange.query, schema, 'members') !== 'no') exchange.warnings.push(omitted);
    return project(toGroupResource(group, members, baseUrl), exchange.query, schema);
  };

  const change = (
    id: string,
    { profile, members }: GroupChange,
    exchange: Exchange,
    options: { readonly upTo: number; readonly isWhole: boolean },
  ): Promise<ChangedGroup> => {
    const ifMatch = expectedVersion(exchange.ifMatch);
    const edit = (before: Parameters<typeof toGroupWire>[0]) =>
      fromGroupWire(patch(options.isWhole ? {} : toGroupWire(before), profile));
    const upTo = options.upTo;
    return membership.changeGroup(callerOf(exchange), id, { edit, members }, { ifMatch, upTo });
  };

  return {
    schema,
    get: async (id, exchange) => {
      const view = { upTo: upToOf(exchange.query, schema) };
      return shown(await membership.getGroup(callerOf(exchange), idOf(id, exchange), view), exchange, 'read');
    },
    list: (query, exchange) =>
      listing(query, exchange, schema, async (page) => {
        const view = { upTo: Math.min(mostMembers, upToOf(query, schema)) };
        const found = await membership.listGroups(callerOf(exchange), page, view);
        const isCut =
          found.items.some(({ members }) => members === undefined) && wants(query, schema, 'members') !== 'no';
        if (isCut) exchange.warnings.push(omitted);
        const items = found.items.map(({ group, members }) =>
          project(toGroupResource(group, members, baseUrl), query, schema),
        );
        return { ...found, items };
      }),
    create: async (body, exchange) => {
      const { profile, members } = read(exchange, normalizeResource(schema, body));
      const view = { upTo: upToOf(exchange.query, schema) };
      const made = fromGroupWire(patch({}, profile));
      const done = await membership.createGroup(callerOf(exchange), made, members, view);
      return shown(moved(done, exchange), exchange, 'created');
    },
    replace: async (id, body, exchange) => {
      idOf(id, exchange);
      const normalized = normalizeResource(schema, body);
      // Absent and null members stay as they are; an empty list empties the group.
      const operations = normalized.operations.filter((it) => !isAboutMembers(it) || it.op !== 'remove');
      const options = { upTo: upToOf(exchange.query, schema), isWhole: true };
      const done = await change(id, read(exchange, { ...normalized, operations }), exchange, options);
      return shown(moved(done, exchange), exchange, decisionOf(done));
    },
    patch: async (id, body, exchange) => {
      idOf(id, exchange);
      const wanted = read(exchange, normalizePatch(schema, body, id));
      const options = { upTo: Math.min(mostPatched, upToOf(exchange.query, schema)), isWhole: false };
      const done = await change(id, wanted, exchange, options);
      moved(done, exchange);
      if (done.group.memberCount <= mostPatched) return shown(done, exchange, decisionOf(done));
      mark(done.group, exchange, decisionOf(done));
      return undefined;
    },
    remove: async (id, exchange) => {
      const ifMatch = expectedVersion(exchange.ifMatch);
      noteMoved(await membership.removeGroup(callerOf(exchange), idOf(id, exchange), { ifMatch }), exchange);
      note(exchange, 'removed', id);
      return undefined;
    },
  };
}

const omitted = 'members_omitted';

/** Splits what was asked into the group's own attributes and its members. */
function read(exchange: Exchange, normalized: Normalized): GroupChange {
  const own = noted(exchange, normalized);
  const members = memberEditOf(own.filter(isAboutMembers), exchange.warnings);
  // Who is named in a change is found by it, moved or not; of a list of all members only those who move.
  if (members.others === 'stay') for (const id of members.wanted.keys()) exchange.concerned.push(id);
  return { profile: own.filter((it) => !isAboutMembers(it)), members };
}

function moved(done: ChangedGroup, exchange: Exchange): ChangedGroup {
  exchange.warnings.push(...done.unknown.map(unknownMember));
  noteMoved(done.moved, exchange);
  const { joined, left } = done.moved;
  exchange.affected = { group: done.group.id, joined: joined.length, left: left.length };
  return done;
}

function noteMoved({ joined, left }: MembersMoved, { concerned }: Exchange): void {
  for (const ids of [joined, left]) for (const id of ids) concerned.push(id);
}

function decisionOf({ isChanged }: ChangedGroup): string {
  return isChanged ? 'changed' : 'unchanged';
}

function note(exchange: Exchange, decision: string, groupId: string): void {
  exchange.subjectId = groupId;
  exchange.decision = decision;
  exchange.affected ??= { group: groupId };
}

/** An id that is no UUID is simply absent. */
function idOf(id: string, exchange: Exchange): string {
  if (!isResourceId(id)) throw new AppError('group.not_found');
  exchange.subjectId = id;
  exchange.affected = { group: id };
  return id;
}

/** How many members a reader takes. */
function upToOf(query: ScimQuery, schema: ResourceSchema): number {
  const wanted = wants(query, schema, 'members');
  if (wanted === 'no') return 0;
  return wanted === 'by name' ? Infinity : mostMembers;
}
