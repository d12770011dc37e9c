// Whether this process lives and may be sent work. Answered by the listener before any router.
import type { Clock } from './clock';
import { AppError, toAppError } from './errors';
import type { Log } from './log';
import type { Database } from './store/database';
import { toDatabaseError } from './store/database-error';

/** `down`: the database does not answer. `unknown`: it could not be looked at for another reason; the log says which. */
type DatabaseState = 'ok' | 'migrating' | 'down' | 'unknown';

/** What /readyz says. `degraded` parts do not take the process out of service. */
export interface Readiness {
  readonly isReady: boolean;
  readonly body: {
    readonly status: 'ready' | 'degraded' | 'starting' | 'stopping';
    readonly database: DatabaseState;
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
  readonly log: Pick<Log, 'info' | 'warn' | 'error'>;
}

/** A worker that has not been seen for this long counts as silent. */
const silentMs = 30_000;
const checkMs = 1000;

/** The health of the web role: the database answers within a second and is migrated; the worker has been seen. */
export function createHealth({ database, clock, isMigrated, log }: Dependencies): Health {
  const tell = createTeller(log);
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
      const { seen, error } = await Promise.race([
        look().then((found) => ({ seen: found, error: undefined }), blame),
        late(),
      ]);
      tell(seen.body.database, error);
      return seen;
    },
    stop: () => {
      stopping = true;
    },
  };
}

/** What a look came to, and what it failed by. */
interface Look {
  readonly seen: Readiness;
  readonly error: unknown;
}

/** Only an outage is the database's; any other error is a fault of ours, of its schema or of its accounts. */
function blame(thrown: unknown): Look {
  const error = toAppError(toDatabaseError(thrown));
  return { seen: starting(error.kind === 'unavailable' ? 'down' : 'unknown'), error };
}

function late(): Promise<Look> {
  const error = new AppError('database.unavailable');
  return new Promise((resolve) => setTimeout(() => resolve({ seen: starting('down'), error }), checkMs).unref());
}

/** Says what a look failed by when the database's state changes, and not at each probe. */
function createTeller(log: Dependencies['log']): (state: DatabaseState, error: unknown) => void {
  let told: DatabaseState = 'ok';
  return (state, error) => {
    if (state === told) return;
    const wasFailing = told === 'down' || told === 'unknown';
    told = state;
    if (state === 'down') log.warn({ error }, 'not ready: the database does not answer');
    else if (state === 'unknown') log.error({ error }, 'not ready: the look at the database failed');
    else if (wasFailing) log.info({ database: state }, 'the database answers again');
  };
}

function starting(database: Exclude<DatabaseState, 'ok'>): Readiness {
  return { isReady: false, body: { status: 'starting', database, worker: 'unknown', mail: 'unknown' } };
}
