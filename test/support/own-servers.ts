// Servers that belong to one suite alone, for those that stop or kill them. Called by journeys about outages.
import { systemClock } from '../../src/clock';
import { type DatabaseProgram, type DatabaseServer, startDatabase } from '../../src/embedded/database';
import { startTemporal, type TemporalServer } from '../../src/embedded/temporal';
import { startGuard, type Guard } from './guard';
import { findProgram } from './servers';

/** A server with a way to stop it for good. */
export type OwnServer<Server> = Server & {
  /** The process now; another one after a death. @throws Error while there is none */
  pid(): number;
  close(): Promise<void>;
};

/** An empty database of its own that keeps every commit; a killed one is started again on its port, as `npm start` does it. */
export async function startOwnDatabase(): Promise<OwnServer<DatabaseServer>> {
  const program = await findProgram<DatabaseProgram>('ensure-database.js');
  if (program === undefined) throw new Error('not run: no mysqld or mariadbd; npm test installs one');
  const guard = startGuard();
  const settings = { program, databaseName: 'uptake_test', bufferPoolMb: 32, durable: true };
  return owned(guard, await startDatabase({ ...shared(guard), ...settings }));
}

/** A Temporal of its own. */
export async function startOwnTemporal(): Promise<OwnServer<TemporalServer>> {
  const found = await findProgram<{ program: string; version: string }>('ensure-temporal.js');
  if (found === undefined) throw new Error('not run: no temporal program; npm test fetches one');
  const guard = startGuard();
  return owned(guard, await startTemporal({ ...shared(guard), ...found, namespace: 'default-of-the-suite' }));
}

function shared({ folder, watch }: Guard) {
  const onGiveUp = (report: string) => console.error(report);
  return { dataDir: folder, environment: process.env, clock: systemClock, onStart: watch, onGiveUp };
}

function owned<Server extends DatabaseServer | TemporalServer>(guard: Guard, server: Server): OwnServer<Server> {
  return {
    ...server,
    pid: () => {
      const pid = server.child.pid();
      if (pid === undefined) throw new Error(`${server.child.name} does not run`);
      return pid;
    },
    close: async () => {
      await server.stop();
      await guard.close();
    },
  };
}
