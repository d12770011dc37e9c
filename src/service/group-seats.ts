// What license rules make of people who join and leave a group: steps inside transactions that hold the group's lock. A move
// of few people is settled where it is made; of many it is written down, and group-moves.ts settles it in pages. Part of the
// license engine (licensing.ts).
import type { Caller } from '../domain/caller';
import type { GroupMoved } from '../domain/group';
import type { NewId } from '../ids';
import type { ClaimRow, GroupRule } from '../store/claim-store';
import type { Stores } from '../store/stores';
import { compareClaims, noEdit, type ClaimEdit, type EditClaims } from './claim-edit';

/** The steps on groups. */
export interface GroupSeats {
  /**
   * People who joined or left a group that is locked: its rules claim for the ones and no longer for the others. One
   * statement while it never had a rule. `at` is the instant of their memberships.
   */
  groupMoved(stores: Stores, caller: Caller, moved: GroupMoved, at: Date): Promise<void>;
  /** A group that is removed, and who was in it: its rules end too. */
  groupRemoved(stores: Stores, caller: Caller, moved: GroupMoved, at: Date): Promise<void>;
  /** Makes the claims of some people by a group's rules what their membership says by now. */
  settleMembers(stores: Stores, caller: Caller, page: GroupPage, at: Date): Promise<void>;
  /** The same, but only where those who are no members wait for a seat: they leave the queue, and no seat moves. */
  settleWaiters(stores: Stores, caller: Caller, page: GroupPage, at: Date): Promise<void>;
}

/** Some people whose membership of a group has changed. */
export interface GroupPage {
  readonly groupId: string;
  readonly userIds: readonly string[];
}

interface Dependencies {
  readonly newId: NewId;
  readonly edit: EditClaims;
  /** People whose seats move in the transaction of the change itself. */
  readonly mostAtOnce: number;
}

/** The steps on groups. */
export function createGroupSeats({ newId, edit, mostAtOnce }: Dependencies): GroupSeats {
  const settle = async (
    stores: Stores,
    caller: Caller,
    rules: readonly GroupRule[],
    { joined, left }: Pick<GroupMoved, 'joined' | 'left'>,
    at: Date,
  ): Promise<void> => {
    const own = claimsBy(rules);
    const met = rules.filter((rule) => rule.isOpen);
    const members = new Set(joined);
    const editOf = (userId: string, open: readonly ClaimRow[]): ClaimEdit =>
      compareClaims(own(open), members.has(userId) ? met : []);
    await edit(stores, caller, [...joined, ...left], editOf, { reason: 'claim_withdrawn', at });
  };

  const groupMoved: GroupSeats['groupMoved'] = async (stores, caller, moved, at) => {
    const { groupId, joined, left } = moved;
    const rules = await stores.claims.listGroupRules(groupId);
    if (rules.length === 0) return;
    if (joined.length + left.length <= mostAtOnce) return settle(stores, caller, rules, moved, at);
    const step = left.length > 0 ? 'waits' : 'joins';
    await stores.groupMoves.add({ id: newId(), groupId, movedAt: at, step, caller });
  };

  return {
    groupMoved,
    groupRemoved: async (stores, caller, moved, at) => {
      const rules = await stores.rules.endOfGroup(moved.groupId, at);
      await groupMoved(stores, caller, moved, at);
      for (const targetId of rules) {
        await stores.audit.add({ caller, action: 'license_rule.ended', targetKind: 'license_rule', targetId, at });
      }
    },
    settleMembers: async (stores, caller, { groupId, userIds }, at) => {
      const rules = await stores.claims.listGroupRules(groupId);
      const members = new Set(await stores.groupMembers.openAmong(groupId, userIds));
      const joined = userIds.filter((id) => members.has(id));
      const left = userIds.filter((id) => !members.has(id));
      await settle(stores, caller, rules, { joined, left }, at);
    },
    settleWaiters: async (stores, caller, { groupId, userIds }, at) => {
      const waits = await stores.licenses.listWaits(userIds);
      if (waits.length === 0) return;
      const members = new Set(await stores.groupMembers.openAmong(groupId, userIds));
      const waiting = waits.map(({ userId }) => userId).filter((id) => !members.has(id));
      const own = claimsBy(await stores.claims.listGroupRules(groupId));
      const places = new Set(waits.map(({ userId, poolId }) => `${userId} ${poolId}`));
      const editOf = (userId: string, open: readonly ClaimRow[]): ClaimEdit => {
        return { ...noEdit, withdraw: own(open).filter(({ poolId }) => places.has(`${userId} ${poolId}`)) };
      };
      await edit(stores, caller, [...new Set(waiting)], editOf, { reason: 'claim_withdrawn', at });
    },
  };
}

/** Picks the claims that rules made. */
function claimsBy(rules: readonly GroupRule[]): (open: readonly ClaimRow[]) => ClaimRow[] {
  const ids = new Set(rules.map((rule) => rule.id));
  return (open) => open.filter((it) => it.source === 'groups' && ids.has(it.sourceRef));
}
