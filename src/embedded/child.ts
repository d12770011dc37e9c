// One supervised child process: own log file, started again after each death, stopped by SIGTERM and then SIGKILL.
// Called by the launcher and by the private servers of this room.
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Clock } from '../clock';

/** What one child runs and how it is watched. */
export interface ChildOptions {
  /** Stands in messages: `web`, `database`. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** The whole environment of the child. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** stdout and stderr are appended to this file. */
  readonly logPath: string;
  /** How long SIGTERM may take before SIGKILL follows, in milliseconds. */
  readonly stopMs: number;
  readonly clock: Clock;
  /** Called at each start, the first one included. */
  readonly onStart?: (pid: number) => void;
  /** Called at each death after which the child is started again. */
  readonly onDeath?: (reason: string) => void;
  /** Called once, after the last death; the report names the reason and the last lines of the log. */
  readonly onGiveUp: (report: string) => void;
}

/** A running child. */
export interface Child {
  readonly name: string;
  /** The process id now, undefined between a death and the next start. */
  pid(): number | undefined;
  /** Whether `stop` or `kill` was called. */
  isStopped(): boolean;
  /** Ends the child and what it started; resolves when it is gone. May be called twice. */
  stop(): Promise<void>;
  /** Ends it now, without a chance to finish; it is not started again. */
  kill(): void;
}

const deathsToGiveUp = 5;
const deathWindowMs = 60_000;
const firstDelayMs = 200;
const logLimitBytes = 16 * 1024 * 1024;
const shownLines = 15;
const shownCharacters = 300;

/**
 * Starts a child and keeps it running. It leads its own process group, so Ctrl-C in a terminal reaches the launcher
 * alone and the order of the stop is the launcher's.
 */
export function startChild(options: ChildOptions): Child {
  let running: ChildProcess | undefined;
  let timer: NodeJS.Timeout | undefined;
  let stopping = false;
  let deaths: number[] = [];

  const died = (reason: string) => {
    running = undefined;
    if (stopping) return;
    const now = options.clock.now().getTime();
    deaths = [...deaths.filter((at) => now - at < deathWindowMs), now];
    if (deaths.length >= deathsToGiveUp) {
      options.onGiveUp(reportOf(options, reason));
      return;
    }
    options.onDeath?.(reason);
    timer = setTimeout(launch, firstDelayMs * 2 ** (deaths.length - 1));
  };
  const launch = () => {
    running = spawnLogged(options, died);
    if (running.pid !== undefined) options.onStart?.(running.pid);
  };

  launch();
  return {
    name: options.name,
    pid: () => running?.pid,
    isStopped: () => stopping,
    stop: async () => {
      stopping = true;
      clearTimeout(timer);
      if (running !== undefined) await end(running, options.stopMs);
    },
    kill: () => {
      stopping = true;
      clearTimeout(timer);
      signalGroup(running?.pid, 'SIGKILL');
    },
  };
}

function spawnLogged(options: ChildOptions, died: (reason: string) => void): ChildProcess {
  const log = openLog(options.logPath);
  const child = spawn(options.command, options.args, {
    env: options.environment,
    stdio: ['ignore', log, log],
    detached: true,
  });
  closeSync(log);
  child.once('error', (error) => {
    if (child.pid === undefined) died(`could not be started: ${error.message}`);
  });
  child.once('exit', (code, signal) => {
    signalGroup(child.pid, 'SIGKILL');
    died(signal === null ? `ended with exit code ${String(code)}` : `was ended by ${signal}`);
  });
  return child;
}

function openLog(path: string): number {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size > logLimitBytes) renameSync(path, `${path}.1`);
  return openSync(path, 'a', 0o600);
}

async function end(child: ChildProcess, stopMs: number): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const gone = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
  });
  child.kill('SIGTERM');
  const timer = setTimeout(() => signalGroup(child.pid, 'SIGKILL'), stopMs);
  await gone;
  clearTimeout(timer);
}

function signalGroup(leader: number | undefined, signal: NodeJS.Signals): void {
  if (leader === undefined) return;
  try {
    process.kill(-leader, signal);
  } catch (error) {
    // ESRCH: nobody is left in the group. EPERM: macOS answers so while the last member is being reaped.
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== 'ESRCH' && code !== 'EPERM') throw error;
  }
}

function tailOf(path: string): string[] {
  if (statSync(path, { throwIfNoEntry: false }) === undefined) return [];
  return readFileSync(path, 'utf8').trimEnd().split('\n').slice(-shownLines);
}

function reportOf({ name, logPath }: ChildOptions, reason: string): string {
  const lines = tailOf(logPath).map((line) => `    ${line.slice(0, shownCharacters)}`);
  return [`${name} ${reason} and died ${deathsToGiveUp} times within a minute. The end of ${logPath}:`, ...lines].join(
    '\n',
  );
}
