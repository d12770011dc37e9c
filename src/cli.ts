// The `uptake` command: `npm run -s uptake -- VERB …`. Finds a running `npm start` through DATA_DIR, else DATABASE_URL.
import { createOutput, type Output } from './cli/output';
import { createProgram, exitCodes, organizationOf, refusalOf } from './cli/program';
import { findRunning, withRunning } from './cli/running';
import { createHandlers } from './compose/commands';
import { readConfig } from './compose/role';
import { ConfigError, type Environment } from './config';
import { withDotEnv } from './dot-env';
import { AppError, toAppError } from './errors';
import { createLog } from './log';

const faultyEnvironment = 78;

async function main(argv: readonly string[], own: Environment): Promise<void> {
  const found = findRunning(own['DATA_DIR'] || './.data');
  const environment = withRunning(own, found);
  const output = createOutput(argv.includes('--json'), process.stdout, process.stderr);
  const config = readConfig(environment);
  if (config === undefined)
    return output.failure('environment', 'The environment is faulty; its faults stand on stderr.');
  const log = createLog('cli', 'error', 'stderr');
  const organization = (): string => organizationOf(program);
  const handlers = createHandlers({ config, environment, found, log, output, organization });
  const program = createProgram(handlers, (isWell) => {
    process.exitCode = isWell ? exitCodes.done : exitCodes.failed;
  });
  const words = argv.filter((word) => word !== '--json');
  await program.parseAsync(words, { from: 'user' }).catch((error: unknown) => fail(error, output));
}

/** Says what went wrong, once, and sets the exit code: 78 for a faulty environment, 2 for wrong use, 1 for all else. */
function fail(error: unknown, output: Output): void {
  const refusal = refusalOf(error);
  if (refusal !== undefined) {
    process.exitCode = refusal;
    if (refusal !== exitCodes.done) output.failure('wrong_use', 'The command line is not understood; see stderr.');
    return;
  }
  if (error instanceof ConfigError) {
    process.exitCode = faultyEnvironment;
    output.note(error.message);
    return output.failure('environment', error.message);
  }
  const { code, kind, message } = toAppError(error);
  process.exitCode = kind === 'invalid' ? exitCodes.wrongUse : exitCodes.failed;
  output.note(message);
  if (!(error instanceof AppError) || error.cause !== undefined)
    createLog('cli', 'error', 'stderr').error({ error }, 'failed');
  output.failure(code, message);
}

void main(process.argv.slice(2), withDotEnv(process.env));
