// docker-compose.yml and the Dockerfile, read and held to their rules; run by docker itself where there is one.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { variables } from '../src/variables';
import { root } from './support/source';

interface Service {
  readonly image: string;
  readonly build?: string;
  readonly restart?: string;
  readonly ports?: readonly string[];
  readonly environment?: Readonly<Record<string, string | null>>;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly configs?: readonly { readonly source: string }[];
  readonly volumes?: readonly string[];
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly configs: Readonly<Record<string, { readonly content: string }>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

const text = readFileSync(join(root, 'docker-compose.yml'), 'utf8');
const compose = parse(text, { merge: true }) as Compose;
const services = Object.entries(compose.services);
const example = readFileSync(join(root, '.env.example'), 'utf8');
const dockerfile = readFileSync(join(root, 'Dockerfile'), 'utf8');

/** Read by the images of docker-compose.yml alone. */
const composeOnly = [
  'MYSQL_ROOT_PASSWORD',
  'MYSQL_USER',
  'MYSQL_PWD',
  'MYSQL_UPTAKE_PWD',
  'MYSQL_SEEDS',
  'NUM_HISTORY_SHARDS',
  'SQL_MAX_CONNS',
  'SQL_VIS_MAX_CONNS',
];
/** Run once and end. */
const oneShots = ['temporal-schema', 'temporal-namespace', 'migrate'];
const ours = ['migrate', 'web', 'worker'];
const productNames: readonly string[] = variables.map(({ name }) => name);
/** `${NAME}`, `${NAME:-default}` and `${NAME:?message}`, but not the `$${...}` that a shell in a container reads. */
const used = [...text.matchAll(/(?<!\$)\$\{([A-Z_]+)/g)].map(([, name = '']) => name);

describe('docker-compose.yml', () => {
  it('has all services of the product', () => {
    const names = services.map(([name]) => name);

    expect(names.toSorted()).toEqual(
      [...oneShots, 'mail', 'mysql', 'temporal', 'temporal-ui', 'web', 'worker'].toSorted(),
    );
  });

  it('pins every image to a version', () => {
    const images = services.map(([, { image }]) => image).filter((image) => image !== 'uptake:local');

    expect(images.filter((image) => !/^[a-z/-]+:v?\d+\.\d+(\.\d+)?$/.test(image))).toEqual([]);
  });

  it('uses one version of the Temporal server and of its tools', () => {
    const versions = services.flatMap(
      ([, { image }]) => /^temporalio\/(?:server|admin-tools):(.+)$/.exec(image)?.[1] ?? [],
    );

    expect(new Set(versions).size).toBe(1);
  });

  it('publishes ports on this machine alone', () => {
    const open = services.flatMap(([, { ports = [] }]) => ports).filter((port) => !port.startsWith('127.0.0.1:'));

    expect(open).toEqual([]);
  });

  it('checks the health of everything that others wait for', () => {
    const waitedFor = services.flatMap(([, { depends_on: on = {} }]) =>
      Object.entries(on).flatMap(([name, { condition }]) => (condition === 'service_healthy' ? [name] : [])),
    );

    const unchecked = [...waitedFor, 'web'].filter((name) => compose.services[name]?.healthcheck === undefined);

    expect(unchecked).toEqual([]);
  });

  it('waits for a service that runs until it is healthy, and for one that ends until it has succeeded', () => {
    const wrong = services.flatMap(([name, { depends_on: on = {} }]) =>
      Object.entries(on)
        .filter(([other]) => !(other in compose.services) || on[other]?.condition !== expectedCondition(other))
        .map(([other]) => `${name} -> ${other}`),
    );

    expect(wrong).toEqual([]);
  });

  it('does not start a one-time service again after it has succeeded', () => {
    const restarts = oneShots.map((name) => compose.services[name]?.restart);

    expect(restarts.every((restart) => restart?.startsWith('on-failure'))).toBe(true);
  });

  it('names volumes and configs that exist', () => {
    const named = services.flatMap(([, { volumes = [] }]) => volumes.map((volume) => volume.split(':')[0] ?? ''));
    const configs = services.flatMap(([, one]) => (one.configs ?? []).map(({ source }) => source));

    expect(named.filter((name) => !(name in compose.volumes))).toEqual([]);
    expect(configs.filter((name) => !(name in compose.configs))).toEqual([]);
  });
});

describe('the variables of docker-compose.yml', () => {
  it('are in the table of the product or in the short list of the images', () => {
    const unknown = used.filter((name) => !productNames.includes(name) && !composeOnly.includes(name));

    expect(unknown).toEqual([]);
  });

  it('reach web, worker and migrate under names the product knows', () => {
    const names = ours.flatMap((name) => Object.keys(compose.services[name]?.environment ?? {}));

    expect(names.filter((name) => !productNames.includes(name))).toEqual([]);
  });

  it('have their line in .env.example, the required ones with a value', () => {
    const required = [...text.matchAll(/(?<!\$)\$\{([A-Z_]+):\?/g)].map(([, name = '']) => name);

    expect(composeOnly.filter((name) => !new RegExp(`^${name}=.+`, 'm').test(example))).toEqual([]);
    expect(required.filter((name) => !new RegExp(`^${name}=.+`, 'm').test(example))).toEqual([]);
  });

  it('hold every secret: the file itself has none', () => {
    const secrets = services.flatMap(([service, { environment = {} }]) =>
      Object.entries(environment)
        .filter(([name, value]) => /PASSWORD|PWD|TOKEN|SECRET|DATABASE_URL/.test(name) && value !== null)
        .filter(([, value]) => !/^(mysql:\/\/uptake:)?\$\{[A-Z_]+:\?[^}]+\}(@mysql:3306\/uptake)?$/.test(value ?? ''))
        .map(([name]) => `${service} ${name}`),
    );

    expect(secrets).toEqual([]);
  });
});

describe('the Dockerfile', () => {
  it('builds on Debian, runs not as root, and without __proto__', () => {
    expect([...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, image]) => image)).toEqual([
      'node:24-bookworm-slim',
      'node:24-bookworm-slim',
    ]);
    expect(dockerfile.slice(dockerfile.lastIndexOf('FROM'))).toMatch(/^USER node$/m);
    expect(dockerfile).toContain('ENTRYPOINT ["node", "--disable-proto=delete"]');
  });

  it('copies nothing that is not in the repository', () => {
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, names = '']) =>
      names.split(' '),
    );
    const tracked = spawnSync('git', ['ls-files', '--', ...copied], { cwd: root, encoding: 'utf8' });

    const missing = copied.filter(
      (name) => !tracked.stdout.split('\n').some((file) => `${file}/`.startsWith(`${name}/`)),
    );

    expect(tracked.status === 0 ? missing : []).toEqual([]);
  });
});

const docker = spawnSync('docker', ['compose', 'version'], { encoding: 'utf8' });
const hasCompose = docker.status === 0 && /\d+\.\d+/.test(docker.stdout);
const title = hasCompose ? 'docker compose' : 'not run: docker compose, which this machine does not have';

(hasCompose ? describe : describe.skip)(title, () => {
  it('reads the file without a complaint', () => {
    const { status, stderr } = spawnSync('docker', ['compose', '--env-file', '.env.example', 'config', '--quiet'], {
      cwd: root,
      encoding: 'utf8',
    });

    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });
});

function expectedCondition(name: string): string {
  return oneShots.includes(name) ? 'service_completed_successfully' : 'service_healthy';
}
