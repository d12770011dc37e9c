// Users as directories, the console and imports make, change and remove them. Each verb is one transaction in which the
// user, its history, its seat, its count delta, the outbox and the audit entry are written together (P2, P11).
import type { Clock } from '../clock';
import type { Caller } from '../domain/caller';
import type { OutboxEvent } from '../domain/event';
import type { PageQuery, Paged } from '../domain/page';
import {
  fold,
  newUser,
  removed,
  withProfile,
  isStale,
  type ExpectedVersion,
  type ProfileEdit,
  type User,
  type UserProfile,
  type UserSource,
} from '../domain/user';
import { AppError } from '../errors';
import type { NewId } from '../ids';
import type { Database } from '../store/database';
import type { Stores } from '../store/stores';
import { changesProfile, type StateCause } from '../store/user-history-store';
import { moveAddress, noteAddress, releaseTwin } from './address-findings';
import type { AppearedUser } from './ingestion';
import type { Licensing } from './licensing';
import { isUnlinked, lookAgain, noteManager, unlinkReports, withManager } from './manager-step';
import type { MassChangeGuard } from './mass-change-guard';
import { writeTrail } from './user-trail';

/** The verbs. */
export interface Provisioning {
  /**
   * Makes a user, gives it a seat or a place in the queue.
   * @throws user.user_name_taken while a live user, deactivated ones included, has the userName
   */
  createUser(caller: Caller, profile: UserProfile, options?: { readonly source?: UserSource }): Promise<User>;
  /**
   * Applies an edit under the user's lock. Nothing is written, and the same user answered, when nothing changes.
   * @throws user.not_found, version.stale, user.user_name_taken
   */
  changeUser(
    caller: Caller,
    userId: string,
    edit: ProfileEdit,
    options: { readonly ifMatch: ExpectedVersion },
  ): Promise<User>;
  /** @throws user.not_found */
  getUser(caller: Caller, userId: string): Promise<User>;
  /** @throws result.too_many when no index serves the search and it takes too long */
  listUsers(caller: Caller, query: PageQuery): Promise<Paged<User>>;
  /** Removes for good: seat, claims, memberships, devices and sign-ins end. @throws user.not_found, version.stale */
  removeUser(caller: Caller, userId: string, options: { readonly ifMatch: ExpectedVersion }): Promise<void>;
  /** Who of some users has a seat of the app or waits for one; nobody else is in the map. */
  licenseStates(caller: Caller, userIds: readonly string[]): Promise<ReadonlyMap<string, 'assigned' | 'waitlisted'>>;
}

/** Steps of other services that belong into the transaction of a user's change. */
export interface UserConsequences {
  /** Blocks the admin behind a user whose account ended, and ends the sign-ins. */
  endSignIns(stores: Stores, caller: Caller, person: EndedAccount): Promise<unknown>;
  /** Takes the events that came before their user was known. */
  matchQuarantined(stores: Stores, user: AppearedUser, at: Date): Promise<unknown>;
}

/** A person whose account ended, under the names an admin may be known by. */
export interface EndedAccount {
  readonly userId: string;
  readonly emailKey: string | null;
  readonly reason: 'deactivated' | 'removed';
  readonly at: Date;
}

interface Dependencies {
  readonly database: Database;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly licensing: Licensing;
  readonly consequences: UserConsequences;
  /** Absent: no change is held, as in a story that is told from its end. */
  readonly guard?: MassChangeGuard;
}

