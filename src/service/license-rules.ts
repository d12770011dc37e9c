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
   * @throws pool.not_found, group.not_found, input.invalid
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

/** A request that began before a rule was seen may end after its page: people made in this span are looked at again. */
const overlapMs = 60_000;

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
      fold(it.matchValue) === fold(matchValue);
    const same = (await stores.rules.list()).find(isSame);
    if (same !== undefined) return same;
    const id = newId();
    await stores.rules.add({ id, poolId: pool.id, source: wish.source, matchValue, groupId }, at);
    await note(stores, caller, 'license_rule.added', id, at);
    return (await stores.rules.lock(id)) as RuleRow;
  };

  /** One page of the people whom a rule is about. */
  const page = (caller: Caller, { id: ruleId, groupId }: RuleRow, after: string): Promise<Page> =>
    database.inTransaction(caller.organizationId, async (stores) => {
      const at = clock.now();
      // Who is joining or leaving holds this lock: such a change is over, and seen here, or comes later and sees the rule.
      if (groupId !== null) await stores.groups.lock(groupId);
      const rule = await stores.rules.lock(ruleId);
      if (rule === undefined) throw new AppError('rule.not_found');
      const userIds = await listPage(stores, rule, after, pageSize);
      const last = userIds.length < pageSize ? undefined : userIds.at(-1);
      if (userIds.length === 0) return { last, people: 0 };
      await stores.licenses.lockPeople(userIds);
      const editOf = rule.endedAt === null ? await beginning(stores, rule, userIds) : ending(rule);
      await licensing.edit(stores, caller, userIds, editOf, { reason: 'claim_withdrawn', at });
      if (last !== undefined && last > (rule.pendingAfter ?? '')) await stores.rules.setPending(ruleId, last);
      return { last, people: userIds.length };
    });

  const sweep = async (caller: Caller, rule: RuleRow, from: string): Promise<number> => {
    let people = 0;
    for (let after: string | undefined = from; after !== undefined;) {
      const done = await page(caller, rule, after);
      people += done.people;
      after = done.last;
    }
    return people;
  };

  const apply = async (caller: Caller, rule: RuleRow): Promise<AppliedRule> => {
    if (rule.pendingAfter === null) return { rule, people: 0 };
    const people = await sweep(caller, rule, rule.pendingAfter);
    await sweep(caller, rule, firstIdOf((rule.endedAt ?? rule.createdAt).getTime() - overlapMs));
    await database.inTransaction(caller.organizationId, (stores) => stores.rules.setPending(rule.id, null));
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

/** @throws group.not_found, input.invalid */
async function matchOf(stores: Stores, { source, match }: RuleWish, poolCode: string) {
  if (source === 'auto') return { matchValue: '*', groupId: null };
  if (source !== 'groups') return { matchValue: (match ?? poolCode).trim() || poolCode, groupId: null };
  if (match === undefined) throw new AppError('input.invalid', { reason: 'A rule of groups names its group.' });
  // Locked, since removing a group ends its rules: none is added behind that.
  const byId = isId.test(match) ? await stores.groups.lock(match.toLowerCase()) : undefined;
  const group = byId ?? (await stores.groups.lockNamed(match));
  if (group === undefined) throw new AppError('group.not_found');
  return { matchValue: group.profile.displayName, groupId: group.id };
}

function listPage(stores: Stores, rule: RuleRow, after: string, limit: number): Promise<string[]> {
  if (rule.endedAt !== null) return stores.rules.listClaimantsAfter(rule.id, after, limit);
  if (rule.groupId !== null) return stores.groupMembers.page(rule.groupId, after, limit);
  return stores.rules.listPeopleAfter(after, limit);
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

function ending(rule: RuleRow): EditOf {
  return (_, open) => ({ ...noEdit, withdraw: open.filter((it) => it.sourceRef === rule.id) });
}

/** The lowest UUIDv7 of an instant in milliseconds. Source: RFC 9562 5.7. */
function firstIdOf(atMs: number): string {
  const hex = Math.max(0, atMs).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7000-8000-000000000000`;
}
