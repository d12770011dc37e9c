// The steps on the members of one group, inside the transaction and under the lock of membership.ts.
import type { Group, GroupMember, MemberEdit, MembersMoved } from '../domain/group';
import type { NewId } from '../ids';
import type { Stores } from '../store/stores';

/** What a step did. */
export interface Moved extends MembersMoved {
  /** Wanted as members, but nobody who lives here. */
  readonly unknown: readonly string[];
}

/** Members read by one statement. */
const pageSize = 10_000;
/** Members who leave by one statement. */
const leavingSize = 1000;

/**
 * Makes the members what an edit wants: opens what is not open, closes what is. People who join are locked first, so that
 * nobody joins while being removed.
 */
export async function moveMembers(
  stores: Stores,
  newId: NewId,
  groupId: string,
  { others, wanted }: MemberEdit,
  at: Date,
): Promise<Moved> {
  const named = [...wanted.keys()];
  const open = new Set(await stores.groupMembers.openAmong(groupId, named));
  const entering = named.filter((id) => wanted.get(id) && !open.has(id));
  const joined = await stores.groupMembers.lockUsers(entering);
  const left =
    others === 'leave'
      ? await moveAllOut(stores, groupId, new Set(named.filter((id) => wanted.get(id))), at)
      : named.filter((id) => !wanted.get(id) && open.has(id)).toSorted();
  if (others === 'stay') await stores.groupMembers.close(groupId, left, at);
  await stores.groupMembers.open(newId, groupId, joined, at);
  const known = new Set(joined);
  return { joined, left, unknown: entering.filter((id) => !known.has(id)) };
}

/** Closes the memberships of all but those who stay, page by page; answers who left. */
export async function moveAllOut(
  stores: Stores,
  groupId: string,
  staying: ReadonlySet<string>,
  at: Date,
): Promise<string[]> {
  const left: string[] = [];
  for (let after = ''; ;) {
    const page = await stores.groupMembers.page(groupId, after, leavingSize);
    const last = page.at(-1);
    if (last === undefined) return left;
    const leaving = page.filter((id) => !staying.has(id));
    if (leaving.length === page.length) await stores.groupMembers.closeBetween(groupId, after, last, at);
    else await stores.groupMembers.close(groupId, leaving, at);
    left.push(...leaving);
    after = last;
  }
}

/** The members of a group that has at most so many; an empty group costs no statement. */
export async function membersOf(stores: Stores, group: Group, upTo: number): Promise<GroupMember[] | undefined> {
  if (group.memberCount > upTo) return undefined;
  const members: GroupMember[] = [];
  while (members.length < group.memberCount) {
    const page = await stores.groupMembers.list(group.id, pageSize, members.at(-1)?.userId);
    members.push(...page);
    if (page.length < pageSize) break;
  }
  return members;
}

/** Members of the groups of a page, in one statement: in order, as long as they are at most so many together. */
export async function membersOfPage(
  stores: Stores,
  groups: readonly Group[],
  upTo: number,
): Promise<ReadonlyMap<string, readonly GroupMember[]>> {
  let room = upTo;
  const shown = new Map<string, readonly GroupMember[]>();
  for (const group of groups) {
    room -= group.memberCount;
    if (upTo === 0 || room < 0) break;
    shown.set(group.id, []);
  }
  const filled = groups.filter((group) => group.memberCount > 0 && shown.has(group.id)).map(({ id }) => id);
  return new Map([...shown, ...(await stores.groupMembers.listOf(filled))]);
}
