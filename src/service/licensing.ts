// The one license engine: claims -> seat, waitlist or nothing. Its steps run inside the transaction of their cause, called
// by provisioning now and by the console, the API and imports alike. A full pool is never an error.
import { flagBits, type CountDelta } from '../domain/adoption';
import type { Caller } from '../domain/caller';
import type { OutboxEvent } from '../domain/event';
import { isEntitled, type ClaimSource, type ReleaseReason } from '../domain/license';
import type { User } from '../domain/user';
import type { NewId } from '../ids';
import type { ClaimRow, Holding, Waiter } from '../store/license-store';
import type { Stores } from '../store/stores';

/** What a step did: the user with its seat, and everything else that must be written in the same transaction. */
export interface Settled {
  readonly user: User;
  readonly events: readonly OutboxEvent[];
  readonly audit: readonly LicenseAudit[];
  /** Count deltas of other people: those whom a freed seat went to. */
  readonly others: readonly CountDelta[];
}

/** A seat given, taken or waited for: an audit entry without its caller. */
export interface LicenseAudit {
  readonly action: 'license.assigned' | 'license.released' | 'license.waitlisted';
  readonly userId: string;
  readonly poolId: string;
  readonly detail: { readonly source?: ClaimSource; readonly reason?: ReleaseReason; readonly cause?: 'freed_seat' };
}

/** The steps of the license engine. */
export interface Licensing {
  /** Claims what the rules grant a new user and gives the first free seat. */
  grantNew(stores: Stores, caller: Caller, user: User, at: Date): Promise<Settled>;
  /** Gives what the open claims grant to a user who is enabled again; the end of the queue where nothing is free. */
  restore(stores: Stores, caller: Caller, user: User, at: Date): Promise<Settled>;
  /** Ends all seats and places of a user; each freed seat goes to the oldest waiter. Claims stay, unless `removed`. */
  release(stores: Stores, caller: Caller, user: User, reason: ReleaseReason, at: Date): Promise<Settled>;
}

interface Dependencies {
  readonly newId: NewId;
}

