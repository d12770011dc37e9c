// The one license engine: sources -> claims -> seat, waitlist or nothing. Its steps run inside the transaction of their
// cause; called by provisioning, groups, rules and the license switch alike.
import { seatDeltas, type CountDelta } from '../domain/adoption';
import type { Caller } from '../domain/caller';
import type { OutboxEvent } from '../domain/event';
import { grouped } from '../domain/grouped';
import { grantedBy, isSameCarried } from '../domain/license-carrier';
import type { User } from '../domain/user';
import type { NewId } from '../ids';
import type { ClaimRow } from '../store/claim-store';
import type { Stores } from '../store/stores';
import { applied, compareClaims, grantsOf, idsOf, noEdit, toNewClaims } from './claim-edit';
import type { ClaimEdit, EditClaims } from './claim-edit';
import { createGroupSeats, type GroupSeats } from './group-seats';
import type { PoolNews } from './pool-alerts';
import { writeSeatTrail } from './seat-trail';
import type { LicenseAudit, Seated } from './seat-run';
import { createSeating, type PoolKind } from './seating';

/** What a step did: the user with its seat, and everything else that must be written in the same transaction. */
export interface Settled {
  readonly user: User;
  readonly events: readonly OutboxEvent[];
  readonly audit: readonly LicenseAudit[];
  /** Count deltas of other people: those whom a freed seat went to. */
  readonly others: readonly CountDelta[];
  /** What admins are to hear of the pools; absent where no seat or place was asked for. */
  readonly news?: PoolNews;
}

/** The steps of the license engine. */
export interface Licensing extends GroupSeats {
  /** Claims what the rules grant a new user and gives the first free seat. */
  grantNew(stores: Stores, caller: Caller, user: User, at: Date): Promise<Settled>;
  /**
   * What a changed profile or account state means: the claims of its carriers follow, whatever the state; seats are
   * released when it is deactivated and given again when it is enabled, at the end of the queue where none is free.
   */
  change(stores: Stores, caller: Caller, before: User, after: User, at: Date): Promise<Settled>;
  /** Ends all seats, places and claims of a user who is removed; each freed seat goes to the oldest waiter. */
  remove(stores: Stores, caller: Caller, user: User, at: Date): Promise<Settled>;
  /**
   * Changes the claims of any number of people, settles their seats and writes what follows: counts, outbox, audit.
   * Locks the people, if the caller has not.
   */
  edit: EditClaims;
  /** Gives seats that became free to the oldest waiters of a pool that is locked; how many got one. */
  fill(stores: Stores, caller: Caller, pool: PoolKind, limit: number, at: Date): Promise<number>;
}

interface Dependencies {
  readonly newId: NewId;
  /** People whose seats move in the transaction in which they join or leave a group; more are settled behind it. */
  readonly mostAtOnce?: number;
}

