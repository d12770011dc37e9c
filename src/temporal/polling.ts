// The workers of this process: one for each queue that has activities, the first with all workflows. Composed by the worker.
import { DefaultLogger, Runtime, Worker, type LogEntry, type NativeConnection } from '@temporalio/worker';
import { queues } from '../../workflows/contract';
import type { Log } from '../log';

/** Activities by queue. Local activities of workflows belong to `main`. */
export type ActivitySets = { readonly [queue in keyof typeof queues]?: object };

/** What the workers are made of. */
export interface WorkersDeps {
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly activities: ActivitySets;
  /** The built bundle of workflows. */
  readonly bundlePath: string;
  /** Mails per second; the mail queue starts a fifth more at most. */
  readonly mailsPerSecond: number;
}

/** The polling workers. */
export interface Workers {
  /** Polls until `shutdown`. @throws what ended a worker for good; the others are stopped first */
  run(): Promise<void>;
  /** Takes no new work; what runs has 20 seconds. */
  shutdown(): void;
}

/** Activities at once: light ones, SMTP connections, one batch, two reports. */
const atOnce: Readonly<Record<keyof typeof queues, number>> = { main: 10, mail: 5, bulk: 1, report: 2 };

/** Sends the SDK's own log through ours. Once in a process, before anything else of Temporal. */
export function installRuntime(log: Log): void {
  const write = ({ level, message, meta }: LogEntry): void => {
    const name =
      level === 'TRACE' || level === 'DEBUG'
        ? 'debug'
        : level === 'INFO'
          ? 'info'
          : level === 'WARN'
            ? 'warn'
            : 'error';
    log[name](factsOf(meta), message);
  };
  Runtime.install({ logger: new DefaultLogger('INFO', write), shutdownSignals: [] });
}

/** Makes the workers; they poll once `run` is called. A queue without activities has none. */
export async function createWorkers(deps: WorkersDeps): Promise<Workers> {
  const names = (Object.keys(queues) as (keyof typeof queues)[]).filter((name) => name === 'main' || has(deps, name));
  const workers = await Promise.all(names.map((name) => createWorker(deps, name)));
  const shutdown = (): void => {
    for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
  };
  return {
    shutdown,
    run: async () => {
      const results = await Promise.allSettled(
        workers.map((worker) =>
          worker.run().catch((error: unknown) => {
            shutdown();
            throw error;
          }),
        ),
      );
      const failed = results.find((result) => result.status === 'rejected');
      if (failed) throw failed.reason;
    },
  };
}

function has({ activities }: WorkersDeps, name: keyof typeof queues): boolean {
  return Object.keys(activities[name] ?? {}).length > 0;
}

function createWorker(deps: WorkersDeps, name: keyof typeof queues): Promise<Worker> {
  const { connection, namespace, activities, bundlePath, mailsPerSecond } = deps;
  return Worker.create({
    connection,
    namespace,
    taskQueue: queues[name],
    activities: activities[name],
    maxConcurrentActivityTaskExecutions: atOnce[name],
    shutdownGraceTime: '20s',
    shutdownForceTime: '25s',
    ...(name === 'main' && {
      workflowBundle: { codePath: bundlePath },
      maxConcurrentLocalActivityExecutions: atOnce.main,
    }),
    ...(name === 'mail' && { maxTaskQueueActivitiesPerSecond: mailsPerSecond * 1.2 }),
  });
}

/** Ids and codes of a line of the SDK; whole errors and payloads stay out. */
function factsOf(meta: Record<string, unknown> | undefined): object {
  const { error, ...rest } = meta ?? {};
  const plain = Object.entries(rest).filter(([, value]) => typeof value === 'string' || typeof value === 'number');
  return { ...Object.fromEntries(plain), ...(error instanceof Error && { error }) };
}
