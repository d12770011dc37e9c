// The way to Temporal: client and worker connections, a namespace with our search attributes. Waits for the server as long
// as it takes, so that the worker may start before it. Called by compose/worker.
import { Client, Connection, isGrpcServiceError } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { searchAttributes } from '../../workflows/contract';
import type { Log } from '../log';
import { pause } from './patience';

/** How the server is reached; texts of certificates in PEM form. */
export interface TemporalOptions {
  readonly address: string;
  readonly namespace: string;
  readonly apiKey?: string | undefined;
  readonly tlsCert?: string | undefined;
  readonly tlsKey?: string | undefined;
  /** How long one call may take. */
  readonly callMs: number;
}

/** An open way to the server. */
export interface TemporalLink {
  readonly client: Client;
  /** The workers' own connection. */
  readonly native: NativeConnection;
  readonly namespace: string;
  /** Asks the server for the id of the namespace; another id is another, emptied server. */
  namespaceId(): Promise<string>;
  /** After the workers have stopped. */
  close(): Promise<void>;
}

interface Dependencies {
  readonly options: TemporalOptions;
  readonly log: Pick<Log, 'info' | 'warn'>;
  /** Ends the waiting. */
  readonly signal: AbortSignal;
}

const wait = { firstMs: 500, longestMs: 10_000 };
const keyword = 2;
/** gRPC. */
const status = { notFound: 5, alreadyExists: 6, permissionDenied: 7, unimplemented: 12 } as const;
const retentionSeconds = 7 * 86_400;

/** Connects, however long it takes. Undefined = the signal came first. */
export async function openTemporal({ options, log, signal }: Dependencies): Promise<TemporalLink | undefined> {
  for (let waitMs = wait.firstMs; !signal.aborted; waitMs = Math.min(waitMs * 2, wait.longestMs)) {
    try {
      const link = await connect(options);
      log.info({ namespace: options.namespace }, 'connected to Temporal');
      return link;
    } catch (error) {
      log.warn({ error, waitMs }, 'Temporal cannot be reached; trying again');
      await pause(waitMs, signal);
    }
  }
  return undefined;
}

async function connect(options: TemporalOptions): Promise<TemporalLink> {
  const { namespace, callMs } = options;
  const connection = await Connection.connect({ ...settings(options), connectTimeout: callMs });
  try {
    const ask = <T>(call: () => Promise<T>): Promise<T> => connection.withDeadline(Date.now() + callMs, call);
    await ask(() => ensureNamespace(connection, namespace));
    await ensureSearchAttributes(connection, namespace, callMs);
    const native = await NativeConnection.connect(settings(options));
    return {
      client: new Client({ connection, namespace }),
      native,
      namespace,
      namespaceId: () => ask(() => findNamespaceId(connection, namespace)),
      close: async () => {
        await native.close();
        await connection.close();
      },
    };
  } catch (error) {
    await connection.close();
    throw error;
  }
}

function settings({ address, apiKey, tlsCert, tlsKey }: TemporalOptions) {
  const pair = tlsCert && tlsKey ? { crt: Buffer.from(tlsCert), key: Buffer.from(tlsKey) } : undefined;
  const tls = pair ? { clientCertPair: pair } : apiKey ? true : undefined;
  return { address, ...(apiKey && { apiKey }), ...(tls && { tls }) };
}

async function findNamespaceId(connection: Connection, namespace: string): Promise<string> {
  const { namespaceInfo } = await connection.workflowService.describeNamespace({ namespace });
  return namespaceInfo?.id ?? '';
}

async function ensureNamespace(connection: Connection, namespace: string): Promise<void> {
  try {
    await findNamespaceId(connection, namespace);
  } catch (error) {
    if (codeOf(error) !== status.notFound) throw error;
    const retention = { seconds: retentionSeconds } as never;
    await connection.workflowService
      .registerNamespace({ namespace, workflowExecutionRetentionPeriod: retention })
      .catch(ignore(status.alreadyExists));
  }
}

/** Over gRPC, since the development server's flag is ignored on a file that exists. Some clusters allow it to nobody. */
async function ensureSearchAttributes(connection: Connection, namespace: string, callMs: number): Promise<void> {
  const wanted = Object.values(searchAttributes);
  const missing = async (): Promise<string[]> => {
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
    return wanted.filter((name) => customAttributes?.[name] === undefined);
  };
  const refused = ignore(status.alreadyExists, status.permissionDenied, status.unimplemented);
  await connection
    .withDeadline(Date.now() + callMs, async () => {
      const names = await missing();
      if (names.length === 0) return;
      await connection.operatorService.addSearchAttributes({
        namespace,
        searchAttributes: Object.fromEntries(names.map((name) => [name, keyword])),
      });
      // The server's own copies follow; a start before that is refused and tried again.
      while ((await missing()).length > 0) await pause(100, AbortSignal.timeout(callMs));
    })
    .catch(refused);
}

function ignore(...codes: readonly number[]) {
  return (error: unknown): void => {
    const code = codeOf(error);
    if (code === undefined || !codes.includes(code)) throw error;
  };
}

function codeOf(error: unknown): number | undefined {
  if (isGrpcServiceError(error)) return error.code;
  return error instanceof Error && error.cause !== undefined ? codeOf(error.cause) : undefined;
}
