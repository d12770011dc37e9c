// An admin's own account and rights: who looks at a page, password, preferences, role, and the end of access when the
// directory takes the person away. Called by the console, and by service/admin-loss (endSignIns).
import type { Clock } from '../clock';
import type { Caller, Role } from '../domain/caller';
import { AppError } from '../errors';
import type { Admin } from '../store/admin-store';
import type { Database } from '../store/database';
import type { Organization } from '../store/organization-store';
import type { Stores } from '../store/stores';
import type { Passwords } from './password';
import { passwordFault } from './password-rule';
import type { Throttle } from './throttle';

/** How an admin wants to see the console. */
export interface Preferences {
  readonly theme: 'auto' | 'light' | 'dark';
  /** IANA zone; null = the organization's. */
  readonly timeZone: string | null;
}

/** Who looks at a page. */
export interface Viewer {
  readonly adminId: string;
  readonly email: string;
  readonly displayName: string;
  readonly role: Role;
  readonly hasSecondFactor: boolean;
  readonly preferences: Preferences;
  readonly organization: Pick<Organization, 'organizationId' | 'name' | 'productName' | 'timeZone' | 'locale'>;
}

/** Handed in by createAdministration. */
export interface AdminAccountDependencies {
  readonly database: Database;
  readonly clock: Clock;
  readonly passwords: Passwords;
  readonly throttle: Throttle;
}

/** The verbs of an admin's account. */
export function createAdminAccounts(dependencies: AdminAccountDependencies) {
  return { ...viewing(dependencies), ...changing(dependencies) };
}

function viewing({ database, clock }: AdminAccountDependencies) {
  return {
    /** The admin of a session; undefined when the account may not sign in any more. */
    findViewer: (organizationId: number, adminId: string): Promise<Viewer | undefined> =>
      database.read(organizationId, async (stores) => {
        const admin = await stores.admins.find(adminId);
        return admin?.status === 'active' ? toViewer(admin, await stores.organization.get()) : undefined;
      }),
    /** Keeps how an admin wants to see the console. */
    savePreferences: (caller: Caller, adminId: string, preferences: Preferences): Promise<void> =>
      database.inTransaction(caller.organizationId, async (stores) => {
        await stores.admins.savePreferences(adminId, preferences);
        await stores.audit.add(entry(caller, 'admin.preferences_changed', adminId, clock.now()));
      }),
  };
}

function changing(dependencies: AdminAccountDependencies) {
  const { database, clock, passwords } = dependencies;
  const confirmPassword = confirming(dependencies);
  return {
    confirmPassword,
    /**
     * Checks the old password and keeps a new one.
     * @throws AppError `sign_in.refused` (the old one is wrong), `rate.limited`, `input.invalid` with `field` and `reason`
     */
    changePassword: async (caller: Caller, adminId: string, old: string, next: string): Promise<void> => {
      await confirmPassword(caller, adminId, old);
      const { name, productName } = await database.read(caller.organizationId, (stores) => stores.organization.get());
      const reason = passwordFault(next, [name, productName]);
      if (reason !== undefined) throw new AppError('input.invalid', { field: 'newPassword', reason });
      const hash = await passwords.hash(next);
      await database.inTransaction(caller.organizationId, async (stores) => {
        await stores.admins.savePassword(adminId, hash);
        await stores.audit.add(entry(caller, 'admin.password_changed', adminId, clock.now()));
      });
    },
    /**
     * Gives an admin another role; the sessions of that admin end.
     * @throws AppError `role.missing` unless a Super Admin asks, `input.invalid` when no Super Admin would be left
     */
    changeRole: (caller: Caller, adminId: string, role: Role): Promise<void> =>
      database.inTransaction(caller.organizationId, async (stores) => {
        await assertSuperAdmin(stores, caller);
        const admin = await stores.admins.lock(adminId);
        if (!admin || admin.role === role) return;
        if (admin.role === 'super_admin') await assertNotTheLast(stores);
        await stores.admins.saveRole(adminId, role);
        await stores.signIns.endAll(adminId, 'role_changed', clock.now());
        await stores.audit.add({ ...entry(caller, 'admin.role_changed', adminId, clock.now()), detail: { role } });
      }),
  };
}

/** Asks for the password once more before something that matters. */
function confirming({ database, passwords, throttle }: AdminAccountDependencies) {
  /** @throws AppError `sign_in.refused`, `rate.limited`, `sign_in.busy` */
  return async (caller: Caller, adminId: string, password: string): Promise<void> => {
    await throttle.take('second_factor', adminId);
    const admin = await database.read(caller.organizationId, (stores) => stores.admins.find(adminId));
    if (!(await passwords.verify(admin?.passwordHash, password))) throw new AppError('sign_in.refused');
    await throttle.giveBack('second_factor', adminId);
  };
}

/**
 * A step inside a transaction: the directory took a person away, so the admin behind loses the console at once, the
 * last Super Admin too. Answers the ids of those who had it until now.
 */
export async function endSignIns(
  stores: Stores,
  caller: Caller,
  person: { userId: string; emailKey: string | null; reason: 'deactivated' | 'removed'; at: Date },
): Promise<string[]> {
  const admins = await stores.admins.lockOfUser(person.userId, person.emailKey);
  const working = admins.filter((one) => one.status !== 'blocked');
  for (const admin of working) {
    await stores.admins.saveStatus(admin.id, 'blocked', person.reason);
    await stores.signIns.endAll(admin.id, person.reason, person.at);
    await stores.audit.add({
      ...entry(caller, 'admin.blocked', admin.id, person.at),
      detail: { reason: person.reason },
    });
  }
  return working.map((admin) => admin.id);
}

async function assertSuperAdmin(stores: Stores, caller: Caller): Promise<void> {
  if (caller.actor.kind === 'system') return;
  const asker = caller.actor.id === null ? undefined : await stores.admins.find(caller.actor.id);
  if (asker?.role !== 'super_admin' || asker.status !== 'active') throw new AppError('role.missing');
}

async function assertNotTheLast(stores: Stores): Promise<void> {
  if ((await stores.admins.countWorkingSuperAdmins()) > 1) return;
  throw new AppError('input.invalid', {
    field: 'role',
    reason: 'The organization needs a Super Admin who can sign in.',
  });
}

function toViewer(admin: Admin, organization: Organization): Viewer {
  const kept = admin.preferences as Partial<Preferences> | null;
  const { organizationId, name, productName, timeZone, locale } = organization;
  return {
    adminId: admin.id,
    email: admin.email,
    displayName: admin.displayName,
    role: admin.role,
    hasSecondFactor: admin.totpSecret !== null,
    preferences: { theme: kept?.theme ?? 'auto', timeZone: kept?.timeZone ?? null },
    organization: { organizationId, name, productName, timeZone, locale },
  };
}

function entry(caller: Caller, action: string, adminId: string, at: Date) {
  return { caller, action, targetKind: 'admin', targetId: adminId, at };
}
