// Steps about managers inside the transactions of others: who is meant, the link made later, the links to somebody who is
// gone. Called by service/provisioning and service/manager-link.
import type { Caller } from '../domain/caller';
import type { User } from '../domain/user';
import type { NewId } from '../ids';
import type { Stores } from '../store/stores';

/** Who does it, when. */
interface Doing {
  readonly caller: Caller;
  readonly newId: NewId;
  readonly at: Date;
}

/** People who lose a manager in one transaction. */
const reportsAtOnce = 1000;

/** The manager a profile names, if it is known here; the store looks inside the organization alone. */
export async function withManager(stores: Stores, user: User): Promise<User> {
  const raw = user.profile.managerRaw;
  const manager = raw === null ? undefined : await stores.users.findNamed(raw);
  return { ...user, managerUserId: manager?.id ?? null, managerDisplayName: manager?.displayName ?? null };
}

/** Whether a profile names a manager who is not linked: nobody knew it when it was looked for last. */
export function isUnlinked({ profile, managerUserId }: User): boolean {
  return profile.managerRaw !== null && managerUserId === null;
}

/** Opens the finding about a manager nobody knows, or ends it. */
export async function noteManager(stores: Stores, newId: NewId, user: User, at: Date): Promise<void> {
  if (isUnlinked(user)) {
    await stores.findings.note(newId, { kind: 'unknown_manager', userId: user.id, detail: {} }, at);
  } else await stores.findings.resolve('unknown_manager', user.id, at);
}

/** Writes a link that no change of the user itself has made: row, profile history, outbox, audit. The version stays. */
export async function writeLink(
  stores: Stores,
  before: User,
  after: User,
  { caller, newId, at }: Doing,
): Promise<void> {
  if (after.managerUserId !== before.managerUserId) await stores.users.save(before, after);
  await stores.userHistory.closeProfile(after.id, at);
  await stores.userHistory.openProfile(newId, after, at);
  await stores.outbox.add([{ event: { topic: 'ProfileChanged', userId: after.id }, lane: 2 }], at);
  const target = { targetKind: 'user', targetId: after.id, detail: { manager: after.managerUserId } };
  await stores.audit.add({ caller, action: 'user.manager_linked', ...target, at });
}

/** The user, linked if the manager it names is there by now: what a directory that sends the same value again expects. */
export async function lookAgain(stores: Stores, user: User, doing: Doing): Promise<User> {
  if (!isUnlinked(user)) return user;
  const found = await withManager(stores, user);
  if (isUnlinked(found)) return user;
  await writeLink(stores, user, found, doing);
  await noteManager(stores, doing.newId, found, doing.at);
  return found;
}

/**
 * Takes a manager who is gone from the people linked to it, 1,000 at most, and notes of each that its manager is unknown:
 * who comes under the same name is theirs. Whether there may be more.
 */
export async function unlinkReports(stores: Stores, managerId: string, { caller, newId, at }: Doing): Promise<boolean> {
  const reports = await stores.managers.lockReports(managerId, reportsAtOnce);
  if (reports.length === 0) return false;
  await stores.managers.unlink(managerId, reports);
  await stores.userHistory.leaveManager(newId, reports, at);
  await stores.findings.noteEach(newId, 'unknown_manager', reports, at);
  await stores.outbox.add(
    reports.map((userId) => ({ event: { topic: 'ProfileChanged' as const, userId }, lane: 2 as const })),
    at,
  );
  const [first, ...further] = reports.map((targetId) => {
    const target = { targetKind: 'user', targetId, detail: { manager: managerId } };
    return { caller, action: 'user.manager_unlinked', ...target, at };
  });
  if (first !== undefined) await stores.audit.add(first, further);
  return reports.length === reportsAtOnce;
}
