// A private MySQL-compatible server on loopback, MariaDB or MySQL, with its data under DATA_DIR.
// Called by servers.ts and, for all suites, by test/support/global-setup.ts.
import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, mkdir, rename, rm } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { AppError } from '../errors';
import { writeFileAtomically } from '../files';
import { findFreePort, greets } from './ports';
import { type PrivateServer, type PrivateServerOptions, startPrivateServer } from './private-server';

/** A server program of this machine, as scripts/ensure-database.js finds it. */
export interface DatabaseProgram {
  readonly flavor: 'mariadb' | 'mysql';
  /** `mariadbd` or `mysqld`. */
  readonly server: string;
  /** `mariadb-install-db`; MySQL makes its system tables by itself. */
  readonly installer?: string | undefined;
}

/** What one private server is started with. */
export interface DatabaseOptions extends PrivateServerOptions {
  readonly program: DatabaseProgram;
  /** Made when missing; stands in the URL. */
  readonly databaseName: string;
  readonly bufferPoolMb: number;
  /** False in tests: a power cut may then lose commits, and the user may do everything in every database. */
  readonly durable: boolean;
}

/** A server that answers. */
export interface DatabaseServer extends PrivateServer {
  /** mysql://uptake:…@127.0.0.1:port/databaseName */
  readonly url: string;
}

const run = promisify(execFile);
const userName = 'uptake';
/** A crash is repaired before the greeting, which can take a while with much to redo. */
const startMs = 120_000;
const stopMs = 30_000;

/**
 * Makes the data folder when there is none and starts the server on a free port. 1. system tables; 2. password and
 * first statements; 3. start; 4. wait for the greeting, which comes after those statements ran.
 * @throws AppError `server.failed` when the folder belongs to the other kind of server or the server does not come up
 */
export async function startDatabase(options: DatabaseOptions): Promise<DatabaseServer> {
  const home = join(options.dataDir, 'mysql');
  await mkdir(tmpOf(home), { recursive: true, mode: 0o700 });
  await makeSystemTables(options.program, home);
  const password = await keepPassword(home);
  await writeFileAtomically(join(home, 'init.sql'), firstStatements(options, password));
  const socket = await socketPath(home);
  const port = await findFreePort();
  const server = await startPrivateServer(options, {
    name: 'database',
    title: 'the private database',
    command: options.program.server,
    args: serverArguments(options, { home, socket, port }),
    port,
    startMs,
    stopMs,
    isReady: () => greets(port, 1000),
  });
  return { ...server, url: `mysql://${userName}:${password}@127.0.0.1:${port}/${options.databaseName}` };
}

async function makeSystemTables(program: DatabaseProgram, home: string): Promise<void> {
  const marker = join(home, 'flavor');
  const made = existsSync(marker) ? readFileSync(marker, 'utf8').trim() : undefined;
  if (made === program.flavor) return;
  if (made !== undefined)
    throw new AppError('server.failed', {
      reason: `${home} was made by ${made} and only ${program.flavor} is installed. Install ${made}, or move the folder away to begin anew.`,
    });
  const unfinished = join(home, 'data.part');
  const data = join(home, 'data');
  await rm(unfinished, { recursive: true, force: true });
  await rm(data, { recursive: true, force: true });
  try {
    await installInto(program, unfinished);
  } catch (cause) {
    const { stderr, stdout } = cause as { stderr?: string; stdout?: string };
    const said = `${stdout ?? ''}\n${stderr ?? ''}`.trim().split('\n').slice(-10).join('\n');
    throw new AppError('server.failed', { reason: `${program.flavor} could not make its tables:\n${said}` }, { cause });
  }
  await rename(unfinished, data);
  await writeFileAtomically(marker, `${program.flavor}\n`);
}

async function installInto(program: DatabaseProgram, folder: string): Promise<void> {
  await mkdir(folder, { mode: 0o700 });
  const shared = ['--no-defaults', `--datadir=${folder}`, `--tmpdir=${tmpOf(dirname(folder))}`, ...asRoot()];
  if (program.flavor === 'mysql') {
    await run(program.server, [...shared, ...mysqlAlone(program), '--initialize-insecure']);
    return;
  }
  await run(program.installer ?? 'mariadb-install-db', [...shared, ...rootBySocket(), '--skip-test-db']);
}

