// Turns what mysql2 and knex throw into the codes of errors.ts. The only place that knows error numbers.
import { isNativeError } from 'node:util/types';
import { AppError, type ErrorCode } from '../errors';

interface DriverError {
  readonly errno?: number;
  readonly code?: string;
  readonly fatal?: boolean;
  readonly message?: string;
  readonly name?: string;
}

/** Unique keys whose breach has a sentence of its own; all others are `row.conflict`. */
const conflicts: Readonly<Record<string, ErrorCode>> = {
  users_user_name_key_unique: 'user.user_name_taken',
  directory_groups_display_name_key_unique: 'group.display_name_taken',
  admins_email_key_unique: 'admin.email_taken',
  api_tokens_name_unique: 'token.name_taken',
  api_tokens_slot_no_unique: 'token.limit',
  scim_credentials_slot_no_unique: 'token.limit',
  organizations_slug_unique: 'organization.slug_taken',
};

/** Deadlock, lock wait time-out, record changed since last read: the whole transaction may run again. */
const retryable = new Set([1213, 1205, 1020]);

/**
 * Server is full, stopping, read-only, or ended the statement or connection: 1040, 1053, 1290, 1792, 1836, 1158 to 1161,
 * 1317, 1927, 1969, 3024, 3168, 3169.
 */
const unavailable = new Set([
  1040, 1053, 1158, 1159, 1160, 1161, 1203, 1290, 1317, 1792, 1836, 1927, 1969, 3024, 3168, 3169,
]);

/** Whether the statement ended by its time limit (MariaDB 1969, MySQL 3024). */
export function isStatementTimeout(error: unknown): boolean {
  const cause = error instanceof AppError ? error.cause : error;
  const errno = (cause as DriverError | undefined)?.errno;
  return errno === 1969 || errno === 3024;
}

/** Whether the whole transaction is to be tried again. */
export function isRetryable(error: unknown): boolean {
  const driver = error as DriverError;
  return driver?.fatal !== true && driver?.errno !== undefined && retryable.has(driver.errno);
}

/** Whether the connection can no longer be used: a killed one has no code, only `fatal`. */
export function isBroken(error: unknown): boolean {
  const driver = error as DriverError;
  return driver?.fatal === true || driver?.code === 'PROTOCOL_SEQUENCE_TIMEOUT' || isNetworkCode(driver?.code);
}

/** Any thrown value as an AppError; what the database cannot be blamed for passes through. */
export function toDatabaseError(error: unknown): unknown {
  // Errors of a socket may come from another realm than ours, so `instanceof Error` would miss them.
  if (error instanceof AppError || !isNativeError(error)) return error;
  const driver = error as DriverError;
  if (isBroken(error) || driver.name === 'KnexTimeoutError')
    return new AppError('database.unavailable', {}, { cause: error });
  if (driver.errno === undefined) return error;
  if (retryable.has(driver.errno)) return new AppError('database.busy', {}, { cause: error });
  if (unavailable.has(driver.errno)) return new AppError('database.unavailable', {}, { cause: error });
  if (driver.errno === 1062)
    return new AppError(conflicts[keyOf(driver.message ?? '')] ?? 'row.conflict', {}, { cause: error });
  return new AppError('bug', {}, { cause: error });
}

/** The key a 1062 names: `users.users_email_unique` in MySQL, `users_email_unique` in MariaDB. */
function keyOf(message: string): string {
  const quoted = /for key '([^']+)'/.exec(message)?.[1] ?? '';
  return quoted.slice(quoted.lastIndexOf('.') + 1);
}

function isNetworkCode(code: string | undefined): boolean {
  return (
    code !== undefined &&
    /^(PROTOCOL_CONNECTION_LOST|PROTOCOL_ENQUEUE_AFTER_|EPIPE|ECONN|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)/.test(
      code,
    )
  );
}
