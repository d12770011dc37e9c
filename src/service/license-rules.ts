// License rules: which carrier grants which pool. A rule that begins or ends is applied to the people there are in pages
// of 1,000, each a transaction that keeps the place reached; called again after a stop, it goes on there. The command
// line calls it.
import type { Clock } from '../clock';
import type { Caller } from '../domain/caller';
import { fold } from '../domain/user';
import { grantedBy, type LicenseRule } from '../domain/license-carrier';
import { AppError } from '../errors';
import type { NewId } from '../ids';
import type { ClaimRow } from '../store/claim-store';
import type { Database } from '../store/database';
import type { RuleRow } from '../store/rule-store';
import type { Stores } from '../store/stores';
import { compareClaims, noEdit, type ClaimEdit } from './claim-edit';
import type { Licensing } from './licensing';

/** What a rule is to say. `match` is the role value or code, or a group's id or displayName; none for auto. */
export interface RuleWish {
  readonly source: LicenseRule['source'];
  readonly poolCode: string;
  readonly match?: string;
}

/** A rule that was applied, and to how many people. */
export interface AppliedRule {
  readonly rule: RuleRow;
  readonly people: number;
}

/** The rules. */
export interface LicenseRules {
  /**
   * Makes a rule, or finds the open one that says the same, and applies it to everybody.
   * @throws pool.not_found, rule.group_unknown, input.invalid
   */
  add(caller: Caller, wish: RuleWish): Promise<AppliedRule>;
  /** Ends a rule and withdraws what it granted. @throws rule.not_found */
  end(caller: Caller, ruleId: string): Promise<AppliedRule>;
  list(caller: Caller): Promise<RuleRow[]>;
}

interface Dependencies {
  readonly database: Database;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly licensing: Licensing;
  /** People in one transaction. */
  readonly pageSize?: number;
}

/** What one transaction did: the last person of it, undefined at the end, and how many there were. */
interface Page {
  readonly last: string | undefined;
  readonly people: number;
}

const isId = /^[0-9a-f-]{36}$/i;

