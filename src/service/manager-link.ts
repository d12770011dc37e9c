// Links people to managers that were not there, or not committed yet, when they were made: two creates at once never see
// each other. Called by the worker each minute; an open finding `unknown_manager` is what is left to do.
import type { Clock } from '../clock';
import { systemCaller, type Caller } from '../domain/caller';
import type { NewId } from '../ids';
import type { Database } from '../store/database';
import type { Stores } from '../store/stores';
import { eachApart } from './apart';

interface Dependencies {
  readonly database: Database;
  readonly clock: Clock;
  readonly newId: NewId;
}

/** Findings looked at in one pass and organization; the oldest seen come first, so that none starves. */
const atOnce = 500;

/** Makes the pass; it answers how many people were linked. */
export function createManagerLinks({ database, clock, newId }: Dependencies) {
  /**
   * One transaction a person: 1. lock; 2. who is meant, if there by now; 3. the finding; 4. row, profile history, audit. The row
   * alone may be linked already, by the create of the manager: the rest is then still to be written.
   */
  const link = async (stores: Stores, caller: Caller, userId: string): Promise<boolean> => {
    const at = clock.now();
    const user = await stores.users.lock(userId);
    const raw = user?.profile.managerRaw ?? null;
    const manager = raw === null ? undefined : await stores.users.findNamed(raw);
    if (user === undefined || raw === null || manager !== undefined)
      await stores.findings.resolve('unknown_manager', userId, at);
    else await stores.findings.note(newId, { kind: 'unknown_manager', userId, detail: {} }, at);
    if (user === undefined || manager === undefined) return false;
    const after = { ...user, managerUserId: manager.id };
    if (manager.id !== user.managerUserId) await stores.users.save(user, after);
    await stores.userHistory.closeProfile(userId, at);
    await stores.userHistory.openProfile(newId, after, at);
    await stores.outbox.add([{ event: { topic: 'ProfileChanged', userId }, lane: 2 }], at);
    const target = { targetKind: 'user', targetId: userId, detail: { manager: manager.id } };
    await stores.audit.add({ caller, action: 'user.manager_linked', ...target, at });
    return true;
  };
  return async (): Promise<number> => {
    let linked = 0;
    const organizations = await database.acrossOrganizations((scan) => scan.organizations.list());
    await eachApart(organizations, async ({ organizationId }) => {
      const waiting = await database.read(organizationId, (stores) =>
        stores.findings.listUsers('unknown_manager', atOnce),
      );
      await eachApart(waiting, async (userId) => {
        const caller = systemCaller(organizationId, 'manager links');
        if (await database.inTransaction(organizationId, (stores) => link(stores, caller, userId))) linked += 1;
      });
    });
    return linked;
  };
}
