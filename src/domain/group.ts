// Directory groups: what a directory owns of a group, and who is to be in it after a change.

/** What the client owns of a group besides its members: written by POST, PUT and PATCH, read back as sent. */
export interface GroupProfile {
  readonly displayName: string;
  readonly externalId: string | null;
}

/** A group as the store gives it; members are read apart. */
export interface Group {
  readonly id: string;
  readonly source: 'scim' | 'manual';
  readonly profile: GroupProfile;
  /** Open memberships, those of deactivated people included. */
  readonly memberCount: number;
  /** Goes up by one with every stored change, of members too. */
  readonly rowVersion: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** One member of a group. */
export interface GroupMember {
  readonly userId: string;
  readonly displayName: string | null;
}

/** A group a user is in. */
export interface GroupName {
  readonly id: string;
  readonly displayName: string;
}

/**
 * What one request wants of the members, netted: the last word on each person counts. A person that `wanted` does not
 * name stays as before, or leaves where `others` is 'leave' (a replaced or emptied group).
 */
export interface MemberEdit {
  readonly others: 'stay' | 'leave';
  /** User id -> whether that user is to be a member. */
  readonly wanted: ReadonlyMap<string, boolean>;
}

/** An edit that changes no member. */
export const sameMembers: MemberEdit = { others: 'stay', wanted: new Map() };

/** A pure edit of a group's profile: may run more than once, so it depends on its argument alone. */
export type GroupEdit = (profile: GroupProfile) => GroupProfile;

/** People who joined and left in one change; ids in ascending order. */
export interface MembersMoved {
  readonly joined: readonly string[];
  readonly left: readonly string[];
}

/**
 * The order in which the seats of a large move are settled: places in queues of who left, so that no freed seat goes to
 * somebody who leaves too; seats of who left; then who joined takes what is free.
 */
export type MoveStep = 'waits' | 'seats' | 'joins';

/** The step behind a step; none behind the last. */
export function stepAfter(step: MoveStep): MoveStep | undefined {
  return step === 'waits' ? 'seats' : step === 'seats' ? 'joins' : undefined;
}

/** The same of a group by its id. */
export interface GroupMoved extends MembersMoved {
  readonly groupId: string;
}

/** A group made from its first profile: no members yet, version 1. */
export function newGroup(id: string, source: Group['source'], profile: GroupProfile, at: Date): Group {
  return { id, source, profile, memberCount: 0, rowVersion: 1, createdAt: at, updatedAt: at };
}

/** What a change makes of a group; the same object when nothing stored would change. */
export function withChange(
  group: Group,
  { source, profile, joined, left }: Pick<Group, 'source' | 'profile'> & MembersMoved,
  at: Date,
): Group {
  const isSame =
    source === group.source &&
    profile.displayName === group.profile.displayName &&
    profile.externalId === group.profile.externalId &&
    joined.length === 0 &&
    left.length === 0;
  if (isSame) return group;
  const memberCount = group.memberCount + joined.length - left.length;
  return { ...group, source, profile, memberCount, rowVersion: group.rowVersion + 1, updatedAt: at };
}
