// The `uptake` command: `npm run -s uptake -- VERB …`. Finds a running `npm start` through DATA_DIR, else DATABASE_URL.
import { createOutput } from './cli/output';
import { createProgram, exitCodes, refusalOf } from './cli/program';
import { findRunning } from './cli/running';
import { createHandlers } from './compose/commands';
import { readConfig } from './compose/role';
import { ConfigError, type Environment } from './config';
import { withDotEnv } from './dot-env';
import { AppError } from './errors';
import { createLog } from './log';

/** Addresses of the environment win; those of a running start fill the gaps. */
function withRunning(environment: Environment): Environment {
  const running = findRunning(environment['DATA_DIR'] ?? './.data');
  if (running === undefined || environment['DATABASE_URL'] || environment['DATABASE_URL_FILE']) return environment;
  const found = {
    DATABASE_URL: running.databaseUrl,
    TEMPORAL_ADDRESS: running.temporalAddress,
    PUBLIC_URL: running.publicUrl,
  };
  return {
    ...found,
    ...Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined && value !== '')),
  };
}

async function main(argv: readonly string[], own: Environment): Promise<void> {
  const environment = withRunning(own);
  const config = readConfig(environment);
  if (config === undefined) return;
  const isJson = argv.includes('--json');
  const output = createOutput(isJson, process.stdout, process.stderr);
  const log = createLog('cli', 'error', 'stderr');
  const handlers = createHandlers({ config, environment, log, output });
  const program = createProgram(handlers, (isWell) => {
    process.exitCode = isWell ? exitCodes.done : exitCodes.failed;
  });
  try {
    await program.parseAsync(
      argv.filter((word) => word !== '--json'),
      { from: 'user' },
    );
  } catch (error) {
    process.exitCode = codeOf(error);
    if (refusalOf(error) === undefined) process.stderr.write(`${sentenceOf(error)}\n`);
    if (error instanceof AppError && error.cause !== undefined) log.error({ error }, 'failed');
  }
}

/** A faulty environment is 78, wrong use 2, all else 1. */
function codeOf(error: unknown): number {
  if (error instanceof ConfigError) return 78;
  return (
    refusalOf(error) ?? (error instanceof AppError && error.kind === 'invalid' ? exitCodes.wrongUse : exitCodes.failed)
  );
}

function sentenceOf(error: unknown): string {
  if (error instanceof ConfigError || error instanceof AppError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

void main(process.argv.slice(2), withDotEnv(process.env));
