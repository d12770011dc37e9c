// The table of every variable of the environment: what docs/configuration.md and .env.example are held to by a test.
import { z } from 'zod';

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
const mailAddress = z.string().regex(/^[^\s@<>",;]{1,64}@[^\s@<>",;]{1,255}$/, 'one plain mail address');
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
  { name: 'MAIL_FROM', shape: mailAddress, example: 'uptake@example.com' },
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
  { name: 'ADMIN_EMAIL', shape: mailAddress, example: 'admin@example.com' },
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
  { name: 'SCIM_ROLES', shape: z.enum(['on', 'off'] as const, 'on or off'), fallback: 'off', example: 'on' },
  { name: 'SECRET_KEY', shape: secretText, secret: true, example: '64 hex characters' },
  { name: 'OPS_HOST', shape: text, fallback: '127.0.0.1', example: '0.0.0.0' },
  { name: 'OPS_PORT', shape: whole(1, 65535), example: '9090' },
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
  {
    name: 'LOG_LEVEL',
    shape: z.enum(['debug', 'info', 'warn', 'error'] as const, 'one of debug, info, warn, error'),
    fallback: 'info',
    example: 'info',
  },
] as const satisfies readonly Variable[];
