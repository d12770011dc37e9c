// The only reader of the environment. One table says every variable; loadConfig gathers all faults and fails once.
import { readFileSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import { z } from 'zod';

/** The environment as a process sees it. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** One line of the table of variables: what docs/configuration.md and .env.example are held to. */
export interface Variable {
  readonly name: string;
  /** Turns the text into its value. */
  readonly shape: z.ZodType<unknown, string>;
  /** The default as text, as docs show it; undefined = no value. */
  readonly fallback?: string;
  /** Secrets are masked, and are also read from the file named by NAME_FILE. */
  readonly secret?: boolean;
  /** A value that passes, for the error text. */
  readonly example: string;
}

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

const text = z.string().min(1);
const whole = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,10}$/, `a whole number from ${min} to ${max}`)
    .transform(Number)
    .refine((n) => n >= min && n <= max, `a whole number from ${min} to ${max}`);
const url = (...protocols: string[]) =>
  z
    .string()
    .refine(
      (value) => URL.canParse(value) && protocols.includes(new URL(value).protocol),
      `a URL that begins with ${protocols.join(' or ')}//`,
    );
const secretText = z.string().min(32, 'at least 32 characters');
const address = z.string().regex(/^[^\s@<>",;]{1,64}@[^\s@<>",;]{1,255}$/, 'one plain mail address');
const databaseUrl = url('mysql:').refine(
  (value) => URL.canParse(value) && new URL(value).pathname.length > 1,
  'a URL with a database name at its end',
);

/** The table. Order as in docs/configuration.md. Source: docs/configuration.md, held together by test/config.test.ts. */
export const variables = [
  { name: 'HOST', shape: text, fallback: '127.0.0.1', example: '0.0.0.0' },
  { name: 'PORT', shape: whole(1, 65535), fallback: '8080', example: '8080' },
  { name: 'PUBLIC_URL', shape: url('http:', 'https:'), example: 'https://uptake.example.com' },
  {
    name: 'DATABASE_URL',
    shape: databaseUrl,
    secret: true,
    example: 'mysql://uptake:password@db.example.com:3306/uptake',
  },
  { name: 'DATABASE_POOL', shape: whole(2, 500), example: '32' },
  { name: 'DATABASE_ACQUIRE_MS', shape: whole(1, 600000), fallback: '2000', example: '2000' },
  { name: 'DATABASE_LOCK_MS', shape: whole(1000, 600000), fallback: '5000', example: '5000' },
  { name: 'DATABASE_STATEMENT_MS', shape: whole(1, 600000), fallback: '8000', example: '8000' },
  { name: 'DATABASE_CONNECT_MS', shape: whole(1, 600000), fallback: '5000', example: '5000' },
  {
    name: 'TEMPORAL_ADDRESS',
    shape: z.string().regex(/^[^\s/]+:\d{1,5}$/, 'host:port'),
    example: 'temporal.example.com:7233',
  },
  {
    name: 'TEMPORAL_NAMESPACE',
    shape: z.string().regex(/^[A-Za-z0-9._-]{1,120}$/, 'letters, digits, dots and dashes'),
    fallback: 'uptake',
    example: 'uptake',
  },
  { name: 'TEMPORAL_API_KEY', shape: text, secret: true, example: 'a key of the cluster' },
  { name: 'TEMPORAL_TLS_CERT', shape: text, secret: true, example: 'a certificate in PEM form' },
  { name: 'TEMPORAL_TLS_KEY', shape: text, secret: true, example: 'a key in PEM form' },
  { name: 'TEMPORAL_CALL_MS', shape: whole(100, 600000), fallback: '10000', example: '10000' },
  {
    name: 'SMTP_URL',
    shape: url('smtp:', 'smtps:'),
    secret: true,
    example: 'smtps://user:password@relay.example.com:465',
  },
  { name: 'MAIL_FROM', shape: address, example: 'uptake@example.com' },
  { name: 'MAIL_RATE', shape: whole(1, 1000), fallback: '10', example: '10' },
  { name: 'MAIL_LEASE_MS', shape: whole(1000, 3600000), fallback: '300000', example: '300000' },
  { name: 'JOURNEY_START_RATE', shape: whole(1, 10000), example: '200' },
  { name: 'SMTP_CONNECT_MS', shape: whole(100, 600000), fallback: '10000', example: '10000' },
  { name: 'SMTP_GREETING_MS', shape: whole(100, 600000), fallback: '10000', example: '10000' },
  { name: 'SMTP_SOCKET_MS', shape: whole(100, 600000), fallback: '60000', example: '60000' },
  { name: 'DATA_DIR', shape: text, fallback: './.data', example: '/var/lib/uptake' },
  { name: 'REPORT_DIR', shape: text, example: '/srv/uptake/reports' },
  { name: 'SCIM_TOKEN', shape: secretText, secret: true, example: 'upt_scim_ and 43 characters' },
  { name: 'API_TOKEN', shape: secretText, secret: true, example: 'upt_ and 43 characters' },
  { name: 'ADMIN_EMAIL', shape: address, example: 'admin@example.com' },
  {
    name: 'ADMIN_PASSWORD',
    shape: z.string().min(8, 'at least 8 characters').max(128, 'at most 128 characters'),
    secret: true,
    example: 'a long sentence you remember',
  },
  {
    name: 'LICENSE_SKU',
    shape: z.string().regex(/^[A-Za-z0-9._-]{1,64}$/, 'letters, digits, dots, dashes'),
    fallback: 'APP',
    example: 'APP',
  },
  { name: 'LICENSE_SEATS', shape: whole(0, 10000000), fallback: '500', example: '500' },
  { name: 'SECRET_KEY', shape: secretText, secret: true, example: '64 hex characters' },
  { name: 'TRUST_PROXY', shape: whole(0, 10), fallback: '0', example: '1' },
  {
    name: 'FAULTS',
    shape: z
      .string()
      .regex(
        /^[A-Za-z.]+=(kill|throw|execThenThrow|delay)(:\d+)?(@\d+)?(,[A-Za-z.]+=(kill|throw|execThenThrow|delay)(:\d+)?(@\d+)?)*$/,
        'point=mode[:ms][@nth]',
      ),
    example: 'mail.afterAccept=kill',
  },
  { name: 'LOG_LEVEL', shape: z.enum(['debug', 'info', 'warn', 'error'] as const), fallback: 'info', example: 'info' },
] as const satisfies readonly Variable[];

