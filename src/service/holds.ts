// Held mass deactivations: shown, approved, rejected, and rejected by time. Each person is one transaction of its own, so a
// process that dies leaves the rest to the next run. Called by the command line and the worker.
import type { Clock } from '../clock';
import { systemCaller, type Caller } from '../domain/caller';
import { holdExpiryMs, isHeld, type HoldState } from '../domain/hold';
import type { User } from '../domain/user';
import { AppError } from '../errors';
import type { NewId } from '../ids';
import type { Database } from '../store/database';
import type { HoldItem } from '../store/hold-item-view';
import type { Hold } from '../store/hold-store';
import type { Stores } from '../store/stores';
import { closeAlert, raiseAlert, type Cause } from './alert-step';
import { eachApart } from './apart';
import type { Licensing } from './licensing';
import { writeTrail } from './user-trail';

/** Some of the people of a hold. */
export interface HoldPage {
  readonly state: HoldState;
  readonly items: readonly HoldItem[];
  /** The last of them when more follow. */
  readonly next: string | null;
}

/** The verbs. */
export interface Holds {
  /** The newest hundred. */
  list(caller: Caller): Promise<Hold[]>;
  /** The people of a hold by id, after the one with the id `after`; those it is over for too. @throws hold.not_found */
  show(caller: Caller, holdId: string, page: { readonly limit: number; readonly after?: string }): Promise<HoldPage>;
  /** Makes the deactivations. @throws hold.not_found, hold.decided */
  approve(caller: Caller, holdId: string): Promise<Hold>;
  /** Gives them up: the directory reads `active: true` again. @throws hold.not_found, hold.decided */
  reject(caller: Caller, holdId: string): Promise<Hold>;
  /** In all organizations: rejects what had no answer for seven days, and ends what was left half done. */
  expireHolds(): Promise<{ readonly expired: number }>;
}

interface Dependencies {
  readonly database: Database;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly licensing: Licensing;
}

const batch = 100;

/** The service of holds. */
export function createHolds({ database, clock, newId, licensing }: Dependencies): Holds {
  const find = async (caller: Caller, holdId: string): Promise<Hold> => {
    const hold = await database.read(caller.organizationId, (stores) => stores.holds.find(holdId));
    if (hold === undefined) throw new AppError('hold.not_found');
    return hold;
  };

  /** 1. decide, once; 2. deal with each person who waits. The same answer again goes on with 2. */
  const decide = async (caller: Caller, holdId: string, state: Exclude<HoldState, 'open'>): Promise<Hold> => {
    const isNew = await database.inTransaction(caller.organizationId, async (stores) => {
      const at = clock.now();
      if (!(await stores.holds.decide(holdId, state, caller.actor.id, at))) return false;
      await stores.audit.add({ caller, action: `hold.${state}`, targetKind: 'hold', targetId: holdId, at });
      await closeAlert(stores, { kind: 'hold_open', subjectId: holdId, at });
      if (state === 'expired') await raiseAlert(stores, await expiry(stores, holdId, at));
      return true;
    });
    if (!isNew && (await find(caller, holdId)).state !== state) throw new AppError('hold.decided');
    await finish(caller, holdId, state);
    return find(caller, holdId);
  };

  const expiry = async (stores: Stores, subjectId: string, at: Date): Promise<Cause> => {
    const rejected = (await stores.holds.find(subjectId))?.waiting ?? 0;
    return { newId, kind: 'hold_expired', subjectId, detail: () => ({ rejected }), at };
  };

  const finish = async (caller: Caller, holdId: string, state: Exclude<HoldState, 'open'>): Promise<void> => {
    const work = state === 'approved' ? apply : giveUp;
    for (;;) {
      const userIds = await database.read(caller.organizationId, (stores) => stores.holds.listWaiting(holdId, batch));
      if (userIds.length === 0) return;
      for (const userId of userIds) {
        await database.inTransaction(caller.organizationId, (stores) => settleOne(stores, caller, userId, work));
      }
    }
  };

  const settleOne = async (stores: Stores, caller: Caller, userId: string, work: typeof apply): Promise<void> => {
    const at = clock.now();
    const user = await stores.users.lock(userId);
    if (user !== undefined && isHeld(user)) await work(stores, caller, user, at);
    else await stores.holds.dropItem(userId, at);
  };

  const apply = async (stores: Stores, caller: Caller, before: User, at: Date): Promise<void> => {
    if (!(await stores.holds.applyItem(before.id, at))) return;
    const after = { ...versioned(before, at), accountState: 'deactivated' as const, stateSince: at, ...noSeat };
    await stores.users.save(before, after);
    await stores.userHistory.closeState(after.id, at);
    await stores.userHistory.openState(newId, after, 'hold');
    const settled = await licensing.change(stores, caller, before, after, at);
    const events = [{ topic: 'UserDeactivated' as const, userId: after.id }];
    await writeTrail(stores, { caller, newId, action: 'user.deactivated', before, settled, events, at });
  };

  const giveUp = async (stores: Stores, caller: Caller, before: User, at: Date): Promise<void> => {
    if (!(await stores.holds.dropItem(before.id, at))) return;
    const next = versioned(before, at);
    const after = { ...next, profile: { ...next.profile, active: true } };
    await stores.users.save(before, after);
    const settled = { user: after, events: [], audit: [], others: [] };
    await writeTrail(stores, { caller, newId, action: 'user.deactivation_rejected', before, settled, events: [], at });
  };

  const expireIn = async (organizationId: number): Promise<number> => {
    const caller = systemCaller(organizationId, 'expireHolds');
    const due = new Date(clock.now().getTime() - holdExpiryMs);
    const old = await database.read(organizationId, (stores) => stores.holds.listOpenedBefore(due));
    for (const holdId of old) await decide(caller, holdId, 'expired');
    for (const holdId of await database.read(organizationId, (stores) => stores.holds.listUnfinished())) {
      const { state } = await find(caller, holdId);
      if (state !== 'open') await finish(caller, holdId, state);
    }
    return old.length;
  };

  return {
    list: ({ organizationId }) => database.read(organizationId, (stores) => stores.holds.list(100)),
    show: ({ organizationId }, holdId, { limit, after = '' }) =>
      database.read(organizationId, async (stores) => {
        const state = await stores.holds.stateOf(holdId);
        if (state === undefined) throw new AppError('hold.not_found');
        const found = await stores.holdItems.page(holdId, after, limit + 1);
        const items = found.slice(0, limit);
        return { state, items, next: found.length > limit ? (items.at(-1)?.userId ?? null) : null };
      }),
    approve: (caller, holdId) => decide(caller, holdId, 'approved'),
    reject: (caller, holdId) => decide(caller, holdId, 'rejected'),
    expireHolds: async () => {
      const organizations = await database.acrossOrganizations((scan) => scan.organizations.list());
      let expired = 0;
      await eachApart(organizations, async ({ organizationId }) => {
        expired += await expireIn(organizationId);
      });
      return { expired };
    },
  };
}

const noSeat = { licensedAt: null, appPoolId: null };

function versioned(user: User, at: Date): User {
  return { ...user, rowVersion: user.rowVersion + 1, updatedAt: at };
}
