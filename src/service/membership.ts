// Directory groups and who is in them. Each verb is one transaction under the lock of the group, in the order of locks:
// groups, then the users who join, then what license rules make of the moves (licensing.ts), then the audit entry. A change
// costs what it names, never what the group holds.
import type { Clock } from '../clock';
import type { Caller } from '../domain/caller';
import {
  newGroup,
  withChange,
  type Group,
  type GroupEdit,
  type GroupMember,
  type GroupProfile,
  type MemberEdit,
  type MembersMoved,
} from '../domain/group';
import type { PageQuery, Paged } from '../domain/page';
import { isStale, type ExpectedVersion } from '../domain/user';
import { AppError } from '../errors';
import type { NewId } from '../ids';
import type { Database } from '../store/database';
import type { Stores } from '../store/stores';
import type { Licensing } from './licensing';
import { membersOf, membersOfPage, moveAllOut, moveMembers, type Moved } from './membership-steps';

/** A group with its members, which are undefined when they were not read: not wanted, or more than the reader takes. */
export interface ShownGroup {
  readonly group: Group;
  readonly members: readonly GroupMember[] | undefined;
}

/** A group after a change. */
export interface ChangedGroup extends ShownGroup {
  readonly isChanged: boolean;
  readonly moved: MembersMoved;
  /** Named as members, but nobody who lives here: skipped. */
  readonly unknown: readonly string[];
}

/** How a reader wants the members: read when the group has at most so many; 0 = not at all. */
export interface MemberView {
  readonly upTo: number;
}

/** The verbs. */
export interface Membership {
  /** @throws group.display_name_taken */
  createGroup(caller: Caller, profile: GroupProfile, members: MemberEdit, view: MemberView): Promise<ChangedGroup>;
  /**
   * Applies an edit and nets the members, under the group's lock. Nothing is written when nothing changes.
   * @throws group.not_found, version.stale, group.display_name_taken
   */
  changeGroup(
    caller: Caller,
    groupId: string,
    change: { readonly edit: GroupEdit; readonly members: MemberEdit },
    options: MemberView & { readonly ifMatch: ExpectedVersion },
  ): Promise<ChangedGroup>;
  /** Ends the group and all memberships; answers whose. @throws group.not_found, version.stale */
  removeGroup(caller: Caller, groupId: string, options: { readonly ifMatch: ExpectedVersion }): Promise<MembersMoved>;
  /** @throws group.not_found */
  getGroup(caller: Caller, groupId: string, view: MemberView): Promise<ShownGroup>;
  /** A page; members of its groups in order, as long as they are at most `upTo` together. */
  listGroups(caller: Caller, query: PageQuery, view: MemberView): Promise<Paged<ShownGroup>>;
}

interface Dependencies {
  readonly database: Database;
  readonly clock: Clock;
  readonly newId: NewId;
  /** What follows from moves, in their transaction, after the rows. */
  readonly licensing: Pick<Licensing, 'groupMoved' | 'groupRemoved'>;
}

interface Trail {
  readonly caller: Caller;
  readonly action: 'group.created' | 'group.changed' | 'group.removed';
  readonly group: Group;
  readonly fields: readonly string[];
  readonly moved: MembersMoved;
  readonly at: Date;
}

/** The group service. */
export function createMembership({ database, clock, newId, licensing }: Dependencies): Membership {
  const lock = async (stores: Stores, groupId: string, expected: ExpectedVersion): Promise<Group> => {
    const group = await stores.groups.lock(groupId);
    if (group === undefined) throw new AppError('group.not_found', { groupId });
    if (isStale(expected, group.rowVersion)) throw new AppError('version.stale', { groupId });
    return group;
  };

  const finish = async (stores: Stores, trail: Trail): Promise<void> => {
    const { caller, action, group, moved, at } = trail;
    const seats = { groupId: group.id, ...moved };
    if (action === 'group.removed') await licensing.groupRemoved(stores, caller, seats, at);
    else if (moved.joined.length + moved.left.length > 0) await licensing.groupMoved(stores, caller, seats, at);
    await stores.audit.add(entryOf(trail));
  };

  return {
    createGroup: (caller, profile, members, { upTo }) =>
      database.inTransaction(caller.organizationId, async (stores) => {
        const at = clock.now();
        const made = newGroup(newId(), sourceOf(caller) ?? 'manual', profile, at);
        await stores.groups.insert(made);
        const { unknown, ...moved } = await moveMembers(stores, newId, made.id, members, at);
        const group = { ...made, memberCount: moved.joined.length };
        if (moved.joined.length > 0) await stores.groups.save(group);
        await finish(stores, { caller, action: 'group.created', group, fields: fieldsOf(undefined, group), moved, at });
        return { group, members: await membersOf(stores, group, upTo), isChanged: true, moved, unknown };
      }),

    changeGroup: (caller, groupId, { edit, members }, { ifMatch, upTo }) =>
      database.inTransaction(caller.organizationId, async (stores) => {
        const at = clock.now();
        const before = await lock(stores, groupId, ifMatch);
        const { unknown, ...moved }: Moved = await moveMembers(stores, newId, groupId, members, at);
        const source = sourceOf(caller) ?? before.source;
        const group = withChange(before, { source, profile: edit(before.profile), ...moved }, at);
        if (group !== before) {
          await stores.groups.save(group);
          const fields = fieldsOf(before, group);
          await finish(stores, { caller, action: 'group.changed', group, fields, moved, at });
        }
        const shown = await membersOf(stores, group, upTo);
        return { group, members: shown, isChanged: group !== before, moved, unknown };
      }),

    removeGroup: (caller, groupId, { ifMatch }) =>
      database.inTransaction(caller.organizationId, async (stores) => {
        const at = clock.now();
        const group = await lock(stores, groupId, ifMatch);
        const moved = { joined: [], left: await moveAllOut(stores, groupId, new Set(), at) };
        await stores.groups.remove(groupId, at);
        await finish(stores, { caller, action: 'group.removed', group, fields: [], moved, at });
        return moved;
      }),

    getGroup: (caller, groupId, { upTo }) =>
      database.read(caller.organizationId, async (stores) => {
        const group = await stores.groups.find(groupId);
        if (group === undefined) throw new AppError('group.not_found', { groupId });
        return { group, members: await membersOf(stores, group, upTo) };
      }),

    listGroups: (caller, query, { upTo }) =>
      database.read(caller.organizationId, async (stores) => {
        const page = await stores.groups.list(query);
        const members = await membersOfPage(stores, page.items, upTo);
        return { ...page, items: page.items.map((group) => ({ group, members: members.get(group.id) })) };
      }),
  };
}

/** The first SCIM write takes a group over, whoever made it. */
function sourceOf(caller: Caller): Group['source'] | undefined {
  return caller.actor.kind === 'scim' ? 'scim' : undefined;
}

function fieldsOf(before: Group | undefined, after: Group): string[] {
  const names = Object.keys(after.profile) as (keyof GroupProfile)[];
  return names.filter((name) => after.profile[name] !== (before?.profile[name] ?? null));
}

/** Ids that an entry names at most, each way; the numbers are always whole. */
const namedIds = 100;

function entryOf({ caller, action, group, fields, moved, at }: Trail) {
  const { joined, left } = moved;
  return {
    caller,
    action,
    targetKind: 'group',
    targetId: group.id,
    detail: {
      fields,
      version: group.rowVersion,
      joined: { count: joined.length, userIds: joined.slice(0, namedIds) },
      left: { count: left.length, userIds: left.slice(0, namedIds) },
    },
    at,
  };
}
