// One role of the product as a real process that a test starts, stops and kills; and the command line as one that runs to
// its end. Called by product.ts.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { inBuild } from '../../src/root';

/** How a process ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** The environment of a process; nothing of jest's own but PATH and HOME comes in. */
export type Environment = Readonly<Record<string, string>>;

/** One role. */
export interface Role {
  /** Starts it and waits until it works, or until it has died of a fault it was given. */
  start(environment?: Environment): Promise<void>;
  /** Starts it without waiting for anything. */
  begin(environment?: Environment): void;
  /** SIGTERM, and how it ended; what is stopped already counts as ended well. */
  stop(): Promise<Exit>;
  /** SIGKILL: no chance to finish anything. */
  kill(): Promise<Exit>;
  /** Waits for its end. @throws Error after the deadline */
  ended(deadlineMs?: number): Promise<Exit>;
  isRunning(): boolean;
  /** Everything it has said, over all its starts. */
  log(): string;
}

/** What a role is made of. */
export interface RoleOptions {
  /** `web`, `worker`: the name of its file in dist. */
  readonly name: string;
  readonly environment: () => Environment;
  readonly logPath: string;
  readonly watch: (pid: number) => void;
  /** Asked until it says true; gets the instant of the start. */
  readonly isUp: (startedAt: Date) => Promise<boolean>;
}

const startMs = 60_000;
const lookMs = 50;

/** Makes a role; nothing runs before `start`. */
export function createRole(options: RoleOptions): Role {
  let child: ChildProcess | undefined;
  const isRunning = (): boolean => child !== undefined && child.exitCode === null && child.signalCode === null;
  const exitOf = (): Exit => (child ? { code: child.exitCode, signal: child.signalCode } : { code: 0, signal: null });
  const log = (): string => (existsSync(options.logPath) ? readFileSync(options.logPath, 'utf8') : '');
  const ended = async (deadlineMs = 60_000): Promise<Exit> => {
    await untilTrue(
      () => !isRunning(),
      deadlineMs,
      () => `${options.name} did not end. Its log:\n${tail(log())}`,
    );
    return exitOf();
  };
  const begin = (environment: Environment = {}): void => {
    if (isRunning()) throw new Error(`${options.name} runs already`);
    child = launch(options, { ...options.environment(), ...environment });
  };
  const end = async (kind: NodeJS.Signals): Promise<Exit> => {
    if (isRunning()) child?.kill(kind);
    return ended();
  };
  return {
    isRunning,
    log,
    ended,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    begin,
    start: async (environment) => {
      const startedAt = new Date();
      begin(environment);
      const problem = () => `${options.name} did not come up. Its log:\n${tail(log())}`;
      await untilTrue(async () => !isRunning() || options.isUp(startedAt), startMs, problem);
      const { code } = exitOf();
      if (!isRunning() && code !== null)
        throw new Error(`${options.name} ended with ${code}. Its log:\n${tail(log())}`);
    },
  };
}

function launch({ name, logPath, watch }: RoleOptions, environment: Environment): ChildProcess {
  const log = openSync(logPath, 'a', 0o600);
  const child = spawn(process.execPath, ['--disable-proto=delete', inBuild('src', `${name}.js`)], {
    env: { ...surroundings(), ...environment },
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  if (child.pid !== undefined) watch(child.pid);
  return child;
}

/** What a run of the command line has said. */
export interface Said extends Exit {
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command line to its end. */
export async function runCommand(
  args: readonly string[],
  environment: Environment,
  watch: (pid: number) => void,
): Promise<Said> {
  const child = spawn(process.execPath, ['--disable-proto=delete', inBuild('src', 'cli.js'), ...args], {
    env: { ...surroundings(), ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (child.pid !== undefined) watch(child.pid);
  const said = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said.stderr += text));
  await once(child, 'close');
  return { ...said, code: child.exitCode, signal: child.signalCode };
}

function surroundings(): Environment {
  const { PATH = '', HOME = '' } = process.env;
  return { PATH, HOME };
}

/** Looks again and again until it is true. @throws Error with the problem after the deadline */
async function untilTrue(
  look: () => boolean | Promise<boolean>,
  deadlineMs: number,
  problem: () => string,
): Promise<void> {
  const deadlineAt = Date.now() + deadlineMs;
  while (!(await look())) {
    if (Date.now() > deadlineAt) throw new Error(problem());
    await new Promise((resolve) => setTimeout(resolve, lookMs));
  }
}

/** The last lines, long ones cut. */
export function tail(text: string, lines = 25): string {
  const last = text.trimEnd().split('\n').slice(-lines);
  return last.map((line) => line.slice(0, 600)).join('\n');
}