/** The parts of the configuration; a room receives its own part alone. */
export interface Config {
  readonly web: {
    readonly host: string;
    readonly port: number;
    readonly publicUrl: string;
    readonly trustProxy: number;
  };
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

type Values = Readonly<Record<string, unknown>>;

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
  faults.push(...crossFaults(values));
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

function crossFaults(values: Values): string[] {
  const faults: string[] = [];
  const publicUrl = values['PUBLIC_URL'];
  const isUrl = typeof publicUrl === 'string';
  if (isUrl && publicUrl.startsWith('http:') && !isLoopback(publicUrl))
    faults.push('PUBLIC_URL must begin with https:// unless its host is this machine (localhost, 127.0.0.1)');
  if (values['FAULTS'] !== undefined && isUrl && !isLoopback(publicUrl))
    faults.push('FAULTS is for tests and needs a PUBLIC_URL on this machine');
  if (values['SMTP_URL'] !== undefined && values['MAIL_FROM'] === undefined)
    faults.push('MAIL_FROM is required with SMTP_URL, for example uptake@example.com');
  if ((values['ADMIN_EMAIL'] === undefined) !== (values['ADMIN_PASSWORD'] === undefined))
    faults.push('ADMIN_EMAIL and ADMIN_PASSWORD go together; set both or neither');
  if (
    typeof values['ADMIN_PASSWORD'] === 'string' &&
    values['ADMIN_PASSWORD'].length < 15 &&
    isUrl &&
    !isLoopback(publicUrl)
  )
    faults.push('ADMIN_PASSWORD must have at least 15 characters unless PUBLIC_URL is on this machine');
  if ((values['TEMPORAL_TLS_CERT'] === undefined) !== (values['TEMPORAL_TLS_KEY'] === undefined))
    faults.push('TEMPORAL_TLS_CERT and TEMPORAL_TLS_KEY go together; set both or neither');
  return faults;
}

/** Whether a URL names this machine. `@example isLoopback('http://127.0.0.1:8080') === true` */
export function isLoopback(address: string): boolean {
  const host = new URL(address).hostname;
  return host === 'localhost' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

function freeze(v: Values): Config {
  const optional = (name: string) => v[name] as string | undefined;
  const known = (name: string) => v[name] as string;
  const amount = (name: string) => v[name] as number;
  const dataDir = absolute(known('DATA_DIR'));
  return Object.freeze({
    web: Object.freeze({
      host: known('HOST'),
      port: amount('PORT'),
      publicUrl: publicUrlOf(v),
      trustProxy: amount('TRUST_PROXY'),
    }),
    database: Object.freeze({
      url: optional('DATABASE_URL'),
      pool: v['DATABASE_POOL'] as number | undefined,
      acquireMs: amount('DATABASE_ACQUIRE_MS'),
      lockMs: amount('DATABASE_LOCK_MS'),
      statementMs: amount('DATABASE_STATEMENT_MS'),
      connectMs: amount('DATABASE_CONNECT_MS'),
    }),
    temporal: Object.freeze({
      address: optional('TEMPORAL_ADDRESS'),
      namespace: known('TEMPORAL_NAMESPACE'),
      apiKey: optional('TEMPORAL_API_KEY'),
      tlsCert: optional('TEMPORAL_TLS_CERT'),
      tlsKey: optional('TEMPORAL_TLS_KEY'),
      callMs: amount('TEMPORAL_CALL_MS'),
      journeyStartRate: v['JOURNEY_START_RATE'] as number | undefined,
    }),
    mail: Object.freeze({
      smtpUrl: optional('SMTP_URL'),
      from: optional('MAIL_FROM') ?? 'uptake@localhost',
      ratePerSecond: amount('MAIL_RATE'),
      leaseMs: amount('MAIL_LEASE_MS'),
      connectMs: amount('SMTP_CONNECT_MS'),
      greetingMs: amount('SMTP_GREETING_MS'),
      socketMs: amount('SMTP_SOCKET_MS'),
    }),
    files: Object.freeze({ dataDir, reportDir: absolute(optional('REPORT_DIR') ?? `${dataDir}/reports`) }),
    firstOrganization: Object.freeze({
      scimToken: optional('SCIM_TOKEN'),
      apiToken: optional('API_TOKEN'),
      adminEmail: optional('ADMIN_EMAIL'),
      adminPassword: optional('ADMIN_PASSWORD'),
      licenseSku: known('LICENSE_SKU'),
      licenseSeats: amount('LICENSE_SEATS'),
    }),
    secretKey: optional('SECRET_KEY'),
    faults: optional('FAULTS'),
    logLevel: v['LOG_LEVEL'] as Config['logLevel'],
  });
}

function publicUrlOf(v: Values): string {
  const given = v['PUBLIC_URL'] as string | undefined;
  if (given !== undefined) return given.replace(/\/+$/, '');
  const host = v['HOST'] as string;
  const shown = host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  return `http://${shown}:${String(v['PORT'])}`;
}

function absolute(path: string): string {
  return isAbsolute(path) ? path : resolve(path);
}
