import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { markOf } from '../../src/embedded/processes';
import { createRunFile, isRunning, orphansOf, type RunFile } from '../../src/embedded/run-file';

let folder: string;
let path: string;

const first = (): RunFile => ({
  urls: { web: 'http://127.0.0.1:8080' },
  ports: { web: 8080 },
  pids: { launcher: process.pid },
  marks: { launcher: markOf(process.pid) ?? '' },
  publicUrl: 'http://127.0.0.1:8080',
  startedAt: '2026-03-02T08:00:00.000Z',
});

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'uptake-run-'));
  path = join(folder, 'run.json');
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('run.json', () => {
  it('is readable for its owner alone, also after a change', () => {
    const file = createRunFile(path);
    file.claim(first());

    file.update(() => ({ databaseUrl: 'mysql://uptake:secret@127.0.0.1:3306/uptake' }));

    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(file.read()).toMatchObject({ databaseUrl: expect.stringContaining('secret') });
  });

  it('is claimed once', () => {
    const claims = [createRunFile(path).claim(first()), createRunFile(path).claim(first())];

    expect(claims).toEqual([true, false]);
  });

  it('is not removed by a start that did not claim it', () => {
    createRunFile(path).claim(first());
    const other = createRunFile(path);

    other.remove();

    expect(other.read()).toEqual(first());
  });

  it('names living processes and forgets ended ones', () => {
    const file = createRunFile(path);
    file.claim(first());
    file.note('web', process.pid);
    file.note('worker', process.pid);

    file.note('worker', undefined);

    expect(file.read()?.pids).toEqual({ launcher: process.pid, web: process.pid });
  });

  it('counts as no file when it is broken', () => {
    writeFileSync(path, '{"urls":');

    const content = createRunFile(path).read();

    expect(content).toBeUndefined();
  });

  it('tells a process from a later one with the same id', () => {
    const running = { ...first(), pids: { launcher: process.pid, web: process.pid } };
    const recycled = { ...running, marks: { launcher: 'another boot/1', web: 'another boot/2' } };

    expect([isRunning(running), isRunning(recycled)]).toEqual([true, false]);
    expect(orphansOf(recycled)).toEqual([]);
  });
});
