// The second factor of an admin: a time-based code from an app, and ten backup codes for the day the phone is gone.
// Called by service/sign-in, and by the console's profile page.
import { Secret, TOTP } from 'otpauth';
import type { Clock } from '../clock';
import type { Caller } from '../domain/caller';
import { AppError } from '../errors';
import type { NewId } from '../ids';
import type { Admin } from '../store/admin-store';
import type { Database } from '../store/database';
import type { Stores } from '../store/stores';
import type { Sealing } from './sealing';
import { newCode, readCode } from './secret-code';

/** What an app is to be fed with: the secret as text, and the same as an otpauth URL for a picture. */
export interface Enrollment {
  readonly secret: string;
  readonly url: string;
}

/** Handed in by createAdministration. */
export interface SecondFactorDependencies {
  readonly database: Database;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly sealing: Sealing;
}

/** Enrollment and checks of the second factor. */
export type SecondFactor = ReturnType<typeof createSecondFactor>;

const stepSeconds = 30;
const backupCodes = { count: 10, letters: 10, group: 5 };

/** Source: RFC 6238, 30 s, one step of drift either way; a step is taken once (5.2). */
export function createSecondFactor(dependencies: SecondFactorDependencies) {
  return { ...enrolling(dependencies), ...checking(dependencies) };
}

/** Begins, proves, renews and removes. */
function enrolling({ database, clock, newId, sealing }: SecondFactorDependencies) {
  const change = <T>(caller: Caller, action: string, adminId: string, work: (stores: Stores) => Promise<T>) =>
    database.inTransaction(caller.organizationId, async (stores) => {
      await stores.admins.lock(adminId);
      await stores.audit.add({ caller, action, targetKind: 'admin', targetId: adminId, at: clock.now() });
      return work(stores);
    });
  const renew = async (stores: Stores, adminId: string): Promise<string[]> => {
    const codes = Array.from({ length: backupCodes.count }, () => newCode(backupCodes.letters, backupCodes.group));
    const rows = codes.map((code) => ({ id: newId(), codeHash: hashOf(sealing, adminId, code) }));
    await stores.backupCodes.replace(adminId, rows, clock.now());
    return codes;
  };
  return {
    /** A new secret; nothing is stored until `enroll` proves that the app has it. */
    begin: (): string => new Secret({ size: 20 }).base32,
    /** The otpauth URL of a secret, for a picture. */
    describe: (secret: string, label: string): Enrollment => ({ secret, url: totpOf(secret, label).toString() }),
    /**
     * Stores the secret once a code proves it; answers the ten backup codes, which are shown once.
     * @throws AppError `sign_in.refused` when the code is not right
     */
    enroll: (caller: Caller, adminId: string, secret: string, code: string): Promise<string[]> =>
      change(caller, 'admin.second_factor_enrolled', adminId, async (stores) => {
        await stores.admins.saveTotpSecret(adminId, sealing.seal(secret, contextOf(caller.organizationId, adminId)));
        if (!(await takeStep(stores, adminId, secret, code, clock.now()))) throw new AppError('sign_in.refused');
        return renew(stores, adminId);
      }),
    /** New backup codes in place of the old ones. */
    renewBackupCodes: (caller: Caller, adminId: string): Promise<string[]> =>
      change(caller, 'admin.backup_codes_renewed', adminId, (stores) => renew(stores, adminId)),
    /** Takes the second factor away. */
    remove: (caller: Caller, adminId: string): Promise<void> =>
      change(caller, 'admin.second_factor_removed', adminId, (stores) =>
        clearSecondFactor(stores, adminId, clock.now()),
      ),
  };
}

/** Counts and uses up. */
function checking({ database, clock, sealing }: SecondFactorDependencies) {
  return {
    /** How many backup codes are left. */
    countBackupCodes: (caller: Caller, adminId: string): Promise<number> =>
      database.read(caller.organizationId, (stores) => stores.backupCodes.countUnused(adminId)),
    /** A step inside a transaction, under the admin's lock: uses up a code of the app, or a backup code. */
    take: async (stores: Stores, admin: Admin, typed: string): Promise<boolean> => {
      if (admin.totpSecret === null) return false;
      const code = typed.replaceAll(/\s/g, '');
      const at = clock.now();
      if (!/^\d{6}$/.test(code)) return stores.backupCodes.take(admin.id, hashOf(sealing, admin.id, typed), at);
      const secret = sealing.open(admin.totpSecret, contextOf(admin.organizationId, admin.id));
      return takeStep(stores, admin.id, secret, code, at);
    },
  };
}

/** A step inside a transaction: no secret and no backup codes any more. */
export async function clearSecondFactor(stores: Stores, adminId: string, at: Date): Promise<void> {
  await stores.admins.saveTotpSecret(adminId, null);
  await stores.backupCodes.replace(adminId, [], at);
}

function contextOf(organizationId: number, adminId: string): string {
  return `totp:${organizationId}:${adminId}`;
}

function hashOf(sealing: Sealing, adminId: string, code: string): string {
  return sealing.mac('backup code', `${adminId}:${readCode(code)}`);
}

async function takeStep(stores: Stores, adminId: string, secret: string, code: string, at: Date): Promise<boolean> {
  const step = stepOf(secret, code, at);
  return step !== undefined && (await stores.admins.takeTotpStep(adminId, step));
}

function totpOf(secret: string, label: string): TOTP {
  return new TOTP({ issuer: 'Uptake', label, secret: Secret.fromBase32(secret), period: stepSeconds, digits: 6 });
}

/** The time step a code stands for, one step of drift allowed; undefined = a wrong code. */
function stepOf(secret: string, code: string, at: Date): number | undefined {
  const token = code.replaceAll(/\s/g, '');
  const drift = totpOf(secret, '').validate({ token, timestamp: at.getTime(), window: 1 });
  return drift === null ? undefined : Math.floor(at.getTime() / 1000 / stepSeconds) + drift;
}