async function keepPassword(home: string): Promise<string> {
  const path = join(home, 'password');
  if (existsSync(path)) return readFileSync(path, 'utf8').trim();
  const password = randomBytes(24).toString('base64url');
  await writeFileAtomically(path, `${password}\n`);
  return password;
}

/** MariaDB's root is whoever runs the server, by the socket alone; an id without a name, as containers have, gets none. */
function rootBySocket(): string[] {
  const bySocket = '--auth-root-authentication-method=socket';
  try {
    return [bySocket, `--auth-root-socket-user=${userInfo().username}`];
  } catch {
    return [bySocket];
  }
}

/** One statement a line: that is how the servers read an init file. */
function firstStatements({ databaseName, durable }: DatabaseOptions, password: string): string {
  const account = `'${userName}'@'127.0.0.1'`;
  const scope = durable ? `\`${databaseName}\`.*` : '*.*';
  return [
    `CREATE DATABASE IF NOT EXISTS \`${databaseName}\` CHARACTER SET utf8mb4;`,
    `CREATE USER IF NOT EXISTS ${account} IDENTIFIED BY '${password}';`,
    `ALTER USER ${account} IDENTIFIED BY '${password}';`,
    `GRANT ALL PRIVILEGES ON ${scope} TO ${account}${durable ? '' : ' WITH GRANT OPTION'};`,
    '',
  ].join('\n');
}

interface Places {
  readonly home: string;
  readonly socket: string;
  readonly port: number;
}

function serverArguments({ program, bufferPoolMb, durable }: DatabaseOptions, places: Places): string[] {
  return [
    '--no-defaults',
    ...asRoot(),
    `--datadir=${join(places.home, 'data')}`,
    `--tmpdir=${tmpOf(places.home)}`,
    `--init-file=${join(places.home, 'init.sql')}`,
    `--pid-file=${join(places.home, 'server.pid')}`,
    `--socket=${places.socket}`,
    '--bind-address=127.0.0.1',
    `--port=${places.port}`,
    // 127.0.0.1 then never counts as localhost: root, who is root@localhost, comes in by the socket alone.
    '--skip-name-resolve',
    '--character-set-server=utf8mb4',
    '--default-time-zone=+00:00',
    '--sql-mode=ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION',
    '--max-connections=200',
    '--max-allowed-packet=64M',
    '--local-infile=OFF',
    '--skip-log-bin',
    `--innodb-buffer-pool-size=${bufferPoolMb}M`,
    `--innodb-flush-log-at-trx-commit=${durable ? 1 : 0}`,
    `--innodb-doublewrite=${durable ? 'ON' : 'OFF'}`,
    ...mysqlAlone(program),
  ];
}

/** Its second protocol would open a second port; and Debian's build insists on a folder that the bare server's package does not make. */
function mysqlAlone({ flavor }: DatabaseProgram): string[] {
  return flavor === 'mysql' ? ['--mysqlx=OFF', '--secure-file-priv=NULL'] : [];
}

/** A server that starts deletes what others left in its temp folder, so it never shares one with a server that works. */
function tmpOf(home: string): string {
  return join(home, 'tmp');
}

/** Both servers refuse to run as root unless they are told so. */
function asRoot(): string[] {
  return process.getuid?.() === 0 ? ['--user=root'] : [];
}

/** A socket's path must fit into 104 bytes on macOS and 108 on Linux; a deep data folder gets one in /tmp (TMPDIR is deep itself there). */
async function socketPath(home: string): Promise<string> {
  const near = join(home, 'server.sock');
  if (Buffer.byteLength(near) <= 100) return near;
  const mark = createHash('sha256').update(home).digest('hex').slice(0, 12);
  const folder = join('/tmp', `uptake-${process.getuid?.() ?? 0}-${mark}`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700);
  return join(folder, 'server.sock');
}
