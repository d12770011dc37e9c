// The private database and the private Temporal of one start. Called by the launcher.
import { AppError } from '../errors';
import type { Crew } from './crew';
import { type DatabaseProgram, startDatabase } from './database';
import { findFreePort } from './ports';
import type { RunFileStore } from './run-file';
import { startTemporal } from './temporal';

/** Finds or installs what the private servers run on; undefined when that cannot be done, and has said why by then. */
export interface Tools {
  ensureDatabase(say: (line: string) => void): Promise<DatabaseProgram | undefined>;
  ensureTemporal(say: (line: string) => void): Promise<{ program: string; version: string } | undefined>;
}

/** What the private servers are started with. */
export interface ServersOptions {
  readonly dataDir: string;
  readonly databaseUrl: string | undefined;
  readonly temporalAddress: string | undefined;
  readonly temporalNamespace: string;
  readonly tools: Tools;
  readonly runFile: RunFileStore;
  readonly watch: Crew['watch'];
  readonly keep: Crew['keep'];
  readonly say: (line: string) => void;
}

/** Where both are reached, as variables of the children's environment. */
export interface Addresses {
  readonly DATABASE_URL?: string;
  readonly TEMPORAL_ADDRESS?: string;
}

const bufferPoolMb = 512;

/**
 * Starts what has no address yet, both at once. Without Temporal the start goes on: the worker keeps looking for it.
 * @throws AppError `server.failed` when there is no database
 */
export async function startServers(options: ServersOptions): Promise<Addresses> {
  const outcomes = await Promise.allSettled([provideDatabase(options), provideTemporal(options)]);
  const addresses: Addresses = {};
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected') throw outcome.reason;
    Object.assign(addresses, outcome.value);
  }
  return addresses;
}

async function provideDatabase(options: ServersOptions): Promise<Addresses> {
  const { databaseUrl, dataDir, tools, runFile, watch, keep, say } = options;
  if (databaseUrl !== undefined) return {};
  const program = await tools.ensureDatabase(say);
  if (program === undefined)
    throw new AppError('server.failed', { reason: 'Without a database nothing can be started.' });
  say('Starting the private database ...');
  const server = await startDatabase({
    ...watch('database'),
    onChild: (child) => keep('database', child),
    program,
    dataDir,
    databaseName: 'uptake',
    bufferPoolMb,
    durable: true,
  });
  runFile.update(({ ports }) => ({ databaseUrl: server.url, ports: { ...ports, database: server.port } }));
  return { DATABASE_URL: server.url };
}

async function provideTemporal(options: ServersOptions): Promise<Addresses> {
  const { temporalAddress, temporalNamespace, dataDir, tools, runFile, watch, keep, say } = options;
  if (temporalAddress !== undefined) return {};
  const found = await tools.ensureTemporal(say);
  if (found === undefined) {
    say(
      'Starting without Temporal (degraded): people are provisioned and counted; no mail and no report goes out yet.',
    );
    // The worker needs an address to keep looking at; nobody listens there.
    return { TEMPORAL_ADDRESS: `127.0.0.1:${await findFreePort()}` };
  }
  say('Starting the private Temporal ...');
  const server = await startTemporal({
    ...watch('temporal'),
    onChild: (child) => keep('temporal', child),
    ...found,
    dataDir,
    namespace: temporalNamespace,
  });
  runFile.update(({ ports }) => ({ temporalAddress: server.address, ports: { ...ports, temporal: server.port } }));
  return { TEMPORAL_ADDRESS: server.address };
}
