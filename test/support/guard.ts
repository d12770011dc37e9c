// A throw-away folder and a watch over processes for one suite: both are gone afterwards, however jest ends. Called by
// product.ts and own-servers.ts.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder and the processes that work in it. */
export interface Guard {
  readonly folder: string;
  /** Ends this process when jest dies before `close`. */
  readonly watch: (pid: number) => void;
  /** Removes the folder; the caller has ended its processes by now. */
  close(): Promise<void>;
}

/** Begins to watch. reaper.js notices by its stdin that jest is gone. */
export function startGuard(): Guard {
  const folder = mkdtempSync(join(tmpdir(), 'uptake-test-'));
  const reaper = spawn(process.execPath, [join(__dirname, 'reaper.js'), folder], {
    stdio: ['pipe', 'ignore', 'inherit'],
    detached: true,
  });
  reaper.unref();
  return {
    folder,
    watch: (pid) => void reaper.stdin.write(`${pid}\n`),
    async close() {
      // It may name ids that belong to others by now, so it gets no chance to act on them.
      const gone = once(reaper, 'exit');
      reaper.kill('SIGKILL');
      await gone;
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
