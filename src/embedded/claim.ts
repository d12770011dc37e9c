// Taking the data folder and the port for one start, or saying who has them. Called by the launcher.
import type { Clock } from '../clock';
import { AppError } from '../errors';
import { isPortFree } from './ports';
import { endAll, markOf, whoListens } from './processes';
import { isRunning, orphansOf, type RunFileStore } from './run-file';

/** What a start takes for itself. */
export interface ClaimOptions {
  readonly host: string;
  readonly port: number;
  readonly publicUrl: string;
  readonly dataDir: string;
  /** undefined = a private server is started. */
  readonly databaseUrl: string | undefined;
  readonly temporalAddress: string | undefined;
  readonly clock: Clock;
  readonly say: (line: string) => void;
}

const orphanStopMs = 25_000;

/**
 * Makes sure that nobody else runs on this data folder and port, ends what a killed start left behind, takes both.
 * @throws AppError `server.failed` when another start runs or the port is taken
 */
export async function claim(options: ClaimOptions, runFile: RunFileStore): Promise<void> {
  const earlier = runFile.read();
  if (earlier !== undefined && isRunning(earlier)) throw alreadyRunning(options, earlier.urls.web);
  const orphans = earlier === undefined ? [] : orphansOf(earlier);
  if (orphans.length > 0) {
    const names = orphans.map(({ name }) => name).join(', ');
    options.say(`An earlier start was killed; stopping what it left behind: ${names} ...`);
    await endAll(orphans, orphanStopMs);
  }
  await checkPort(options);
  runFile.discard();
  if (!runFile.claim(firstContent(options))) throw alreadyRunning(options, urlOf(options));
}

/** The address that is printed and written down. `@example http://127.0.0.1:8080` */
export function urlOf({ host, port }: Pick<ClaimOptions, 'host' | 'port'>): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function firstContent(options: ClaimOptions): Parameters<RunFileStore['claim']>[0] {
  return {
    urls: { web: urlOf(options) },
    ports: { web: options.port },
    pids: { launcher: process.pid },
    marks: { launcher: markOf(process.pid) ?? '' },
    databaseUrl: options.databaseUrl,
    temporalAddress: options.temporalAddress,
    publicUrl: options.publicUrl,
    startedAt: options.clock.now().toISOString(),
  };
}

function alreadyRunning({ dataDir }: ClaimOptions, url: string): AppError {
  return refusal(
    `Uptake is already running at ${url} with the data folder ${dataDir}. Stop it, or start another with its own DATA_DIR and PORT.`,
  );
}

async function checkPort({ host, port }: ClaimOptions): Promise<void> {
  let free: boolean;
  try {
    free = await isPortFree(host, port);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : '';
    throw refusal(
      `HOST ${host} with PORT ${port} cannot be listened on (${reason}). Set HOST or PORT to another value.`,
      cause,
    );
  }
  if (free) return;
  const who = whoListens(port) ?? 'another program; this machine does not tell which';
  const next = port < 65_535 ? port + 1 : 8080;
  throw refusal(`PORT ${port} is taken by ${who}. Stop it, or start on another port: PORT=${next} npm start`);
}

function refusal(reason: string, cause?: unknown): AppError {
  return new AppError('server.failed', { reason }, { cause });
}
