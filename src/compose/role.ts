// What every long-running process does: read the configuration, start, stop on a signal, and exit with an honest code.
import { ConfigError, loadConfig, type Config, type Environment } from '../config';
import { createLog, type Log } from '../log';

/** Something that runs until it is stopped. */
export interface Running {
  /** Finishes what was begun (20 s at most) and closes everything, in reverse order of opening. */
  stop(): Promise<void>;
}

/** How a role begins. */
export type Start = (config: Config, log: Log) => Promise<Running>;

/** Exit code for a faulty environment (EX_CONFIG of sysexits). */
const configExit = 78;
/** A stop that takes longer is ended; the launcher kills after 25 s. */
const stopMs = 22_000;

/** Runs a role until SIGINT or SIGTERM; a second signal ends it at once. Never returns while it runs. */
export async function runRole(role: string, environment: Environment, start: Start): Promise<void> {
  const config = readConfig(environment);
  if (config === undefined) return;
  const log = createLog(role, config.logLevel);
  let running: Running | undefined;
  let stopping = false;
  const stop = async (reason: string, code: number): Promise<void> => {
    if (stopping) process.exit(code);
    stopping = true;
    log.info({ reason }, 'stopping');
    setTimeout(() => process.exit(code), stopMs).unref();
    await running?.stop().catch((error: unknown) => log.error({ error }, 'could not stop cleanly'));
    process.exit(code);
  };
  process.on('SIGINT', () => void stop('SIGINT', 0));
  process.on('SIGTERM', () => void stop('SIGTERM', 0));
  process.on('unhandledRejection', (error) => {
    log.error({ error }, 'unhandled rejection');
    void stop('unhandled rejection', 1);
  });
  try {
    running = await start(config, log);
  } catch (error) {
    if (error instanceof ConfigError) return refuse(error);
    log.error({ error }, 'could not start');
    process.stderr.write(`${messageOf(error)}\n`);
    process.exit(1);
  }
}

/** The configuration, or undefined after all its faults were printed and the exit code was set. */
export function readConfig(environment: Environment): Config | undefined {
  try {
    return loadConfig(environment);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    refuse(error);
    return undefined;
  }
}

/** A variable that this process cannot do without. @throws ConfigError */
export function required(value: string | undefined, fault: string): string {
  if (value === undefined) throw new ConfigError([fault]);
  return value;
}

function refuse(error: ConfigError): void {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = configExit;
}

function messageOf(error: unknown): string {
  const code = (error as { code?: string }).code;
  return code === 'EADDRINUSE'
    ? 'The port is taken; set PORT to a free one.'
    : `Could not start: ${code ?? 'see the log'}.`;
}
