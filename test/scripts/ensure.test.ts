// What finds servers on a machine, asked as a person would ask it: by its command line.
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { root } from '../support/source';

let folder: string;

const ask = (script: string, environment: Record<string, string> = {}) => {
  const { stdout } = spawnSync(process.execPath, [join(root, 'scripts', script), 'find'], {
    encoding: 'utf8',
    env: { ...process.env, ...environment },
  });
  return JSON.parse(stdout) as unknown;
};
const program = (path: string, says: string) => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `#!/bin/sh\necho '${says}'\n`);
  chmodSync(path, 0o755);
};
const remedies = (script: string, argument = '') =>
  spawnSync(process.execPath, ['-p', `require('./scripts/${script}').remedies(${argument}).join('\\n')`], {
    cwd: root,
    encoding: 'utf8',
  }).stdout;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'uptake-tools-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('ensure-database', () => {
  it('takes MySQL from the PATH by what it says of itself', () => {
    const server = join(folder, 'mysqld');
    program(server, 'mysqld  Ver 8.4.6 for Linux on x86_64 (MySQL Community Server - GPL)');
    program(join(folder, 'mariadbd'), 'mysqld  Ver 8.4.6 for Linux on x86_64');

    const found = ask('ensure-database.js', { PATH: folder });

    expect(found).toMatchObject({ flavor: 'mysql' });
  });

  it('takes MariaDB with its installer', () => {
    program(join(folder, 'mariadbd'), 'mariadbd  Ver 10.11.14-MariaDB for debian-linux-gnu');
    program(join(folder, 'mariadb-install-db'), '');

    const found = ask('ensure-database.js', { PATH: folder });

    expect(found).toMatchObject({
      flavor: 'mariadb',
      server: join(folder, 'mariadbd'),
      installer: join(folder, 'mariadb-install-db'),
    });
  });

  it('says what to do on each kind of machine', () => {
    const said = [remedies('ensure-database.js', "'linux'"), remedies('ensure-database.js', "'darwin'")];

    expect(said[0]).toContain('apt-get install mariadb-server-core mariadb-client-core');
    expect(said[1]).toContain('brew install mariadb');
    for (const text of said) expect(text).toContain('DATABASE_URL=mysql://');
  });
});

describe('ensure-temporal', () => {
  it('prefers the tool cache, which carries the version in its path', () => {
    const cached = join(folder, 'uptake', 'tools', 'temporal-1.5.1', 'temporal');
    program(cached, '');
    program(join(folder, 'bin', 'temporal'), 'temporal version 1.4.0 (Server 1.28.0, UI 2.39.0)');

    const found = ask('ensure-temporal.js', { XDG_CACHE_HOME: folder, PATH: join(folder, 'bin') });

    expect(found).toEqual({ program: cached, version: '1.5.1', source: 'tool cache' });
  });

  it('takes the program of the PATH with its own version, since its database file is named by it', () => {
    const onPath = join(folder, 'bin', 'temporal');
    program(onPath, 'temporal version 1.4.0 (Server 1.28.0, UI 2.39.0)');

    const found = ask('ensure-temporal.js', { XDG_CACHE_HOME: folder, PATH: dirname(onPath) });

    expect(found).toEqual({ program: onPath, version: '1.4.0', source: 'PATH' });
  });

  it('says what to do', () => {
    const said = remedies('ensure-temporal.js');

    expect(said).toMatch(/go install [\s\S]*@v1\.5\.1[\s\S]*TEMPORAL_ADDRESS=/);
  });
});
