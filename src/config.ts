// The only reader of the environment. One table says every variable; loadConfig gathers all faults and fails once.
import { readFileSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import { faultsBetween, isForThisMachine, publicUrlOf, type Values } from './config-rules';
import { variables, type Variable } from './variables';

/** The environment as a process sees it. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A fault of the environment: the variable and what to do. Values are never echoed. */
export class ConfigError extends Error {
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(
      `The environment has ${faults.length} fault${faults.length === 1 ? '' : 's'}:\n${faults.map((f) => `  ${f}`).join('\n')}`,
    );
    this.name = 'ConfigError';
    this.faults = faults;
  }
}

/** The parts of the configuration; a room receives its own part alone. */
export interface Config {
  readonly web: {
    readonly host: string;
    readonly port: number;
    readonly publicUrl: string;
    /** Whether only this machine is to reach it: then a second factor is offered, elsewhere it is demanded. */
    readonly isLoopback: boolean;
    readonly trustProxy: number;
  };
  /** Where /metrics and /version are; without a port nowhere. */
  readonly ops: { readonly host: string; readonly port: number | undefined };
  /** `hasRoles`: /Roles and /Entitlements are there. */
  readonly scim: { readonly hasRoles: boolean };
  readonly database: DatabaseConfig;
  readonly temporal: TemporalConfig;
  readonly mail: MailConfig;
  readonly files: { readonly dataDir: string; readonly reportDir: string };
  readonly firstOrganization: FirstOrganizationConfig;
  readonly secretKey: string | undefined;
  readonly faults: string | undefined;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error';
}

/** Connections and waits; all times in milliseconds. */
export interface DatabaseConfig {
  readonly url: string | undefined;
  readonly pool: number | undefined;
  readonly acquireMs: number;
  readonly lockMs: number;
  readonly statementMs: number;
  readonly connectMs: number;
}

/** How the worker reaches Temporal. `address` is undefined when the launcher is to start a private server. */
export interface TemporalConfig {
  readonly address: string | undefined;
  readonly namespace: string;
  readonly apiKey: string | undefined;
  readonly tlsCert: string | undefined;
  readonly tlsKey: string | undefined;
  readonly callMs: number;
  /** Starts per second of lane 2; undefined = 50 embedded, 200 external. */
  readonly journeyStartRate: number | undefined;
}

/** How mail leaves. Without `smtpUrl` each mail becomes a file of DATA_DIR/outbox. */
export interface MailConfig {
  readonly smtpUrl: string | undefined;
  readonly from: string;
  readonly ratePerSecond: number;
  readonly leaseMs: number;
  readonly connectMs: number;
  readonly greetingMs: number;
  readonly socketMs: number;
}

/** What the first organization is made with. */
export interface FirstOrganizationConfig {
  readonly scimToken: string | undefined;
  readonly apiToken: string | undefined;
  readonly adminEmail: string | undefined;
  readonly adminPassword: string | undefined;
  readonly licenseSku: string;
  readonly licenseSeats: number;
}

/**
 * Reads the whole configuration.
 * @throws ConfigError with every fault at once; the process then exits with 78.
 */
export function loadConfig(environment: Environment): Config {
  const faults: string[] = [];
  const values: Record<string, unknown> = {};
  for (const variable of variables as readonly Variable[]) {
    const raw = readVariable(variable, environment, faults) ?? variable.fallback;
    if (raw === undefined) continue;
    const parsed = variable.shape.safeParse(raw);
    if (parsed.success) values[variable.name] = parsed.data;
    else
      faults.push(
        `${variable.name} must be ${parsed.error.issues[0]?.message ?? 'valid'}, for example ${variable.example}`,
      );
  }
  const isSet = (name: string): boolean => Boolean(environment[name] || environment[`${name}_FILE`]);
  faults.push(...faultsBetween(values, isSet));
  if (faults.length > 0) throw new ConfigError(faults);
  return freeze(values);
}

/** The variables as a table of name, value and source; secrets masked. For `uptake config print` and the doctor. */
export function describeConfig(environment: Environment): { name: string; value: string; source: string }[] {
  return (variables as readonly Variable[]).map((variable) => {
    const raw = environment[variable.name] || undefined;
    const source = raw !== undefined ? 'environment' : environment[`${variable.name}_FILE`] ? 'file' : 'default';
    const shown = raw ?? (source === 'file' ? '(file)' : (variable.fallback ?? ''));
    return { name: variable.name, value: variable.secret && source !== 'default' ? '********' : shown, source };
  });
}

