// What `npm start` does: private servers where no address is set, migrate, then web and worker as supervised children.
// Called by start.ts; says each step to a person through `say`.
import { join } from 'node:path';
import { AppError } from '../errors';
import type { ChildOptions } from './child';
import { claim, type ClaimOptions } from './claim';
import { createCrew, type Crew } from './crew';
import { waitFor } from './ports';
import { isReady } from './programs';
import { createRunFile } from './run-file';
import { startServers, type Tools } from './servers';

/** Arguments after `node`, one list a program. */
export interface Programs {
  readonly migrate: readonly string[];
  /** Fills the demo organization; undefined outside the demo. */
  readonly demo?: readonly string[] | undefined;
  readonly web: readonly string[];
  readonly worker: readonly string[];
}

/** What one start is made of. */
export interface LauncherOptions extends ClaimOptions {
  readonly temporalNamespace: string;
  /** The environment of every child; the addresses of the private servers are added. */
  readonly environment: ChildOptions['environment'];
  readonly tools: Tools;
  readonly programs: Programs;
  /** Called when a child has died too often, which may be long after the start; the caller then stops all. */
  readonly onGiveUp: (report: string) => void;
}

/** Workflow starts per second that the private development server carries beside its other work. */
const developmentRates = { JOURNEY_START_RATE: '50' };

/** One start of the product on this machine. */
export interface Launcher {
  /**
   * Resolves when web is ready.
   * @throws AppError `server.failed` with the sentence a person needs; `stop` is still to be called
   */
  start(): Promise<void>;
  /** Stops all in order: web, worker, Temporal, database. */
  stop(): Promise<void>;
  /** Ends all at once, for a person who does not want to wait. */
  kill(): void;
}

const readyMs = 90_000;

/** Makes a launcher; nothing runs before `start`. */
export function createLauncher(options: LauncherOptions): Launcher {
  const runFile = createRunFile(join(options.dataDir, 'run.json'));
  const crew = createCrew({ ...options, note: runFile.note });
  return {
    start: async () => {
      await claim(options, runFile);
      const addresses = await startServers({ ...options, runFile, watch: crew.watch, keep: crew.keep });
      const rates = addresses.TEMPORAL_ADDRESS === undefined ? {} : developmentRates;
      await startPrograms(options, crew, { ...rates, ...options.environment, ...addresses });
    },
    stop: async () => {
      await crew.stop();
      runFile.remove();
    },
    kill: () => {
      crew.kill();
      runFile.remove();
    },
  };
}

async function startPrograms(
  { host, port, dataDir, programs, say }: LauncherOptions,
  crew: Crew,
  environment: ChildOptions['environment'],
): Promise<void> {
  if (programs.demo === undefined) {
    say('Bringing the database up to date ...');
    await crew.runProgram('migrate', programs.migrate, environment);
  } else {
    say('Filling the demo organization ...');
    await crew.runProgram('demo', programs.demo, environment);
  }
  say('Starting web and worker ...');
  crew.startRole('web', programs.web, environment);
  crew.startRole('worker', programs.worker, environment);
  await waitFor({
    until: () => isReady(host, port),
    failed: crew.failure,
    timeoutMs: readyMs,
    what: `The start of web (log in ${join(dataDir, 'logs', 'web.log')})`,
  }).catch((cause: unknown) => {
    throw new AppError('server.failed', { reason: cause instanceof Error ? cause.message : '' }, { cause });
  });
}
