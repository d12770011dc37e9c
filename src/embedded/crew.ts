// The children of one start, by role: how each is watched, and how all are stopped in order. Called by the launcher.
import { join } from 'node:path';
import { AppError } from '../errors';
import { type Child, type ChildOptions, startChild } from './child';
import { runOnce } from './programs';
import { type Role, roles } from './run-file';

/** What all children of a start share. */
export interface CrewOptions {
  readonly dataDir: string;
  readonly environment: ChildOptions['environment'];
  readonly clock: ChildOptions['clock'];
  readonly say: (line: string) => void;
  /** Told each process of a role, and `undefined` when it is gone for good. */
  readonly note: (role: Role, pid: number | undefined) => void;
  readonly onGiveUp: (report: string) => void;
}

/** How a child of this start is watched. */
export type Watch = Pick<ChildOptions, 'environment' | 'clock' | 'onStart' | 'onDeath' | 'onGiveUp'>;

/** The children of one start. */
export interface Crew {
  readonly watch: (role: Role) => Watch;
  /** Makes a child part of the crew, so that it is stopped with it. */
  readonly keep: (role: Role, child: Child) => void;
  /** Starts web or worker. */
  startRole(role: Role, args: readonly string[], environment: ChildOptions['environment']): void;
  /** Runs a program to its end. @throws AppError `server.failed` */
  runProgram(name: string, args: readonly string[], environment: ChildOptions['environment']): Promise<void>;
  /** Why no further step makes sense: a child was given up, or the crew is being stopped. */
  readonly failure: () => string | undefined;
  stop(): Promise<void>;
  kill(): void;
}

const roleStopMs = 25_000;

/** Makes an empty crew. */
export function createCrew(options: CrewOptions): Crew {
  const children = new Map<Role, Child>();
  let failure: string | undefined;
  let endProgram: () => void = () => undefined;
  const watch = (role: Role): Watch => ({
    environment: options.environment,
    clock: options.clock,
    onStart: (pid) => options.note(role, pid),
    onDeath: (reason) => options.say(`${role} ${reason}; it is started again.`),
    onGiveUp: (report) => {
      failure = report;
      options.onGiveUp(report);
    },
  });
  const keep = (role: Role, child: Child) => void children.set(role, child);
  const giveUp = () => {
    failure ??= 'The start was stopped.';
    endProgram();
  };

  return {
    watch,
    keep,
    startRole: (role, args, environment) =>
      keep(role, startChild({ ...watch(role), ...roleFacts(role, options.dataDir), args, environment })),
    runProgram: async (name, args, environment) => {
      if (failure !== undefined) throw new AppError('server.failed', { reason: failure });
      await runOnce({ name, args, environment, onStart: (kill) => (endProgram = kill) });
    },
    failure: () => failure,
    stop: async () => {
      giveUp();
      if (children.size > 0) options.say('Stopping ...');
      await stopInOrder(children, options.note);
      if (children.size > 0) options.say('Stopped.');
    },
    kill: () => {
      giveUp();
      for (const child of children.values()) child.kill();
    },
  };
}

function roleFacts(role: Role, dataDir: string): Pick<ChildOptions, 'name' | 'command' | 'logPath' | 'stopMs'> {
  return {
    name: role,
    command: process.execPath,
    logPath: join(dataDir, 'logs', `${role}.log`),
    stopMs: roleStopMs,
  };
}

async function stopInOrder(children: ReadonlyMap<Role, Child>, note: CrewOptions['note']): Promise<void> {
  for (const role of roles) {
    const child = children.get(role);
    if (child === undefined) continue;
    await child.stop();
    note(role, undefined);
  }
}
