// The configuration: all faults at once, nothing echoed, and docs and .env.example equal to the table.
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError, describeConfig, loadConfig } from '../src/config';
import { variables, type Variable } from '../src/variables';
import { root } from './support/source';

const table = variables as readonly Variable[];

function faultsOf(environment: Record<string, string>): readonly string[] {
  try {
    loadConfig(environment);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
}

describe('loadConfig', () => {
  it('gives the documented defaults for an empty environment', () => {
    const config = loadConfig({});

    expect(config.web).toEqual({
      host: '127.0.0.1',
      port: 8080,
      publicUrl: 'http://127.0.0.1:8080',
      isLoopback: true,
      trustProxy: 0,
    });
    expect(config.mail.from).toBe('uptake@localhost');
    expect(config.firstOrganization).toMatchObject({ licenseSku: 'APP', licenseSeats: 500 });
    expect(config.files.reportDir).toBe(`${config.files.dataDir}/reports`);
    expect(Object.isFrozen(config) && Object.isFrozen(config.web)).toBe(true);
  });

  it('reports every fault at once and echoes no value', () => {
    const environment = Object.fromEntries(
      table
        .filter((one) => !['HOST', 'DATA_DIR', 'REPORT_DIR'].includes(one.name))
        .map((one) => [one.name, ' \u0001canary']),
    );

    const faults = faultsOf(environment);

    expect(faults.length).toBeGreaterThanOrEqual(25);
    expect(faults.join('\n')).not.toContain('canary');
    for (const fault of faults) expect(fault).toMatch(/^[A-Z_]+ /);
  });

  it.each(table.map((one) => [one.name, one.example] as const))('takes the example of %s', (name, example) => {
    const partners: Record<string, Record<string, string>> = {
      SMTP_URL: { MAIL_FROM: 'a@example.com' },
      ADMIN_EMAIL: { ADMIN_PASSWORD: 'a long sentence' },
      ADMIN_PASSWORD: { ADMIN_EMAIL: 'a@example.com' },
      TEMPORAL_TLS_CERT: { TEMPORAL_TLS_KEY: 'x' },
      TEMPORAL_TLS_KEY: { TEMPORAL_TLS_CERT: 'x' },
    };
    const value = example.includes(' and ') || example.includes('64 hex') ? 'x'.repeat(43) : example;

    expect(faultsOf({ [name]: value, ...partners[name] })).toEqual([]);
  });

  it('refuses plain http and fault points outside this machine', () => {
    expect(faultsOf({ PUBLIC_URL: 'http://uptake.example.com' })).toHaveLength(1);
    expect(faultsOf({ PUBLIC_URL: 'https://uptake.example.com', FAULTS: 'mail.afterAccept=kill' })).toHaveLength(1);
    expect(faultsOf({ PUBLIC_URL: 'http://localhost:9', FAULTS: 'mail.afterAccept=kill@2' })).toEqual([]);
  });

  it('is for this machine alone only where nobody else can reach it', () => {
    const isLoopback = (environment: Record<string, string>) => loadConfig(environment).web.isLoopback;

    expect(isLoopback({})).toBe(true);
    expect(isLoopback({ HOST: '0.0.0.0' })).toBe(false);
    expect(isLoopback({ HOST: '0.0.0.0', PUBLIC_URL: 'http://localhost:8080' })).toBe(true);
    expect(isLoopback({ PUBLIC_URL: 'https://uptake.example.com' })).toBe(false);
    expect(faultsOf({ HOST: '0.0.0.0', ADMIN_EMAIL: 'a@example.com', ADMIN_PASSWORD: 'eightchr' })).toHaveLength(1);
    expect(faultsOf({ HOST: '192.0.2.1' })).toHaveLength(1);
  });

  it('tells a faulty variable once, not also as a missing partner', () => {
    expect(faultsOf({ SMTP_URL: 'smtp://relay', MAIL_FROM: 'nobody' })).toHaveLength(1);
    expect(faultsOf({ ADMIN_EMAIL: 'a@example.com', ADMIN_PASSWORD: 'short' })).toHaveLength(1);
  });

  it('reads a secret from the file named by NAME_FILE, and refuses both', () => {
    const path = join(mkdtempSync(join(tmpdir(), 'uptake-config-')), 'token');
    writeFileSync(path, `${'t'.repeat(40)}\n`);

    const config = loadConfig({ SCIM_TOKEN_FILE: path });

    expect(config.firstOrganization.scimToken).toBe('t'.repeat(40));
    expect(faultsOf({ SCIM_TOKEN_FILE: path, SCIM_TOKEN: 'u'.repeat(40) })).toHaveLength(1);
    expect(faultsOf({ SCIM_TOKEN_FILE: '/nowhere' })).toHaveLength(1);
  });

  it('masks secrets when it describes itself', () => {
    const shown = describeConfig({ API_TOKEN: 'a'.repeat(40), PORT: '9000' });

    expect(shown.find(({ name }) => name === 'API_TOKEN')).toEqual({
      name: 'API_TOKEN',
      value: '********',
      source: 'environment',
    });
    expect(shown.find(({ name }) => name === 'PORT')).toEqual({ name: 'PORT', value: '9000', source: 'environment' });
  });
});

describe('the documents of the configuration', () => {
  it('list exactly the variables of the table with their defaults', () => {
    const rows = [
      ...readFileSync(join(root, 'docs/configuration.md'), 'utf8').matchAll(
        /^\| `([A-Z_]+)` \| (?:`([^`]*)`)? *\| (.+) \|$/gm,
      ),
    ];

    const documented = rows.map(([, name, fallback]) => ({ name, fallback: fallback ?? undefined }));

    expect(documented).toEqual(table.map(({ name, fallback }) => ({ name, fallback })));
    for (const one of table.filter(({ secret }) => secret))
      expect(rows.find(([, name]) => name === one.name)?.[3]).toMatch(/^secret;/);
  });

  it('have every variable in .env.example', () => {
    const named = [...readFileSync(join(root, '.env.example'), 'utf8').matchAll(/^#?\s?([A-Z][A-Z_]+)=/gm)].map(
      ([, name]) => name,
    );

    expect(table.map(({ name }) => name).filter((name) => !named.includes(name))).toEqual([]);
  });
});