/** The license engine. */
export function createLicensing({ newId, mostAtOnce = 2000 }: Dependencies): Licensing {
  const seating = createSeating({ newId });

  const noteUnmapped = async (stores: Stores, userId: string, codes: readonly string[], at: Date): Promise<void> => {
    if (codes.length === 0) return;
    const detail = { codes: codes.slice(0, mostCodes).map((code) => code.slice(0, longestCode)) };
    await stores.findings.note(newId, { kind: 'unmapped_role', userId, detail }, at);
  };

  /** Profile claims of a user as the rules make them of the new profile; only what the profile carries is compared. */
  const follow = async (stores: Stores, after: User, open: readonly ClaimRow[], at: Date): Promise<ClaimEdit> => {
    const granted = grantedBy(await stores.claims.listProfileRules(), after.profile);
    await stores.findings.resolve('unmapped_role', after.id, at);
    await noteUnmapped(stores, after.id, granted.unmapped, at);
    const carried = open.filter((it) => it.source === 'roles' || it.source === 'extension');
    return compareClaims(
      carried,
      granted.rules.filter((it) => it.source !== 'auto'),
    );
  };

  const write = async (stores: Stores, caller: Caller, userId: string, it: ClaimEdit, at: Date): Promise<void> => {
    await stores.claims.see(idsOf(it.seen), at);
    await stores.claims.add(toNewClaims(newId, caller, userId, it.add), at);
  };

  const release = async (
    stores: Stores,
    caller: Caller,
    user: User,
    reason: 'deactivated' | 'removed',
    at: Date,
  ): Promise<Settled> => {
    const holdings = await stores.licenses.listHoldings([user.id]);
    const person = { userId: user.id, isEnabled: false, appPoolId: null, claims: [], holdings };
    const seated = await seating.settle(stores, caller, [person], reason, at);
    return { ...settledOf(user, seated, at), user: { ...user, licensedAt: null, appPoolId: null } };
  };

  const change: Licensing['change'] = async (stores, caller, before, after, at) => {
    const isBack = after.accountState === 'enabled' && before.accountState !== 'enabled';
    const isMoved = !isSameCarried(before.profile, after.profile);
    const isEnded = after.accountState === 'deactivated' && before.accountState === 'enabled';
    if (!isMoved && isEnded) return release(stores, caller, after, 'deactivated', at);
    if (!isMoved && !isBack) return { user: after, events: [], audit: [], others: [] };
    const open = await stores.claims.list([after.id]);
    const edit = isMoved ? await follow(stores, after, open, at) : noEdit;
    await stores.claims.withdraw(idsOf(edit.withdraw), at);
    let settled: Settled = { user: after, events: [], audit: [], others: [] };
    if (isEnded) settled = await release(stores, caller, after, 'deactivated', at);
    if (after.accountState === 'enabled') {
      const claims = await nextClaims(stores, open, edit);
      const holdings = isBack ? [] : await stores.licenses.listHoldings([after.id]);
      const person = { userId: after.id, isEnabled: true, appPoolId: after.appPoolId, claims, holdings };
      settled = settledOf(after, await seating.settle(stores, caller, [person], 'claim_withdrawn', at), at);
    }
    await write(stores, caller, after.id, edit, at);
    return settled;
  };

  const edit: Licensing['edit'] = async (stores, caller, userIds, editOf, { reason, at, appPoolId: onlyApp }) => {
    const people = await stores.licenses.lockPeople(userIds);
    const ids = people.map((person) => person.userId);
    const claims = grouped(await stores.claims.list(ids), (it) => it.userId);
    const holdings = grouped(await stores.licenses.listHoldings(ids), (it) => it.userId);
    const edits = new Map(ids.map((id) => [id, editOf(id, claims.get(id) ?? [])]));
    const all = [...edits.values()];
    await stores.claims.withdraw(
      all.flatMap((it) => idsOf(it.withdraw)),
      at,
    );
    const pools = await poolOrder(stores, all);
    const persons = people.map(({ userId, isEnabled, appPoolId }) => {
      const next = applied(pools, claims.get(userId) ?? [], edits.get(userId) ?? noEdit);
      const counted = onlyApp === undefined ? next : next.filter((it) => !it.isApp || it.poolId === onlyApp);
      return { userId, isEnabled, appPoolId, claims: counted, holdings: holdings.get(userId) ?? [] };
    });
    const seated = await seating.settle(stores, caller, persons, reason, at);
    await stores.claims.see(
      all.flatMap((it) => idsOf(it.seen)),
      at,
    );
    await stores.claims.add(
      [...edits].flatMap(([userId, it]) => toNewClaims(newId, caller, userId, it.add)),
      at,
    );
    const deltas = people.flatMap((it) => seatDeltas(it, (seated.appPools.get(it.userId) ?? null) !== null));
    await writeSeatTrail(stores, { caller, newId, at }, seated, deltas);
  };

  return {
    ...createGroupSeats({ newId, edit, mostAtOnce }),
    change,
    edit,
    grantNew: async (stores, caller, user, at) => {
      const { rules, unmapped } = grantedBy(await stores.claims.listProfileRules(), user.profile);
      const add = compareClaims([], rules).add;
      const isEnabled = user.accountState === 'enabled';
      const person = { userId: user.id, isEnabled, appPoolId: null, claims: grantsOf(rules), holdings: [] };
      const seated = await seating.settle(stores, caller, [person], 'claim_withdrawn', at);
      // After the seat: a claim's foreign key takes a shared lock on the pool's row, and two creates that hold one each
      // would deadlock when both then want the row for themselves.
      await stores.claims.add(toNewClaims(newId, caller, user.id, add), at);
      await noteUnmapped(stores, user.id, unmapped, at);
      return settledOf(user, seated, at);
    },
    remove: async (stores, caller, user, at) => {
      const settled = await release(stores, caller, user, 'removed', at);
      await stores.claims.withdrawAll(user.id, at);
      return settled;
    },
    fill: async (stores, caller, pool, limit, at) => {
      const seated = await seating.fill(stores, caller, pool, limit, at);
      await writeSeatTrail(stores, { caller, newId, at }, seated, []);
      return seated.audit.length;
    },
  };
}

const mostCodes = 20;
const longestCode = 100;

/** The open pools in their order, where claims are added; nothing is read where none are. */
async function poolOrder(stores: Stores, edits: readonly ClaimEdit[]): Promise<readonly PoolKind[]> {
  return edits.some((it) => it.add.length > 0) ? stores.pools.listKinds() : [];
}

async function nextClaims(stores: Stores, open: readonly ClaimRow[], it: ClaimEdit) {
  return applied(await poolOrder(stores, [it]), open, it);
}

function settledOf(user: User, { appPools, events, audit, others, news }: Seated, at: Date): Settled {
  const appPoolId = appPools.get(user.id) ?? null;
  const licensedAt = appPoolId === user.appPoolId ? user.licensedAt : appPoolId === null ? null : at;
  return { user: { ...user, licensedAt, appPoolId }, events, audit, others, news };
}
