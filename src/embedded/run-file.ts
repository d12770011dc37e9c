// DATA_DIR/run.json: what a running start is made of. Written by the launcher alone; the command line reads it to find
// the running server, the next start to see a living one or to end what a killed one left behind.
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { isSame, markOf, type Named } from './processes';

/** The roles a start is made of, in the order they are stopped. */
export const roles = ['web', 'worker', 'temporal', 'database'] as const;

/** One process of a start besides the launcher. */
export type Role = (typeof roles)[number];

/** The content of run.json. */
export interface RunFile {
  readonly urls: { readonly web: string };
  readonly ports: { readonly web: number; readonly database?: number; readonly temporal?: number };
  readonly pids: { readonly [role in Role | 'launcher']?: number };
  /** What tells each process from a later one with the same id. */
  readonly marks: { readonly [role in Role | 'launcher']?: string };
  readonly databaseUrl?: string | undefined;
  readonly temporalAddress?: string | undefined;
  readonly publicUrl: string;
  /** ISO text, UTC. */
  readonly startedAt: string;
}

/** The run file of one data folder. */
export interface RunFileStore {
  /** undefined when there is none, or none that can be read. */
  read(): RunFile | undefined;
  /** Makes the file; false when one is there already. */
  claim(content: RunFile): boolean;
  /** Changes the file as one step. */
  update(change: (now: RunFile) => Partial<RunFile>): void;
  /** Notes the process of a role, or that it is gone. */
  readonly note: (role: Role | 'launcher', pid: number | undefined) => void;
  /** Removes the file of an earlier start that has ended. */
  discard(): void;
  /** Removes the file if this start has claimed it. */
  remove(): void;
}

/** @param path DATA_DIR/run.json; made readable for its owner alone, since it holds the password of the database */
export function createRunFile(path: string): RunFileStore {
  let content: RunFile | undefined;
  const write = (next: RunFile) => {
    content = next;
    const temporary = writeBeside(path, next);
    renameSync(temporary, path);
  };
  return {
    read: () => parse(path),
    claim: (first) => {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      const temporary = writeBeside(path, first);
      try {
        // A link, unlike a rename, fails when the name is taken: of two starts at once one loses here.
        linkSync(temporary, path);
        content = first;
        return true;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
        return false;
      } finally {
        rmSync(temporary, { force: true });
      }
    },
    update: (change) => {
      if (content !== undefined) write({ ...content, ...change(content) });
    },
    note: (role, pid) => {
      if (content === undefined) return;
      const { [role]: _pid, ...pids } = content.pids;
      const { [role]: _mark, ...marks } = content.marks;
      if (pid === undefined) write({ ...content, pids, marks });
      else write({ ...content, pids: { ...pids, [role]: pid }, marks: { ...marks, [role]: markOf(pid) } });
    },
    discard: () => rmSync(path, { force: true }),
    remove: () => {
      if (content === undefined) return;
      content = undefined;
      rmSync(path, { force: true });
    },
  };
}

function writeBeside(path: string, content: RunFile): string {
  const temporary = `${path}.${process.pid}.part`;
  writeFileSync(temporary, `${JSON.stringify(content, undefined, 2)}\n`, { mode: 0o600 });
  return temporary;
}

function parse(path: string): RunFile | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as RunFile;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (error instanceof SyntaxError || code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Whether the launcher that wrote the file still runs. */
export function isRunning(file: RunFile): boolean {
  return file.pids.launcher !== undefined && isSame(file.pids.launcher, file.marks.launcher);
}

/** The living processes that a killed launcher left behind, in the order to stop them. */
export function orphansOf(file: RunFile): Named[] {
  return roles.flatMap((name) => {
    const pid = file.pids[name];
    const mark = file.marks[name];
    return pid !== undefined && isSame(pid, mark) ? [{ name, pid, mark }] : [];
  });
}