function readVariable(variable: Variable, environment: Environment, faults: string[]): string | undefined {
  const direct = environment[variable.name] || undefined;
  const file = variable.secret ? environment[`${variable.name}_FILE`] || undefined : undefined;
  if (file === undefined) return direct;
  if (direct !== undefined) {
    faults.push(`${variable.name} and ${variable.name}_FILE are both set; keep one`);
    return undefined;
  }
  try {
    return readFileSync(file, 'utf8').trimEnd();
  } catch {
    faults.push(`${variable.name}_FILE names a file that cannot be read`);
    return undefined;
  }
}

function freeze(v: Values): Config {
  const dataDir = absolute(known(v, 'DATA_DIR'));
  const reportDir = absolute(optional(v, 'REPORT_DIR') ?? `${dataDir}/reports`);
  const web = {
    host: known(v, 'HOST'),
    port: amount(v, 'PORT'),
    publicUrl: publicUrlOf(v),
    isLoopback: isForThisMachine(v),
    trustProxy: amount(v, 'TRUST_PROXY'),
  };
  return Object.freeze({
    web: Object.freeze(web),
    ops: Object.freeze({ host: known(v, 'OPS_HOST'), port: v['OPS_PORT'] as number | undefined }),
    scim: Object.freeze({ hasRoles: v['SCIM_ROLES'] === 'on' }),
    database: Object.freeze(databaseOf(v)),
    temporal: Object.freeze(temporalOf(v)),
    mail: Object.freeze(mailOf(v)),
    files: Object.freeze({ dataDir, reportDir }),
    firstOrganization: Object.freeze(firstOrganizationOf(v)),
    secretKey: optional(v, 'SECRET_KEY'),
    faults: optional(v, 'FAULTS'),
    logLevel: v['LOG_LEVEL'] as Config['logLevel'],
  });
}

const optional = (v: Values, name: string) => v[name] as string | undefined;
const known = (v: Values, name: string) => v[name] as string;
const amount = (v: Values, name: string) => v[name] as number;

const databaseOf = (v: Values): DatabaseConfig => ({
  url: optional(v, 'DATABASE_URL'),
  pool: v['DATABASE_POOL'] as number | undefined,
  acquireMs: amount(v, 'DATABASE_ACQUIRE_MS'),
  lockMs: amount(v, 'DATABASE_LOCK_MS'),
  statementMs: amount(v, 'DATABASE_STATEMENT_MS'),
  connectMs: amount(v, 'DATABASE_CONNECT_MS'),
});

const temporalOf = (v: Values): TemporalConfig => ({
  address: optional(v, 'TEMPORAL_ADDRESS'),
  namespace: known(v, 'TEMPORAL_NAMESPACE'),
  apiKey: optional(v, 'TEMPORAL_API_KEY'),
  tlsCert: optional(v, 'TEMPORAL_TLS_CERT'),
  tlsKey: optional(v, 'TEMPORAL_TLS_KEY'),
  callMs: amount(v, 'TEMPORAL_CALL_MS'),
  journeyStartRate: v['JOURNEY_START_RATE'] as number | undefined,
});

const mailOf = (v: Values): MailConfig => ({
  smtpUrl: optional(v, 'SMTP_URL'),
  from: optional(v, 'MAIL_FROM') ?? 'uptake@localhost',
  ratePerSecond: amount(v, 'MAIL_RATE'),
  leaseMs: amount(v, 'MAIL_LEASE_MS'),
  connectMs: amount(v, 'SMTP_CONNECT_MS'),
  greetingMs: amount(v, 'SMTP_GREETING_MS'),
  socketMs: amount(v, 'SMTP_SOCKET_MS'),
});

const firstOrganizationOf = (v: Values): FirstOrganizationConfig => ({
  scimToken: optional(v, 'SCIM_TOKEN'),
  apiToken: optional(v, 'API_TOKEN'),
  adminEmail: optional(v, 'ADMIN_EMAIL'),
  adminPassword: optional(v, 'ADMIN_PASSWORD'),
  licenseSku: known(v, 'LICENSE_SKU'),
  licenseSeats: amount(v, 'LICENSE_SEATS'),
});

function absolute(path: string): string {
  return isAbsolute(path) ? path : resolve(path);
}
