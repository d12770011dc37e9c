// Finds a running `npm start` by the file it leaves in its data folder, so that commands need no addresses.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive } from '../liveness';

/** The environment as a process sees it. */
type Environment = Readonly<Record<string, string | undefined>>;

/** Variables that a running start decides. */
export type Found = Readonly<Record<string, string>>;

interface RunFile {
  readonly databaseUrl?: string;
  readonly temporalAddress?: string;
  readonly publicUrl?: string;
  readonly ports?: { readonly web?: number };
  readonly pids?: { readonly launcher?: number };
}

/** What `DATA_DIR/run.json` says of a start that is alive; empty when nothing runs there. */
export function findRunning(dataDir: string): Found {
  const read = readRunFile(join(dataDir, 'run.json'));
  if (read?.pids?.launcher === undefined || !isAlive(read.pids.launcher)) return {};
  const all = {
    DATABASE_URL: read.databaseUrl,
    TEMPORAL_ADDRESS: read.temporalAddress,
    PUBLIC_URL: read.publicUrl,
    PORT: read.ports?.web === undefined ? undefined : String(read.ports.web),
  };
  return Object.fromEntries(Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/** The environment as a running start has it: what that has decided wins over what the shell says. */
export function withRunning(environment: Environment, found: Found): Environment {
  const rest = Object.entries(environment).filter(([name]) => !name.endsWith('_FILE') || !(name.slice(0, -5) in found));
  return { ...Object.fromEntries(rest), ...found };
}

function readRunFile(path: string): RunFile | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as RunFile;
  } catch {
    return undefined;
  }
}
