// Finds a running `npm start` by the file it leaves in its data folder, so that commands need no addresses.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where a running installation is reached. */
export interface RunningStart {
  readonly databaseUrl: string | undefined;
  readonly temporalAddress: string | undefined;
  readonly publicUrl: string | undefined;
}

/** The addresses in `DATA_DIR/run.json`; undefined when nothing runs there. */
export function findRunning(dataDir: string): RunningStart | undefined {
  try {
    const read = JSON.parse(readFileSync(join(dataDir, 'run.json'), 'utf8')) as Partial<Record<string, unknown>>;
    const text = (name: string): string | undefined => (typeof read[name] === 'string' ? read[name] : undefined);
    return { databaseUrl: text('databaseUrl'), temporalAddress: text('temporalAddress'), publicUrl: text('publicUrl') };
  } catch {
    return undefined;
  }
}
