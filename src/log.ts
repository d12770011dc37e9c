// JSON lines on stdout. No name, address, body or secret is ever logged: callers pass ids, codes, counts and durations.
import pino, { type LoggerOptions } from 'pino';

/** One line: facts first, then a short sentence. */
export interface Log {
  debug(facts: object, sentence: string): void;
  info(facts: object, sentence: string): void;
  warn(facts: object, sentence: string): void;
  error(facts: object, sentence: string): void;
}

/** The levels of LOG_LEVEL. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

const secret = ['token', 'password', 'secret', 'authorization', 'cookie', 'code', 'email', 'userName', 'name'];

/**
 * The log of one process.
 * @param role web, worker, cli or start; stands in every line
 * @param stream the command line keeps stdout for its one result
 */
export function createLog(role: string, level: LogLevel, stream: 'stdout' | 'stderr' = 'stdout'): Log {
  const settings: LoggerOptions = {
    level,
    base: { role, pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    serializers: { error: errorFacts },
    redact: { paths: secret.flatMap((key) => [key, `*.${key}`]), censor: '[redacted]' },
  };
  return pino(settings, pino.destination({ dest: stream === 'stdout' ? 1 : 2, sync: true }));
}

/** What may be said of an error: its kind and code, and where it was thrown. Messages of drivers can hold values, so they stay out. */
function errorFacts(error: unknown): unknown {
  if (!(error instanceof Error)) return { type: typeof error };
  const code = (error as { code?: unknown }).code;
  const cause = error.cause === undefined ? undefined : errorFacts(error.cause);
  const at = error.stack
    ?.split('\n')
    .filter((line) => line.startsWith('    at '))
    .slice(0, 6);
  const errno = (error as { errno?: unknown }).errno;
  return { type: error.name, errorCode: typeof code === 'string' ? code : undefined, errno, at, cause };
}
