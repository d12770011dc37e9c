// Links people to managers that were not there, or not committed yet, when they were made: two creates at once never see
// each other. Called by the worker each minute; an open finding `unknown_manager` is what is left to do. Before that it takes
// from people the managers who are gone: what a removal has left of very many, or did not see because it came at the same moment.
import type { Clock } from '../clock';
import { systemCaller, type Caller } from '../domain/caller';
import type { NewId } from '../ids';
import type { Database } from '../store/database';
import type { Stores } from '../store/stores';
import { eachApart } from './apart';
import { noteManager, unlinkReports, withManager, writeLink } from './manager-step';

interface Dependencies {
  readonly database: Database;
  readonly clock: Clock;
  readonly newId: NewId;
}

/** Findings looked at in one pass and organization; the oldest seen come first, so that none starves. */
const atOnce = 500;

/** How far back removed managers are looked for. */
const goneMs = 7 * 24 * 60 * 60 * 1000;

/** Makes the pass; it answers how many people were linked. */
export function createManagerLinks({ database, clock, newId }: Dependencies) {
  /**
   * One transaction a person: 1. lock; 2. who is meant, if there by now; 3. the finding; 4. row, profile history, audit. The row
   * alone may be linked already, by the create of the manager: the rest is then still to be written.
   */
  const link = async (stores: Stores, caller: Caller, userId: string): Promise<boolean> => {
    const at = clock.now();
    const user = await stores.users.lock(userId);
    if (user === undefined) {
      await stores.findings.resolveAll(userId, at);
      return false;
    }
    const found = await withManager(stores, user);
    await noteManager(stores, newId, found, at);
    if (found.managerUserId === null) return false;
    await writeLink(stores, user, found, { caller, newId, at });
    return true;
  };
  const unlink = async (caller: Caller): Promise<void> => {
    const { organizationId } = caller;
    const since = new Date(clock.now().getTime() - goneMs);
    const gone = await database.read(organizationId, (stores) => stores.managers.listGone(since, atOnce));
    await eachApart(gone, async (managerId) => {
      const page = (stores: Stores) => unlinkReports(stores, managerId, { caller, newId, at: clock.now() });
      while (await database.inTransaction(organizationId, page));
    });
  };
  const linkAll = async (caller: Caller): Promise<number> => {
    const { organizationId } = caller;
    const waiting = await database.read(organizationId, (stores) =>
      stores.findings.listUsers('unknown_manager', atOnce),
    );
    let linked = 0;
    await eachApart(waiting, async (userId) => {
      if (await database.inTransaction(organizationId, (stores) => link(stores, caller, userId))) linked += 1;
    });
    return linked;
  };
  return async (): Promise<number> => {
    let linked = 0;
    const organizations = await database.acrossOrganizations((scan) => scan.organizations.list());
    await eachApart(organizations, async ({ organizationId }) => {
      const caller = systemCaller(organizationId, 'manager links');
      const steps = [
        () => unlink(caller),
        async () => {
          linked += await linkAll(caller);
        },
      ];
      await eachApart(steps, (step) => step());
    });
    return linked;
  };
}
