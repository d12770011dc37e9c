// One database server and one Temporal for all suites, in a throw-away folder on free ports. Called by global-setup.ts
// and global-teardown.ts.
// Suites find them through TEST_DATABASE_URL and TEST_TEMPORAL_ADDRESS; each is used as it is when it is set already.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { systemClock } from '../../src/clock';
import { type DatabaseProgram, startDatabase } from '../../src/embedded/database';
import { startTemporal } from '../../src/embedded/temporal';

/** What the teardown needs: jest runs both ends in one process, so they meet on globalThis. */
interface Servers {
  readonly reaper: ChildProcess;
  readonly stops: (() => Promise<void>)[];
}

const meeting = globalThis as { uptakeTestServers?: Servers };
const run = promisify(execFile);
const scripts = join(__dirname, '..', '..', 'scripts');

/** Starts what is not there yet; says `not run` for what cannot be had, which is a failure under CI=true. */
export async function startServers(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'uptake-test-'));
  const reaper = spawn(process.execPath, [join(__dirname, 'reaper.js'), folder], {
    stdio: ['pipe', 'ignore', 'inherit'],
    detached: true,
  });
  // Every process and every temporary folder of the suites is now known by this name, so the reaper can find them.
  process.env.TMPDIR = folder;
  const stops: Servers['stops'] = [];
  meeting.uptakeTestServers = { reaper, stops };
  const shared = {
    dataDir: folder,
    environment: process.env,
    clock: systemClock,
    onStart: (pid: number) => void reaper.stdin?.write(`${pid}\n`),
    onGiveUp: (report: string) => console.error(report),
  };
  await Promise.all([provideDatabase(shared, stops), provideTemporal(shared, stops)]);
}

/** Ends the servers, then the reaper, which removes the folder. */
export async function stopServers(): Promise<void> {
  const servers = meeting.uptakeTestServers;
  if (servers === undefined) return;
  await Promise.all(servers.stops.map((stop) => stop()));
  const gone = once(servers.reaper, 'exit');
  servers.reaper.stdin?.end('done\n');
  await gone;
}

type Shared = Pick<Parameters<typeof startDatabase>[0], 'dataDir' | 'environment' | 'clock' | 'onStart' | 'onGiveUp'>;

async function provideDatabase(shared: Shared, stops: Servers['stops']): Promise<void> {
  if (process.env.TEST_DATABASE_URL) return;
  const program = await findProgram<DatabaseProgram>('ensure-database.js');
  if (program === undefined) return notRun('suites with a database', 'no mysqld or mariadbd; npm test installs one');
  const server = await startDatabase({
    ...shared,
    program,
    databaseName: 'uptake_test',
    bufferPoolMb: 64,
    durable: false,
  });
  stops.push(server.stop);
  process.env.TEST_DATABASE_URL = server.url;
}

async function provideTemporal(shared: Shared, stops: Servers['stops']): Promise<void> {
  if (process.env.TEST_TEMPORAL_ADDRESS) return;
  const found = await findProgram<{ program: string; version: string }>('ensure-temporal.js');
  if (found === undefined) return notRun('suites with Temporal', 'no temporal program; npm test fetches one');
  const server = await startTemporal({ ...shared, ...found, namespace: 'uptake' });
  stops.push(server.stop);
  process.env.TEST_TEMPORAL_ADDRESS = server.address;
}

/** A server program of this machine as its script of scripts/ finds it; undefined when there is none. */
export async function findProgram<T>(script: string): Promise<T | undefined> {
  const found = await run(process.execPath, [join(scripts, script), 'find']).catch(() => undefined);
  return found === undefined ? undefined : ((JSON.parse(found.stdout) as T | null) ?? undefined);
}

function notRun(what: string, reason: string): void {
  const sentence = `not run: ${what}: ${reason}`;
  if (process.env.CI === 'true') throw new Error(sentence);
  console.error(sentence);
}