/** The license engine. */
export function createLicensing({ newId }: Dependencies): Licensing {
  const place = async (
    stores: Stores,
    caller: Caller,
    user: User,
    claims: readonly ClaimRow[],
    at: Date,
  ): Promise<Settled> => {
    const wanted = wantedClaims(claims);
    let settled: Settled = { user, events: [], audit: [], others: [] };
    for (const claim of wanted.others) settled = join(settled, await take(stores, caller, settled.user, claim, at));
    for (const claim of wanted.app) {
      if (settled.user.licensedAt !== null) return settled;
      settled = join(settled, await take(stores, caller, settled.user, claim, at));
    }
    return settled.user.licensedAt === null ? wait(stores, settled, wanted.app, at) : settled;
  };

  const take = async (stores: Stores, caller: Caller, user: User, claim: ClaimRow, at: Date): Promise<Settled> => {
    if (!(await stores.licenses.takeSeat(claim.poolId, at))) return { user, events: [], audit: [], others: [] };
    await stores.licenses.addAssignment({ ...claim, id: newId(), userId: user.id, actorId: caller.actor.id }, at);
    const audit: LicenseAudit = {
      action: 'license.assigned',
      userId: user.id,
      poolId: claim.poolId,
      detail: { source: claim.source },
    };
    if (!claim.isApp) return { user, events: [], audit: [audit], others: [] };
    await stores.users.setLicense(user.id, at, claim.poolId);
    const licensed = { ...user, licensedAt: at, appPoolId: claim.poolId };
    return { user: licensed, events: [{ topic: 'SeatAssigned', userId: user.id }], audit: [audit], others: [] };
  };

  const wait = async (stores: Stores, settled: Settled, claims: readonly ClaimRow[], at: Date): Promise<Settled> => {
    const first = claims[0];
    if (first === undefined) return settled;
    await stores.licenses.addWait(newId(), settled.user.id, first.poolId, at);
    return {
      ...settled,
      audit: [
        ...settled.audit,
        { action: 'license.waitlisted', userId: settled.user.id, poolId: first.poolId, detail: {} },
      ],
    };
  };

  const end = async (
    stores: Stores,
    caller: Caller,
    held: Holding,
    user: User,
    reason: ReleaseReason,
    at: Date,
  ): Promise<Settled> => {
    if (held.kind === 'wait') {
      await stores.licenses.endWait(held.id, 'deactivated', at);
      return { user, events: [], audit: [], others: [] };
    }
    // The pool first: ending an assignment moves an entry of its foreign key, which takes a shared lock on the pool's row.
    await stores.licenses.freeSeat(held.poolId);
    await stores.licenses.endAssignment(held.id, reason, at);
    const audit: LicenseAudit = {
      action: 'license.released',
      userId: user.id,
      poolId: held.poolId,
      detail: { reason },
    };
    const freed: Settled = { user, events: [], audit: [audit], others: [] };
    return held.isApp ? join(freed, { ...(await promote(stores, caller, held.poolId, at)), user }) : freed;
  };

  /** Gives a freed app seat to the oldest waiter, in the transaction that freed it. */
  const promote = async (stores: Stores, caller: Caller, poolId: string, at: Date): Promise<Omit<Settled, 'user'>> => {
    const none = { events: [], audit: [], others: [] };
    const waiter = await stores.licenses.lockOldestWaiter(poolId);
    if (waiter === undefined || !(await stores.licenses.takeSeat(poolId, at))) return none;
    const { userId, source, sourceRef } = waiter;
    await stores.licenses.endWait(waiter.waitId, 'assigned', at);
    await stores.licenses.addAssignment(
      { id: newId(), userId, poolId, isApp: true, source, sourceRef, actorId: caller.actor.id },
      at,
    );
    await stores.users.setLicense(userId, at, poolId);
    return {
      events: [{ topic: 'SeatAssigned', userId }],
      audit: [{ action: 'license.assigned', userId, poolId, detail: { source, cause: 'freed_seat' } }],
      others: [seatGiven(waiter)],
    };
  };

  return {
    grantNew: async (stores, caller, user, at) => {
      const claims = await stores.licenses.listAutoRules();
      const none = { user, events: [], audit: [], others: [] };
      const settled = user.accountState === 'enabled' ? await place(stores, caller, user, claims, at) : none;
      // After the seat: a claim's foreign key takes a shared lock on the pool's row, and two creates that hold one each
      // would deadlock when both then want the row for themselves.
      await stores.licenses.addClaims(
        claims.map((claim) => ({ ...claim, id: newId(), userId: user.id, actorId: caller.actor.id })),
        at,
      );
      return settled;
    },
    restore: async (stores, caller, user, at) =>
      place(stores, caller, user, await stores.licenses.listClaims(user.id), at),
    release: async (stores, caller, user, reason, at) => {
      const bare = { ...user, licensedAt: null, appPoolId: null };
      let settled: Settled = { user: bare, events: [], audit: [], others: [] };
      const holdings = await stores.licenses.listHoldings(user.id);
      for (const held of holdings) settled = join(settled, await end(stores, caller, held, bare, reason, at));
      if (reason === 'removed') await stores.licenses.withdrawClaims(user.id, at);
      return settled;
    },
  };
}

/** Pools the open claims entitle to, app pools apart, in the order of the rows (lowest sort_order first). */
function wantedClaims(claims: readonly ClaimRow[]): { app: ClaimRow[]; others: ClaimRow[] } {
  const grants = claims.filter((claim, index) => {
    const isFirst = claims.findIndex((one) => one.poolId === claim.poolId && one.effect === 'grant') === index;
    return isFirst && isEntitled(claims, claim.poolId);
  });
  return { app: grants.filter((claim) => claim.isApp), others: grants.filter((claim) => !claim.isApp) };
}

function seatGiven({ flags, lastUsedOn }: Waiter): CountDelta {
  return { from: { flags, lastUsedOn }, to: { flags: flags | flagBits.appSeat, lastUsedOn } };
}

function join(a: Settled, b: Settled): Settled {
  return {
    user: b.user,
    events: [...a.events, ...b.events],
    audit: [...a.audit, ...b.audit],
    others: [...a.others, ...b.others],
  };
}
