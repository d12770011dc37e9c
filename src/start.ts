// `npm start` and `npm run demo`: reads the configuration, launches everything and stays until a signal stops it.
// Called by scripts/bootstrap.js in its own process, so that npm's signals arrive here.
import { systemClock } from './clock';
import { type Config, ConfigError, type Environment, loadConfig } from './config';
import { withDotEnv } from './dot-env';
import { urlOf } from './embedded/claim';
import { createLauncher, type Launcher, type LauncherOptions } from './embedded/launcher';
import { AppError } from './errors';
import { inBuild } from './root';

/** What the bootstrap hands over. */
export interface StartOptions {
  readonly environment: Environment;
  /** True for `npm run demo`. */
  readonly demo: boolean;
  readonly tools: LauncherOptions['tools'];
}

const configFaultCode = 78;
/** npm passes on the Ctrl-C that the terminal has sent here already: two signals close together are one wish. */
const sameWishMs = 1000;

/**
 * Runs the product until it is stopped or cannot go on.
 * @returns the exit code: 0 after a signal, 1 when something failed, 78 for a fault of the environment
 */
export async function start({ environment: given, demo, tools }: StartOptions): Promise<number> {
  const read = withDotEnv(given);
  const environment = demo ? demoEnvironment(read) : read;
  process.stdout.on('error', () => undefined);
  const config = readConfig(environment);
  if (config === undefined) return configFaultCode;
  let launcher: Launcher | undefined;
  const code = await new Promise<number>((resolve) => {
    let failed = false;
    const fail = (sentence: string) => {
      // A child given up also ends the wait for readiness: one fault is told once.
      if (!failed) say(sentence);
      failed = true;
      resolve(1);
    };
    launcher = createLauncher({ ...launcherOptions(config, environment, demo), tools, onGiveUp: fail });
    onSignal({ first: () => resolve(0), again: () => launcher?.kill() });
    process.on('uncaughtException', (error) => fail(sentenceOf(error)));
    launcher.start().then(
      () => sayReady(config),
      (error: unknown) => fail(sentenceOf(error)),
    );
  });
  await launcher?.stop();
  return code;
}

function readConfig(environment: Environment): Config | undefined {
  try {
    return loadConfig(environment);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return undefined;
  }
}

/** The demo has a folder and servers of its own and mails nobody, whatever the environment says about the real ones. */
function demoEnvironment(given: Environment): Environment {
  const real = new Set(['DATABASE_URL', 'DATABASE_ADMIN_URL', 'TEMPORAL_ADDRESS', 'SMTP_URL']);
  const kept = Object.entries(given).filter(([name]) => !real.has(name.replace(/_FILE$/, '')));
  return { ...Object.fromEntries(kept), DATA_DIR: given['DATA_DIR'] ?? './.demo' };
}

function launcherOptions(
  config: Config,
  environment: Environment,
  demo: boolean,
): Omit<LauncherOptions, 'tools' | 'onGiveUp'> {
  const program = (name: string, ...args: string[]) => ['--disable-proto=delete', inBuild('src', name), ...args];
  return {
    host: config.web.host,
    port: config.web.port,
    publicUrl: config.web.publicUrl,
    dataDir: config.files.dataDir,
    databaseUrl: config.database.url,
    temporalAddress: config.temporal.address,
    temporalNamespace: config.temporal.namespace,
    environment: { ...environment, DATA_DIR: config.files.dataDir, ...pace(config) },
    programs: {
      migrate: program('cli.js', 'migrate'),
      demo: demo ? program('cli.js', 'demo') : undefined,
      web: program('web.js'),
      worker: program('worker.js'),
    },
    clock: systemClock,
    say,
  };
}

/** The private Temporal bears fewer starts per second than a cluster; the worker cannot tell them apart. */
function pace(config: Config): Environment {
  const isOurs = config.temporal.address === undefined && config.temporal.journeyStartRate === undefined;
  return isOurs ? { JOURNEY_START_RATE: '50' } : {};
}

function onSignal({ first, again }: { first: () => void; again: () => void }): void {
  let firstAt: number | undefined;
  const heard = () => {
    const now = Date.now();
    if (firstAt === undefined) {
      firstAt = now;
      first();
    } else if (now - firstAt > sameWishMs) {
      again();
      process.exit(1);
    }
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, heard);
}

function sayReady(config: Config): void {
  const { dataDir } = config.files;
  say(`Uptake is ready at ${urlOf(config.web)}`);
  say(`  logs: ${dataDir}/logs`);
  if (config.mail.smtpUrl === undefined) say(`  mails (SMTP_URL is not set): ${dataDir}/outbox`);
  say('  stop: Ctrl-C');
}

function sentenceOf(error: unknown): string {
  if (error instanceof AppError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