/** The rules. */
export function createLicenseRules({ database, clock, newId, licensing, pageSize = 1000 }: Dependencies): LicenseRules {
  const make = async (stores: Stores, caller: Caller, wish: RuleWish, at: Date): Promise<RuleRow> => {
    const pool = (await stores.pools.list(at)).find((it) => it.code.toLowerCase() === wish.poolCode.toLowerCase());
    if (pool === undefined) throw new AppError('pool.not_found', { code: wish.poolCode });
    const { matchValue, groupId } = await matchOf(stores, wish, pool.code);
    const isSame = (it: RuleRow): boolean =>
      it.endedAt === null &&
      it.poolId === pool.id &&
      it.source === wish.source &&
      it.groupId === groupId &&
      (groupId !== null || fold(it.matchValue) === fold(matchValue));
    const same = (await stores.rules.list()).find(isSame);
    if (same !== undefined) return same;
    const id = newId();
    await stores.rules.add({ id, poolId: pool.id, source: wish.source, matchValue, groupId }, at);
    await note(stores, caller, 'license_rule.added', id, at);
    return (await stores.rules.lock(id)) as RuleRow;
  };

  /** A transaction of a rule as it was read; none once somebody else has ended it, whose work is theirs then. */
  const during = (
    caller: Caller,
    { id: ruleId, groupId, endedAt }: RuleRow,
    work: (stores: Stores, rule: RuleRow, at: Date) => Promise<Page>,
  ): Promise<Page> =>
    database.inTransaction(caller.organizationId, async (stores) => {
      // The locks of the group, or of the people, are held by every request that reads the rules and claims by them: it is
      // over and seen here, or comes later and sees the rule as it is now.
      if (groupId !== null) await stores.groups.lock(groupId);
      const rule = await stores.rules.lock(ruleId);
      if (rule === undefined || rule.endedAt?.getTime() !== endedAt?.getTime()) return { last: undefined, people: 0 };
      return work(stores, rule, clock.now());
    });

  const lastOf = (userIds: readonly string[]): string | undefined =>
    userIds.length < pageSize ? undefined : userIds.at(-1);

  /** One page of those who wait by an ended rule: they go first, or they would get the seats that others lose by it. */
  const queuePage = (caller: Caller, ended: RuleRow, after: string): Promise<Page> =>
    during(caller, ended, async (stores, rule, at) => {
      const userIds = await stores.rules.listWaiting(rule, after, pageSize);
      if (userIds.length > 0)
        await licensing.edit(stores, caller, userIds, ending(rule.id), { reason: 'claim_withdrawn', at });
      return { last: lastOf(userIds), people: userIds.length };
    });

  /** One page of the people there are. */
  const page = (caller: Caller, seen: RuleRow, after: string): Promise<Page> =>
    during(caller, seen, async (stores, rule, at) => {
      const { id: ruleId, groupId, endedAt } = rule;
      const userIds =
        groupId === null
          ? await stores.rules.lockPeopleAfter(after, pageSize)
          : await stores.groupMembers.page(groupId, after, pageSize);
      const concerned = endedAt === null ? userIds : await stores.rules.listClaimants(ruleId, userIds);
      if (concerned.length > 0) {
        const editOf = endedAt === null ? await beginning(stores, rule, concerned) : ending(ruleId);
        await licensing.edit(stores, caller, concerned, editOf, { reason: 'claim_withdrawn', at });
      }
      const last = lastOf(userIds);
      if (last !== undefined) await stores.rules.setPending(ruleId, last);
      return { last, people: concerned.length };
    });

  const apply = async (caller: Caller, rule: RuleRow): Promise<AppliedRule> => {
    if (rule.pendingAfter === null) return { rule, people: 0 };
    let people = 0;
    const all = async (turn: typeof page, start: string): Promise<void> => {
      for (let after: string | undefined = start; after !== undefined;) {
        const done = await turn(caller, rule, after);
        people += done.people;
        after = done.last;
      }
    };
    if (rule.endedAt !== null) await all(queuePage, '');
    await all(page, rule.pendingAfter);
    await database.inTransaction(caller.organizationId, (stores) => stores.rules.finish(rule.id, rule.endedAt));
    return { rule: { ...rule, pendingAfter: null }, people };
  };

  return {
    add: async (caller, wish) =>
      apply(
        caller,
        await database.inTransaction(caller.organizationId, (stores) => make(stores, caller, wish, clock.now())),
      ),
    end: async (caller, ruleId) => {
      const rule = await database.inTransaction(caller.organizationId, async (stores) => {
        const at = clock.now();
        const found = await stores.rules.lock(ruleId);
        if (found === undefined) throw new AppError('rule.not_found');
        if (found.endedAt !== null) return found;
        await stores.rules.end(ruleId, at);
        await note(stores, caller, 'license_rule.ended', ruleId, at);
        return (await stores.rules.lock(ruleId)) as RuleRow;
      });
      return apply(caller, rule);
    },
    list: (caller) => database.read(caller.organizationId, (stores) => stores.rules.list()),
  };
}

async function note(
  stores: Stores,
  caller: Caller,
  action: 'license_rule.added' | 'license_rule.ended',
  id: string,
  at: Date,
): Promise<void> {
  await stores.audit.add({ caller, action, targetKind: 'license_rule', targetId: id, at });
}

/** @throws rule.group_unknown, input.invalid */
async function matchOf(stores: Stores, { source, match }: RuleWish, poolCode: string) {
  if (source === 'auto') return { matchValue: '*', groupId: null };
  if (source !== 'groups') return { matchValue: (match ?? poolCode).trim() || poolCode, groupId: null };
  if (match === undefined) throw new AppError('input.invalid', { reason: 'A rule of groups names its group.' });
  // Locked, since removing a group ends its rules: none is added behind that.
  const byId = isId.test(match) ? await stores.groups.lock(match.toLowerCase()) : undefined;
  const group = byId ?? (await stores.groups.lockNamed(match));
  if (group === undefined) throw new AppError('rule.group_unknown', { match });
  return { matchValue: group.profile.displayName, groupId: group.id };
}

type EditOf = (userId: string, open: readonly ClaimRow[]) => ClaimEdit;

async function beginning(stores: Stores, rule: RuleRow, userIds: readonly string[]): Promise<EditOf> {
  const own = (open: readonly ClaimRow[]): ClaimRow[] => open.filter((it) => it.sourceRef === rule.id);
  if (rule.source === 'auto' || rule.source === 'groups') return (_, open) => compareClaims(own(open), [rule]);
  const rules = await stores.claims.listProfileRules();
  const carriers = await stores.rules.listCarriers(userIds);
  return (userId, open) => {
    const carried = carriers.get(userId);
    if (carried === undefined) return noEdit;
    const met = grantedBy(rules, carried).rules.filter((it) => it.id === rule.id);
    return compareClaims(own(open), met);
  };
}

function ending(ruleId: string): EditOf {
  return (_, open) => ({ ...noEdit, withdraw: open.filter((it) => it.sourceRef === ruleId) });
}
