// What the private servers have in common: a supervised child on a port of loopback that is waited for.
// Called by database.ts and temporal.ts.
import { join } from 'node:path';
import { AppError } from '../errors';
import { type Child, type ChildOptions, startChild } from './child';
import { waitFor } from './ports';

/** What each private server is started with. */
export interface PrivateServerOptions extends Pick<
  ChildOptions,
  'environment' | 'clock' | 'onStart' | 'onDeath' | 'onGiveUp'
> {
  /** Gets the server's data and `logs/`. */
  readonly dataDir: string;
  /** Handed the child as soon as it runs, so that a stop need not wait until it is ready. */
  readonly onChild?: (child: Child) => void;
}

/** A private server that answers. */
export interface PrivateServer {
  readonly port: number;
  readonly child: Child;
  readonly stop: () => Promise<void>;
}

/** One of them: its program, how long it may take, and when it answers. */
export interface PrivateServerProgram extends Pick<ChildOptions, 'command' | 'args' | 'stopMs'> {
  /** Names its log. */
  readonly name: string;
  /** How it is called in messages. */
  readonly title: string;
  readonly environment?: ChildOptions['environment'];
  readonly port: number;
  readonly startMs: number;
  readonly isReady: () => Promise<boolean>;
}

/**
 * Starts the program and waits until it answers.
 * @throws AppError `server.failed` when it does not in its time; it is stopped then
 */
export async function startPrivateServer(
  options: PrivateServerOptions,
  { name, title, port, startMs, isReady, ...program }: PrivateServerProgram,
): Promise<PrivateServer> {
  let lost: string | undefined;
  const child = startChild({
    name,
    environment: options.environment,
    ...program,
    logPath: join(options.dataDir, 'logs', `${name}.log`),
    clock: options.clock,
    onStart: options.onStart,
    onDeath: options.onDeath,
    onGiveUp: (report) => {
      lost = report;
      options.onGiveUp(report);
    },
  });
  options.onChild?.(child);
  const failed = () => (child.isStopped() ? `${title} was stopped` : lost);
  try {
    await waitFor({ until: isReady, failed, timeoutMs: startMs, what: `the start of ${title}` });
  } catch (cause) {
    await child.stop();
    throw new AppError('server.failed', { reason: cause instanceof Error ? cause.message : '' }, { cause });
  }
  return { port, child, stop: () => child.stop() };
}
