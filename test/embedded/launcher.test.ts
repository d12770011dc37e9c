import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/clock';
import { createLauncher, type Launcher, type LauncherOptions } from '../../src/embedded/launcher';
import { findFreePort, waitFor } from '../../src/embedded/ports';
import { markOf } from '../../src/embedded/processes';
import type { RunFile } from '../../src/embedded/run-file';

const standIn = (name: string) => [join(__dirname, 'stand-ins', name)];
const noTools = { ensureDatabase: async () => undefined, ensureTemporal: async () => undefined };

let dataDir: string;
let lines: string[];
let reports: string[];
let launchers: Launcher[];

const launch = async (change: Partial<LauncherOptions> = {}) => {
  const port = change.port ?? (await findFreePort());
  const launcher = createLauncher({
    host: '127.0.0.1',
    port,
    publicUrl: `http://127.0.0.1:${port}`,
    dataDir,
    databaseUrl: process.env.TEST_DATABASE_URL,
    temporalAddress: process.env.TEST_TEMPORAL_ADDRESS,
    temporalNamespace: 'uptake',
    environment: { ...process.env, HOST: '127.0.0.1', PORT: String(port) },
    tools: noTools,
    programs: { migrate: ['-e', '0'], web: standIn('web.js'), worker: standIn('worker.js') },
    clock: systemClock,
    say: (line) => lines.push(line),
    onGiveUp: (report) => reports.push(report),
    ...change,
  });
  launchers.push(launcher);
  return launcher;
};
const runFile = () => JSON.parse(readFileSync(join(dataDir, 'run.json'), 'utf8')) as RunFile;
const until = (state: () => boolean) => waitFor({ until: async () => state(), timeoutMs: 20_000, what: 'the state' });

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'uptake-launch-'));
  lines = [];
  reports = [];
  launchers = [];
});

afterEach(async () => {
  for (const launcher of launchers) await launcher.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

describe('a start', () => {
  it('is ready when web is, and says in run.json what it is made of', async () => {
    const launcher = await launch();

    await launcher.start();

    const file = runFile();
    expect(statSync(join(dataDir, 'run.json')).mode & 0o777).toBe(0o600);
    expect(Object.keys(file.pids).toSorted()).toEqual(['launcher', 'web', 'worker']);
    expect(file.databaseUrl).toBe(process.env.TEST_DATABASE_URL);
    expect((await fetch(`${file.urls.web}/readyz`)).status).toBe(200);
  });

  it('leaves no process and no run.json behind when it is stopped', async () => {
    const launcher = await launch();
    await launcher.start();
    const { pids } = runFile();
    const grandchild = () =>
      Number(/grandchild (\d+)/.exec(readFileSync(join(dataDir, 'logs', 'worker.log'), 'utf8'))?.[1]);
    await until(() => grandchild() > 0);

    await launcher.stop();

    await until(() => markOf(grandchild()) === undefined);
    expect([pids.web, pids.worker].map((pid) => markOf(pid ?? 0))).toEqual([undefined, undefined]);
    expect(existsSync(join(dataDir, 'run.json'))).toBe(false);
  });

  it('starts a killed child again and notes its new id', async () => {
    const launcher = await launch();
    await launcher.start();
    const { web } = runFile().pids;

    process.kill(web ?? 0, 'SIGKILL');
    await until(() => runFile().pids.web !== web);

    expect(lines).toContain('web was ended by SIGKILL; it is started again.');
  });

  it('gives up a child that keeps dying, with the end of its log', async () => {
    const dying = ['-e', 'console.log("cannot go on"); process.exit(1)'];
    const launcher = await launch({ programs: { migrate: ['-e', '0'], web: standIn('web.js'), worker: dying } });
    await launcher.start().catch(() => undefined);

    await until(() => reports.length > 0);

    expect(reports[0]).toMatch(/worker ended with exit code 1[\s\S]*cannot go on/);
  });

  it('does not go on when migrate fails', async () => {
    const launcher = await launch({ programs: { migrate: ['-e', 'process.exit(5)'], web: [], worker: [] } });

    await expect(launcher.start()).rejects.toThrow('migrate ended with exit code 5');
  });

  it('can be stopped while it is still starting', async () => {
    const slow = { migrate: ['-e', 'setInterval(() => undefined, 1000)'], web: [], worker: [] };
    const launcher = await launch({ programs: slow });
    const outcome = launcher.start().catch(String);
    await until(() => lines.includes('Bringing the database up to date ...'));

    await launcher.stop();

    expect(await outcome).toContain('migrate ended with SIGTERM');
  });
});

describe('a second start', () => {
  it('says that one is running', async () => {
    await (await launch()).start();
    const second = await launch();

    await expect(second.start()).rejects.toThrow('Uptake is already running at http://127.0.0.1:');

    await second.stop();
    expect(existsSync(join(dataDir, 'run.json'))).toBe(true);
  });

  it('says who has the port and how to take another', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const launcher = await launch({ port });

    const outcome = await launcher.start().catch(String);

    server.close();
    expect(outcome).toMatch(/PORT \d+ is taken by .*PORT=\d+ npm start/);
  });

  it('ends what a killed start left behind, and nothing else', async () => {
    const orphan = spawn('sleep', ['600']);
    const stranger = spawn('sleep', ['600']);
    const left = {
      pids: { launcher: 1, web: orphan.pid, worker: stranger.pid },
      marks: { launcher: 'another boot/1', web: markOf(orphan.pid ?? 0), worker: 'another boot/2' },
    };
    writeFileSync(join(dataDir, 'run.json'), JSON.stringify({ urls: { web: 'http://127.0.0.1:1' }, ...left }));
    const launcher = await launch();

    await launcher.start();

    expect(orphan.signalCode).toBe('SIGTERM');
    expect(stranger.signalCode).toBeNull();
    stranger.kill('SIGKILL');
  });
});

describe('a start without tools', () => {
  it('goes on without Temporal and says what does not work', async () => {
    const launcher = await launch({ temporalAddress: undefined });

    await launcher.start();

    const seen = await (await fetch(`${runFile().urls.web}/readyz`)).json();
    expect(lines.join('\n')).toContain('degraded');
    expect(seen).toMatchObject({ temporalAddress: expect.stringMatching(/^127\.0\.0\.1:\d+$/) });
  });

  it('does not go on without a database', async () => {
    const launcher = await launch({ databaseUrl: undefined });

    await expect(launcher.start()).rejects.toThrow('Without a database');
  });
});
