// Whether this process lives and may be sent work. Answered by the listener before any router.
import type { Clock } from './clock';
import type { Database } from './store/database';

/** What /readyz says. `degraded` parts do not take the process out of service. */
export interface Readiness {
  readonly isReady: boolean;
  readonly body: {
    readonly status: 'ready' | 'degraded' | 'starting' | 'stopping';
    readonly database: 'ok' | 'migrating' | 'down';
    readonly worker: 'ok' | 'silent' | 'unknown';
    readonly mail: 'ok' | 'failing' | 'unknown';
  };
}

/** The health of the web role. */
export interface Health {
  readiness(): Promise<Readiness>;
  /** From now on /readyz is 503: the process is stopping. */
  stop(): void;
}

interface Dependencies {
  readonly database: Database;
  readonly clock: Clock;
  /** Whether the schema is up to date; asked until it says yes. */
  readonly isMigrated: () => Promise<boolean>;
}

/** A worker that has not been seen for this long counts as silent. */
const silentMs = 30_000;
const checkMs = 1000;

/** The health of the web role: the database answers within a second and is migrated; the worker has been seen. */
export function createHealth({ database, clock, isMigrated }: Dependencies): Health {
  let migrated = false;
  let stopping = false;
  const look = async (): Promise<Readiness> => {
    migrated ||= await isMigrated();
    if (!migrated) return starting('migrating');
    const server = await database.acrossOrganizations((scan) => scan.server.find());
    const worker =
      server !== undefined && clock.now().getTime() - server.lastSeenAt.getTime() < silentMs ? 'ok' : 'silent';
    const mail = server === undefined ? 'unknown' : server.smtpFailingSince === null ? 'ok' : 'failing';
    const isWell = worker === 'ok' && mail === 'ok';
    return { isReady: true, body: { status: isWell ? 'ready' : 'degraded', database: 'ok', worker, mail } };
  };
  return {
    readiness: async () => {
      if (stopping) return { isReady: false, body: { ...starting('down').body, status: 'stopping', database: 'ok' } };
      return Promise.race([look().catch(() => starting('down')), afterMs(checkMs)]);
    },
    stop: () => {
      stopping = true;
    },
  };
}

function starting(database: 'migrating' | 'down'): Readiness {
  return { isReady: false, body: { status: 'starting', database, worker: 'unknown', mail: 'unknown' } };
}

function afterMs(ms: number): Promise<Readiness> {
  return new Promise((resolve) => setTimeout(() => resolve(starting('down')), ms).unref());
}
