// Administration as one service: the first admin, signing in, sessions, the second factor, one's own account.
// Made by compose; called by the console, by the migrate and admin commands.
import type { Clock } from '../clock';
import type { NewId } from '../ids';
import type { Database } from '../store/database';
import { createAdminAccounts } from './admin-account';
import { createConsoleSessions } from './console-session';
import { createPasswords } from './password';
import { createSealing } from './sealing';
import { createSecondFactor } from './second-factor';
import { createSetup } from './setup';
import { createSignIn } from './sign-in';
import { createThrottle } from './throttle';

/** Handed in by compose. */
export interface AdministrationDependencies {
  readonly database: Database;
  readonly clock: Clock;
  readonly newId: NewId;
  /** SECRET_KEY, or what DATA_DIR/secret.key holds. */
  readonly secretKey: string;
  /** Whether PUBLIC_URL is this machine: elsewhere every admin needs a second factor. */
  readonly isLoopback: boolean;
}

/** All verbs of administration. */
export type Administration = ReturnType<typeof createAdministration>;

/** Joins the parts; each is a file of its own beside this one. */
export function createAdministration({ database, clock, newId, secretKey, isLoopback }: AdministrationDependencies) {
  const sealing = createSealing(secretKey);
  const passwords = createPasswords();
  const throttle = createThrottle({ database, clock });
  const secondFactor = createSecondFactor({ database, clock, newId, sealing });
  return {
    ...createSetup({ database, clock, newId, passwords, throttle, isLoopback }),
    ...createSignIn({ database, clock, passwords, throttle, secondFactor, isLoopback }),
    ...createAdminAccounts({ database, clock, passwords, throttle }),
    sessions: createConsoleSessions({ database, clock, newId }),
    secondFactor,
    sealing,
    throttle,
  };
}
