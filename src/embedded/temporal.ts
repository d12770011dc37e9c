// A private Temporal dev server on loopback with a database file under DATA_DIR, and the question whether it answers.
// Called by the launcher and, for all suites, by test/support/global-setup.ts.
import { mkdir } from 'node:fs/promises';
import { connect } from 'node:http2';
import { join } from 'node:path';
import { findFreePort } from './ports';
import { type PrivateServer, type PrivateServerOptions, startPrivateServer } from './private-server';

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

/**
 * Whether a Temporal without TLS answers and knows a namespace: one DescribeNamespace call over bare HTTP/2.
 * Source: the gRPC wire protocol; temporal.api.workflowservice.v1.
 */
export function hasNamespace(address: string, namespace: string): Promise<boolean> {
  return new Promise((resolve) => {
    const session = connect(`http://${address}`);
    const done = (answer: boolean) => {
      session.destroy();
      resolve(answer);
    };
    session.setTimeout(askMs, () => done(false));
    session.once('error', () => done(false));
    const request = session.request({
      ':method': 'POST',
      ':path': '/temporal.api.workflowservice.v1.WorkflowService/DescribeNamespace',
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    const answered = (headers: { readonly 'grpc-status'?: unknown }) => {
      if (headers['grpc-status'] !== undefined) done(Number(headers['grpc-status']) === 0);
    };
    request.once('response', answered);
    request.once('trailers', answered);
    request.once('error', () => done(false));
    request.once('close', () => done(false));
    request.resume();
    request.end(describeNamespace(namespace));
  });
}

/** Field 1 as text, behind the five bytes of a gRPC message: not compressed, length. */
function describeNamespace(namespace: string): Buffer {
  const name = Buffer.from(namespace);
  const message = Buffer.concat([Buffer.from([0x0a, name.length]), name]);
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}
