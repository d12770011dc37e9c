import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/clock';
import { type Child, startChild } from '../../src/embedded/child';
import { waitFor } from '../../src/embedded/ports';
import { markOf } from '../../src/embedded/processes';

let folder: string;
let child: Child | undefined;
let starts: number[];
let reports: string[];

const begin = (script: string, stopMs = 5000) => {
  child = startChild({
    name: 'stand-in',
    command: process.execPath,
    args: ['-e', script],
    environment: process.env,
    logPath: join(folder, 'logs', 'stand-in.log'),
    stopMs,
    clock: systemClock,
    onStart: (pid) => starts.push(pid),
    onGiveUp: (report) => reports.push(report),
  });
  return child;
};
const logged = () => readFileSync(join(folder, 'logs', 'stand-in.log'), 'utf8');
const until = (state: () => boolean) => waitFor({ until: async () => state(), timeoutMs: 20_000, what: 'the state' });

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'uptake-child-'));
  starts = [];
  reports = [];
});

afterEach(async () => {
  await child?.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('a supervised child', () => {
  it('is started again after kill -9', async () => {
    const running = begin('setInterval(() => undefined, 1000)');
    const first = running.pid() ?? 0;

    process.kill(first, 'SIGKILL');
    await until(() => starts.length === 2);

    expect(running.pid()).not.toBe(first);
    expect(reports).toEqual([]);
  });

  it('is given up after five deaths in a minute, with the end of its log', async () => {
    begin('console.log("the disk is full"); process.exit(3)');

    await until(() => reports.length > 0);

    expect(starts).toHaveLength(5);
    expect(reports).toEqual([expect.stringContaining('stand-in ended with exit code 3')]);
    expect(reports[0]).toContain('the disk is full');
  });

  it('is given up when its program does not exist', async () => {
    writeFileSync(join(folder, 'no-program'), '');
    child = startChild({
      name: 'nothing',
      command: join(folder, 'no-program'),
      args: [],
      environment: {},
      logPath: join(folder, 'logs', 'nothing.log'),
      stopMs: 1000,
      clock: systemClock,
      onGiveUp: (report) => reports.push(report),
    });

    await until(() => reports.length > 0);

    expect(reports[0]).toContain('could not be started');
  });

  it('is not started again after a stop', async () => {
    const running = begin('setInterval(() => undefined, 1000)');

    await running.stop();
    await running.stop();

    expect(running.pid()).toBeUndefined();
    expect(starts).toHaveLength(1);
  });

  it('is killed when it ignores SIGTERM, and what it started with it', async () => {
    const running = begin(
      `process.on('SIGTERM', () => undefined);
       const other = require('node:child_process').spawn('sleep', ['600']);
       console.log(other.pid);
       setInterval(() => undefined, 1000)`,
      200,
    );
    await until(() => /\d+\n/.test(logged()));

    await running.stop();

    await expect(until(() => markOf(Number(logged())) === undefined)).resolves.toBeUndefined();
  });
});
