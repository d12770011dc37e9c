// Processes of this machine by their id: which one it really is, who listens on a port, ending those of an earlier start.
// Called by the launcher and its run file.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/**
 * What tells a process from a later one with the same id: the boot and the tick it began in, elsewhere what `ps` says.
 * undefined when there is no such process.
 */
export function markOf(pid: number): string | undefined {
  if (process.platform === 'linux') return linuxMark(pid);
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined;
  } catch {
    return undefined;
  }
}

function linuxMark(pid: number): string | undefined {
  const stat = readQuietly(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  // The name in parentheses may hold spaces: count from its end. Field 3 is the state, field 22 the start.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (fields[0] === 'Z') return undefined;
  return `${readQuietly('/proc/sys/kernel/random/boot_id')?.trim() ?? ''}/${fields[19] ?? ''}`;
}

/** Whether a process still runs and is the one that had this mark. */
export function isSame(pid: number, mark: string | undefined): boolean {
  return mark !== undefined && markOf(pid) === mark;
}

/** One process to end: its id, and the mark it had when it was started. */
export interface Named {
  readonly name: string;
  readonly pid: number;
  readonly mark: string | undefined;
}

/**
 * Ends processes one after another, in the order given: SIGTERM, then SIGKILL after the deadline. One whose mark no
 * longer fits is somebody else's by now and is left alone.
 */
export async function endAll(processes: readonly Named[], deadlineMs: number): Promise<void> {
  for (const { pid, mark } of processes) {
    const until = Date.now() + deadlineMs;
    signal(pid, mark, 'SIGTERM');
    // A process stuck in the kernel outlives even SIGKILL; nobody waits for it for ever.
    while (isSame(pid, mark) && Date.now() < until + 10_000) {
      if (Date.now() > until) signal(pid, mark, 'SIGKILL');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

function signal(pid: number, mark: string | undefined, kind: NodeJS.Signals): void {
  if (!isSame(pid, mark)) return;
  try {
    process.kill(pid, kind);
  } catch (error) {
    // It may have ended between the look and the signal.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/**
 * Who listens on a port, as text for a person: `node (process 4711)`; undefined when this machine does not tell.
 * @example whoListens(8080)
 */
export function whoListens(port: number): string | undefined {
  const pid = process.platform === 'linux' ? linuxListener(port) : lsofListener(port);
  if (pid === undefined) return undefined;
  return `${nameOf(pid) ?? 'a process'} (process ${pid})`;
}

function linuxListener(port: number): number | undefined {
  const inodes = new Set([...listeningInodes('/proc/net/tcp', port), ...listeningInodes('/proc/net/tcp6', port)]);
  if (inodes.size === 0) return undefined;
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .find((pid) => holdsSocket(pid, inodes));
}

function listeningInodes(table: string, port: number): string[] {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const lines = readQuietly(table)?.split('\n').slice(1) ?? [];
  return lines
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[1]?.endsWith(wanted) === true && fields[3] === '0A')
    .map((fields) => `socket:[${fields[9] ?? ''}]`);
}

function holdsSocket(pid: number, inodes: ReadonlySet<string>): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((name) => inodes.has(readlinkSync(`/proc/${pid}/fd/${name}`)));
  } catch {
    // It ended meanwhile, or it belongs to another user.
    return false;
  }
}

function lsofListener(port: number): number | undefined {
  try {
    const said = execFileSync('lsof', ['-nP', '-t', `-iTCP:${port}`, '-sTCP:LISTEN'], { encoding: 'utf8' });
    return Number(said.trim().split('\n')[0]) || undefined;
  } catch {
    return undefined;
  }
}

function nameOf(pid: number): string | undefined {
  if (process.platform === 'linux') return readQuietly(`/proc/${pid}/comm`)?.trim();
  try {
    return execFileSync('ps', ['-o', 'comm=', '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined;
  } catch {
    return undefined;
  }
}

function readQuietly(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
