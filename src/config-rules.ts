// What variables must be to each other, and whether an installation is for this machine alone. Called by config.ts.

/** Parsed values by variable; what is not set, or faulty, is missing. */
export type Values = Readonly<Record<string, unknown>>;

/** Whether a URL names this machine. `@example isLoopback('http://127.0.0.1:8080') === true` */
export function isLoopback(address: string): boolean {
  return isLoopbackHost(new URL(address).hostname);
}

function isLoopbackHost(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

/**
 * Whether nobody but this machine is meant to reach the installation: PUBLIC_URL decides; where it is not set, the address
 * web listens on does. Elsewhere every admin needs a second factor and fault points are refused.
 */
export function isForThisMachine(values: Values): boolean {
  const publicUrl = values['PUBLIC_URL'];
  return typeof publicUrl === 'string' ? isLoopback(publicUrl) : isLoopbackHost(String(values['HOST']));
}

/** The base of links: PUBLIC_URL, else the address web listens on, written so that a browser takes it. */
export function publicUrlOf(values: Values): string {
  const given = values['PUBLIC_URL'];
  if (typeof given === 'string') return given.replace(/\/+$/, '');
  const host = String(values['HOST']);
  const shown = host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  return `http://${shown}:${String(values['PORT'])}`;
}

const pairs = [
  ['ADMIN_EMAIL', 'ADMIN_PASSWORD'],
  ['TEMPORAL_TLS_CERT', 'TEMPORAL_TLS_KEY'],
] as const;

/**
 * Faults between variables.
 * @param isSet whether a variable is given at all: one that is given but faulty is told once, not twice
 */
export function faultsBetween(values: Values, isSet: (name: string) => boolean): string[] {
  const faults = pairs
    .filter(([one, other]) => isSet(one) !== isSet(other))
    .map(([one, other]) => `${one} and ${other} go together; set both or neither`);
  if (isSet('SMTP_URL') && !isSet('MAIL_FROM'))
    faults.push('MAIL_FROM is required with SMTP_URL, for example uptake@example.com');
  // What follows needs the address, so it waits until that is right.
  if (['HOST', 'PORT', 'PUBLIC_URL'].some((name) => isSet(name) && values[name] === undefined)) return faults;
  const publicUrl = publicUrlOf(values);
  if (publicUrl.startsWith('http:') && !isLoopback(publicUrl))
    faults.push(
      'PUBLIC_URL must begin with https:// unless its host is this machine (localhost, 127.0.0.1); set it, for example https://uptake.example.com',
    );
  if (isForThisMachine(values)) return faults;
  if (values['FAULTS'] !== undefined) faults.push('FAULTS is for tests and needs a PUBLIC_URL on this machine');
  const password = values['ADMIN_PASSWORD'];
  if (typeof password === 'string' && password.length < 15)
    faults.push('ADMIN_PASSWORD must have at least 15 characters unless PUBLIC_URL is on this machine');
  return faults;
}
