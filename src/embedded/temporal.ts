// A private Temporal dev server on loopback with a database file under DATA_DIR, and the question whether it answers.
// Called by servers.ts and, for all suites, by test/support/global-setup.ts.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { findFreePort } from './ports';
import { type PrivateServer, type PrivateServerOptions, startPrivateServer } from './private-server';
import { askTemporal } from './temporal-call';

/** What one private Temporal is started with. */
export interface TemporalOptions extends PrivateServerOptions {
  /** The `temporal` command line program. */
  readonly program: string;
  /** Its version: part of the file name, since a file of an older one is not migrated. */
  readonly version: string;
  readonly namespace: string;
}

/** A Temporal that answers. */
export interface TemporalServer extends PrivateServer {
  /** host:port */
  readonly address: string;
}

const startMs = 30_000;
const stopMs = 10_000;
const askMs = 1000;

/**
 * Starts the dev server on a free port and waits until its namespace can be used.
 * @throws AppError `server.failed` when it does not come up within 30 s
 */
export async function startTemporal(options: TemporalOptions): Promise<TemporalServer> {
  await mkdir(options.dataDir, { recursive: true, mode: 0o700 });
  const port = await findFreePort();
  const address = `127.0.0.1:${port}`;
  const server = await startPrivateServer(options, {
    name: 'temporal',
    title: 'the private Temporal',
    command: options.program,
    args: serverArguments(options, port),
    // Without cgo it takes the name of its user from USER and ends without one, as under an id that has no name.
    environment: { ...options.environment, USER: options.environment['USER'] ?? 'uptake' },
    port,
    startMs,
    stopMs,
    isReady: () => hasNamespace(address, options.namespace),
  });
  return { ...server, address };
}

function serverArguments(options: TemporalOptions, port: number): string[] {
  const file = join(options.dataDir, `temporal-${options.version}.db`);
  const server = ['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(port), '--headless'];
  const store = ['--db-filename', file, '--sqlite-pragma', 'journal_mode=wal', '--sqlite-pragma', 'synchronous=1'];
  return [...server, ...store, '--namespace', options.namespace, '--log-level', 'warn'];
}

/** Whether a Temporal without TLS answers and knows a namespace. */
export async function hasNamespace(address: string, namespace: string): Promise<boolean> {
  const name = Buffer.from(namespace);
  // Field 1 as text.
  const message = Buffer.concat([Buffer.from([0x0a, name.length]), name]);
  const answer = await askTemporal({ address }, { method: 'DescribeNamespace', message, timeoutMs: askMs });
  return answer !== undefined;
}
