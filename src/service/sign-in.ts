// Signing in to the console: throttle, password, second factor. Same words and same work for unknown accounts.
// Called by the console's sign-in pages.
import type { Clock } from '../clock';
import type { Caller } from '../domain/caller';
import { fold } from '../domain/user';
import { AppError } from '../errors';
import type { Admin } from '../store/admin-store';
import type { AuditEntry } from '../store/audit-store';
import type { Database } from '../store/database';
import type { Passwords } from './password';
import type { SecondFactor } from './second-factor';
import type { Throttle } from './throttle';

/** Where a request comes from: the address it is throttled by, and its id for the audit. */
export interface Origin {
  readonly address: string;
  readonly requestId: string;
}

/**
 * What a sign-in has reached: `totp` = the code is asked next, `enroll` = nothing but setting up a second factor,
 * `in` = everything.
 */
export type SignInStage = 'totp' | 'enroll' | 'in';

/** An admin whose password (and code) was right. */
export interface SignedIn {
  readonly organizationId: number;
  readonly adminId: string;
  readonly stage: SignInStage;
  /** The sign-in before this one. */
  readonly previousSignInAt: Date | null;
}

/** Handed in by createAdministration. */
export interface SignInDependencies {
  readonly database: Database;
  readonly clock: Clock;
  readonly passwords: Passwords;
  readonly throttle: Throttle;
  readonly secondFactor: SecondFactor;
  /** Whether PUBLIC_URL is this machine; elsewhere a second factor is demanded. */
  readonly isLoopback: boolean;
}

/** The two steps of signing in. */
export function createSignIn(dependencies: SignInDependencies) {
  return { signIn: firstStep(dependencies), confirm: secondStep(dependencies) };
}

/**
 * 1. takes a try of the address and of the account 2. finds the admin 3. checks the password, or a fixed one
 * 4. writes the refusal 5. gives the tries back 6. says what comes next.
 */
function firstStep({ database, clock, passwords, throttle, isLoopback }: SignInDependencies) {
  const rehash = async (admin: Admin, password: string): Promise<void> => {
    if (admin.passwordHash === null || !passwords.isOutdated(admin.passwordHash)) return;
    const hash = await passwords.hash(password);
    await database.inTransaction(admin.organizationId, (stores) => stores.admins.savePassword(admin.id, hash));
  };
  /** @throws AppError `sign_in.refused`, `rate.limited`, `sign_in.busy` */
  return async (typed: { email: string; password: string }, origin: Origin): Promise<SignedIn> => {
    const emailKey = fold(typed.email.trim());
    await throttle.take('address', origin.address);
    await throttle.take('account', emailKey);
    const { admin, fallback } = await findAdmin(database, emailKey);
    const isRight = await passwords.verify(admin?.passwordHash, typed.password);
    if (!isRight || !admin) {
      await refuse(database, admin, fallback, origin, clock.now());
      throw new AppError('sign_in.refused');
    }
    await throttle.giveBack('address', origin.address);
    await throttle.giveBack('account', emailKey);
    await rehash(admin, typed.password);
    const stage = admin.totpSecret !== null ? 'totp' : isLoopback ? 'in' : 'enroll';
    if (stage !== 'totp') await complete(database, admin, origin, clock.now());
    return { organizationId: admin.organizationId, adminId: admin.id, stage, previousSignInAt: admin.lastSignInAt };
  };
}

/** Checks the code of the app or a backup code; each works once. */
function secondStep({ database, clock, throttle, secondFactor }: SignInDependencies) {
  /** @throws AppError `sign_in.refused`, `rate.limited` */
  return async (who: { organizationId: number; adminId: string }, code: string, origin: Origin): Promise<SignedIn> => {
    await throttle.take('address', origin.address);
    await throttle.take('second_factor', who.adminId);
    const admin = await database.inTransaction(who.organizationId, async (stores) => {
      const found = await stores.admins.lock(who.adminId);
      if (found?.status !== 'active') return undefined;
      if (await secondFactor.take(stores, found, code)) return found;
      await stores.audit.add(entry(callerOf(found, origin), 'sign_in.refused', found.id, clock.now(), 'code'));
      return undefined;
    });
    if (!admin) throw new AppError('sign_in.refused');
    await throttle.giveBack('address', origin.address);
    await throttle.giveBack('second_factor', who.adminId);
    await complete(database, admin, origin, clock.now());
    return { ...who, stage: 'in', previousSignInAt: admin.lastSignInAt };
  };
}

function complete(database: Database, admin: Admin, origin: Origin, at: Date): Promise<void> {
  return database.inTransaction(admin.organizationId, async (stores) => {
    await stores.admins.saveSignInTime(admin.id, at);
    await stores.audit.add(entry(callerOf(admin, origin), 'sign_in.succeeded', admin.id, at));
  });
}

/** The oldest active admin of an address, and the organization a refusal is written to when there is none. */
async function findAdmin(
  database: Database,
  emailKey: string,
): Promise<{ admin: Admin | undefined; fallback: number | undefined }> {
  return database.acrossOrganizations(async (scan) => {
    const [admin] = await scan.admins.listActiveByEmail(emailKey);
    const [first] = await scan.organizations.list();
    return { admin, fallback: first?.organizationId };
  });
}

/** Writes a refusal; for an unknown account to the first organization, so that it takes as long. */
async function refuse(
  database: Database,
  admin: Admin | undefined,
  fallback: number | undefined,
  origin: Origin,
  at: Date,
): Promise<void> {
  const organizationId = admin?.organizationId ?? fallback;
  if (organizationId === undefined) return;
  const caller: Caller = admin
    ? callerOf(admin, origin)
    : { organizationId, actor: { kind: 'system', id: null }, requestId: origin.requestId };
  await database.inTransaction(organizationId, (stores) =>
    stores.audit.add(entry(caller, 'sign_in.refused', admin?.id ?? null, at, 'password')),
  );
}

function callerOf(admin: Admin, origin: Origin): Caller {
  return { organizationId: admin.organizationId, actor: { kind: 'admin', id: admin.id }, requestId: origin.requestId };
}

function entry(
  caller: Caller,
  action: string,
  adminId: string | null,
  at: Date,
  factor?: 'password' | 'code',
): AuditEntry {
  return { caller, action, targetKind: 'admin', targetId: adminId, at, ...(factor ? { detail: { factor } } : {}) };
}
