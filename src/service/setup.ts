// How the first Super Admin comes into being: from ADMIN_EMAIL and ADMIN_PASSWORD, or by a one-time code that only the
// machine shows. Called by the migrate and admin commands and by the console's setup page.
import type { Clock } from '../clock';
import { systemCaller, type Caller } from '../domain/caller';
import { fold } from '../domain/user';
import { AppError } from '../errors';
import type { NewId } from '../ids';
import type { Database } from '../store/database';
import type { Stores } from '../store/stores';
import type { Passwords } from './password';
import { passwordFault } from './password-rule';
import { clearSecondFactor } from './second-factor';
import { digestOf, newCode, readCode } from './secret-code';
import type { Origin } from './sign-in';
import type { Throttle } from './throttle';

/** A code to be printed once; only its digest is kept. */
export interface SetupCode {
  readonly code: string;
  readonly expiresAt: Date;
}

/** What the setup page asks for. */
export interface SetupForm {
  readonly email: string;
  readonly displayName: string;
  readonly password: string;
  /** undefined = the organization keeps its name. */
  readonly organizationName: string | undefined;
}

/** Handed in by createAdministration. */
export interface SetupDependencies {
  readonly database: Database;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly passwords: Passwords;
  readonly throttle: Throttle;
  readonly isLoopback: boolean;
}

// 26 letters of 5 bits each: 130 bits.
const codeShape = { letters: 26, group: 5, livesMs: 30 * 60_000 };

/** The verbs of the first start and of recovery. */
export function createSetup(dependencies: SetupDependencies) {
  return { ...starting(dependencies), setUp: settingUp(dependencies) };
}

function starting({ database, clock, newId, passwords }: SetupDependencies) {
  const issue = async (stores: Stores, caller: Caller): Promise<SetupCode> => {
    const at = clock.now();
    const expiresAt = new Date(at.getTime() + codeShape.livesMs);
    const code = newCode(codeShape.letters, codeShape.group);
    const codeHash = digestOf(readCode(code));
    await stores.oneTimeCodes.add({ id: newId(), kind: 'setup', personId: null, codeHash, expiresAt, createdAt: at });
    const target = { targetKind: 'organization', targetId: null };
    await stores.audit.add({ caller, action: 'admin.setup_code_issued', ...target, at });
    return { code, expiresAt };
  };
  return {
    /** Whether any organization has an admin; before that there is nobody to sign in. */
    isSetUp: (): Promise<boolean> => database.acrossOrganizations((scan) => scan.admins.hasAny()),
    /** Makes the first Super Admin of an organization without any admin; answers whether it did. */
    ensureFirstAdmin: async (organizationId: number, first: { email: string; password: string }): Promise<boolean> => {
      const hasAny = await database.read(organizationId, (stores) => stores.admins.hasAny());
      if (hasAny) return false;
      const passwordHash = await passwords.hash(first.password);
      return database.inTransaction(organizationId, async (stores) => {
        if (await stores.admins.hasAny()) return false;
        const admin = { id: newId(), email: first.email, displayName: first.email, passwordHash, at: clock.now() };
        await addSuperAdmin(stores, systemCaller(organizationId, 'first start'), admin);
        return true;
      });
    },
    /** A fresh setup code while there is no admin at all; undefined once there is one. */
    issueSetupCode: (organizationId: number): Promise<SetupCode | undefined> =>
      database.inTransaction(organizationId, async (stores) =>
        (await stores.admins.hasAny()) ? undefined : issue(stores, systemCaller(organizationId, 'first start')),
      ),
    /** A setup code whoever is an admin already: the way back in for who holds the machine. */
    recover: (organizationId: number): Promise<SetupCode> =>
      database.inTransaction(organizationId, (stores) => issue(stores, systemCaller(organizationId, 'admin recover'))),
  };
}

/**
 * Uses a setup code up: 1. takes a try of the address 2. finds the code's organization 3. checks the password
 * 4. takes the code 5. makes the Super Admin, or gives a known one a new password and no second factor.
 */
function settingUp({ database, clock, newId, passwords, throttle, isLoopback }: SetupDependencies) {
  /** @throws AppError `code.refused`, `rate.limited`, `input.invalid` with `field` and `reason` */
  return async (typedCode: string, form: SetupForm, origin: Origin) => {
    await throttle.take('address', origin.address);
    const codeHash = digestOf(readCode(typedCode));
    const organizationId = await database.acrossOrganizations((scan) =>
      scan.oneTimeCodes.findOrganization('setup', codeHash, clock.now()),
    );
    if (organizationId === undefined) throw new AppError('code.refused');
    await assertPassword(database, organizationId, form);
    const passwordHash = await passwords.hash(form.password);
    const adminId = await database.inTransaction(organizationId, async (stores) => {
      const at = clock.now();
      if (!(await stores.oneTimeCodes.take('setup', codeHash, at))) throw new AppError('code.refused');
      const caller = systemCaller(organizationId, origin.requestId);
      await renameOrganization(stores, form.organizationName);
      return (
        (await restoreSuperAdmin(stores, caller, { ...form, passwordHash, at })) ??
        addSuperAdmin(stores, caller, { ...form, id: newId(), passwordHash, at })
      );
    });
    await throttle.giveBack('address', origin.address);
    const stage = isLoopback ? ('in' as const) : ('enroll' as const);
    return { organizationId, adminId, stage, previousSignInAt: null };
  };
}

async function assertPassword(database: Database, organizationId: number, form: SetupForm): Promise<void> {
  const organization = await database.read(organizationId, (stores) => stores.organization.get());
  const names = [organization.name, organization.productName, form.organizationName ?? ''];
  const reason = passwordFault(form.password, names);
  if (reason !== undefined) throw new AppError('input.invalid', { field: 'password', reason });
}

async function renameOrganization(stores: Stores, name: string | undefined): Promise<void> {
  if (name === undefined) return;
  await stores.organization.save({ ...(await stores.organization.get()), name });
}

interface SuperAdmin {
  readonly email: string;
  readonly displayName: string;
  readonly passwordHash: string;
  readonly at: Date;
}

async function addSuperAdmin(stores: Stores, caller: Caller, it: SuperAdmin & { id: string }): Promise<string> {
  const { id, email, displayName, passwordHash, at } = it;
  const access = { role: 'super_admin', status: 'active', userId: null } as const;
  const who = { id, email, emailKey: fold(email), displayName, passwordHash, createdAt: at };
  await stores.admins.add({ ...who, ...access });
  await stores.audit.add({ caller, action: 'admin.created', targetKind: 'admin', targetId: id, at });
  return id;
}

/** Recovery of an account that exists: new password, full rights, no second factor, no session of before. */
async function restoreSuperAdmin(stores: Stores, caller: Caller, it: SuperAdmin): Promise<string | undefined> {
  const admin = await stores.admins.lockByEmail(fold(it.email));
  if (!admin) return undefined;
  await stores.admins.savePassword(admin.id, it.passwordHash);
  await stores.admins.saveRole(admin.id, 'super_admin');
  await stores.admins.saveStatus(admin.id, 'active', null);
  await clearSecondFactor(stores, admin.id, it.at);
  await stores.signIns.endAll(admin.id, 'recovered', it.at);
  const target = { targetKind: 'admin', targetId: admin.id };
  await stores.audit.add({ caller, action: 'admin.recovered', ...target, at: it.at });
  return admin.id;
}