/** The provisioning service. */
export function createProvisioning(dependencies: Dependencies): Provisioning {
  const { database, clock, newId, licensing, consequences, guard } = dependencies;
  const by = (caller: Caller) => ({ caller, newId });
  const lock = async (stores: Stores, userId: string, expected: ExpectedVersion): Promise<User> => {
    const user = await stores.users.lock(userId);
    if (user === undefined) throw new AppError('user.not_found', { userId });
    if (isStale(expected, user.rowVersion)) throw new AppError('version.stale', { userId });
    return user;
  };

  const moveState = async (stores: Stores, caller: Caller, before: User, after: User): Promise<void> => {
    if (after.accountState === before.accountState) return;
    await stores.userHistory.closeState(after.id, after.stateSince);
    await stores.userHistory.openState(newId, after, causeOf(caller));
    if (after.accountState !== 'enabled')
      await consequences.endSignIns(stores, caller, endOf(after, after.accountState));
  };

  const moveProfile = async (stores: Stores, before: User, after: User, at: Date): Promise<void> => {
    if (!changesProfile(before, after)) return;
    await stores.userHistory.closeProfile(after.id, at);
    await stores.userHistory.openProfile(newId, after, at);
  };

  return {
    createUser: (caller, profile, options = {}) =>
      database.inTransaction(caller.organizationId, async (stores) => {
        const at = clock.now();
        const made = newUser(newId(), options.source ?? sourceOf(caller) ?? 'manual', profile, at);
        const user = await withManager(stores, made);
        await stores.users.insert(user);
        await stores.userHistory.openProfile(newId, user, at);
        await stores.userHistory.openState(newId, user, causeOf(caller));
        const { hasTwin, isAwaited, hasEvents } = await stores.users.neighbors(user);
        if (isAwaited) await stores.users.linkReports(user);
        await noteAddress(stores, newId, user, hasTwin, at);
        if (user.profile.managerRaw !== null) await noteManager(stores, newId, user, at);
        const settled = await licensing.grantNew(stores, caller, user, at);
        await writeTrail(stores, { ...by(caller), action: 'user.created', before: undefined, settled, events: [], at });
        if (hasEvents) await consequences.matchQuarantined(stores, namesOf(settled.user), at);
        return settled.user;
      }),

    changeUser: (caller, userId, edit, { ifMatch }) =>
      database.inTransaction(caller.organizationId, async (stores) => {
        const at = clock.now();
        const before = await lock(stores, userId, ifMatch);
        const source = sourceOf(caller) ?? before.source;
        const wanted = withProfile(before, edit(before.profile), at);
        if (wanted === before && source === before.source) return lookAgain(stores, before, { ...by(caller), at });
        const edited = (await guard?.admit(stores, caller, before, wanted, at)) ?? wanted;
        const isOther = edited.profile.managerRaw !== before.profile.managerRaw;
        const next = { ...(isOther || isUnlinked(before) ? await withManager(stores, edited) : edited), source };
        const after = next.accountState === 'deactivated' ? { ...next, licensedAt: null, appPoolId: null } : next;
        await stores.users.save(before, after);
        await moveProfile(stores, before, after, at);
        await moveState(stores, caller, before, after);
        if (isOther || after.managerUserId !== before.managerUserId) await noteManager(stores, newId, after, at);
        await moveAddress(stores, newId, before, after, at);
        const settled = await licensing.change(stores, caller, before, after, at);
        await writeTrail(stores, {
          ...by(caller),
          action: actionOf(before, after),
          before,
          settled,
          events: eventsOf(before, after),
          at,
        });
        if (isNamedAnew(before, after)) await consequences.matchQuarantined(stores, namesOf(after), at);
        return settled.user;
      }),

    getUser: async (caller, userId) => {
      const user = await database.read(caller.organizationId, (stores) => stores.users.find(userId));
      if (user === undefined) throw new AppError('user.not_found', { userId });
      return user;
    },

    listUsers: (caller, query) => database.read(caller.organizationId, (stores) => stores.users.list(query)),

    licenseStates: async (caller, userIds) => {
      const held = await database.read(caller.organizationId, (stores) => stores.licenses.listHoldings(userIds));
      const app = held.filter((it) => it.isApp);
      return new Map(app.map((it) => [it.userId, it.kind === 'wait' ? 'waitlisted' : 'assigned']));
    },

    removeUser: async (caller, userId, { ifMatch }) => {
      const isMass = await database.inTransaction(caller.organizationId, async (stores) => {
        const at = clock.now();
        await stores.groups.lockOfUser(userId);
        const before = await lock(stores, userId, ifMatch);
        const after = removed(before, at);
        await stores.users.save(before, after);
        await stores.groups.countOut(await stores.groupMembers.closeOfUser(userId, at), at);
        await stores.userHistory.closeProfile(userId, at);
        await moveState(stores, caller, before, after);
        await stores.devices.closeAll(userId, at);
        await unlinkReports(stores, userId, { ...by(caller), at });
        await releaseTwin(stores, before, at);
        const isNew = await guard?.noteRemoval(stores, caller, before, at);
        const settled = await licensing.remove(stores, caller, after, at);
        await stores.findings.resolveAll(userId, at);
        const events = eventsOf(before, after);
        await writeTrail(stores, { ...by(caller), action: 'user.removed', before, settled, events, at });
        return isNew;
      });
      if (isMass) guard?.warn(caller);
    },
  };
}

function endOf(user: User, reason: EndedAccount['reason']): EndedAccount {
  return { userId: user.id, emailKey: user.email === null ? null : fold(user.email), reason, at: user.stateSince };
}

function namesOf(user: User): AppearedUser {
  return { userId: user.id, externalId: user.profile.externalId, email: user.email };
}

/** Whether events may now find the user under a name it did not have before. */
function isNamedAnew(before: User, after: User): boolean {
  return before.email !== after.email || before.profile.externalId !== after.profile.externalId;
}

/** The first SCIM write takes a user over, whoever made it. */
function sourceOf(caller: Caller): UserSource | undefined {
  return caller.actor.kind === 'scim' ? 'scim' : undefined;
}

function causeOf(caller: Caller): StateCause {
  return caller.actor.kind === 'scim' ? 'scim' : caller.actor.kind === 'system' ? 'retention' : 'admin';
}

function actionOf(before: User, after: User): 'user.changed' | 'user.deactivated' | 'user.reactivated' {
  if (before.accountState === after.accountState) return 'user.changed';
  return after.accountState === 'enabled' ? 'user.reactivated' : 'user.deactivated';
}

/** What journeys must hear: an account that ends or comes back, an address, zone, language or manager that changed. */
function eventsOf(before: User, after: User): OutboxEvent[] {
  const userId = after.id;
  if (after.accountState === 'removed') return [{ topic: 'UserRemoved', userId }];
  if (before.accountState !== after.accountState) {
    return [
      after.accountState === 'enabled' ? { topic: 'UserReactivated', userId } : { topic: 'UserDeactivated', userId },
    ];
  }
  const concerns = (user: User) =>
    [user.email, user.profile.timeZone, user.profile.locale, user.managerUserId].join('\n');
  return concerns(before) === concerns(after) ? [] : [{ topic: 'ProfileChanged', userId }];
}
