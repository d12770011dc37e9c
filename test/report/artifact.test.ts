import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { sha256OfFile } from '../../src/files';
import { artifactName, createArtifactWriter } from '../../src/report/artifact';
import { dataOf, readBook, readCsv } from './reading';
import { aMeta, aTable, noteColumn } from './samples';

const run = promisify(execFile);
const rows = Array.from({ length: 5000 }, (_, index) => [`note ${index}`]);
const base = 'main_users-and-adoption_20260301T050000Z_aaaabbbbcccc';
const formats = ['xlsx', 'csv'] as const;
const idle = async (): Promise<void> => undefined;

let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'uptake-report-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const write = (fault: (point: string) => Promise<void> = idle, into = folder) =>
  createArtifactWriter({ folder: into, fault }).write(aMeta(), aTable(noteColumn, rows), { formats });

describe('the files of a run', () => {
  it('lie complete under their names, with their digests in the manifest', async () => {
    const artifact = await write();

    const [xlsx, csv] = artifact.files;
    expect((await readdir(folder)).toSorted()).toEqual([`${base}.csv`, `${base}.manifest.json`, `${base}.xlsx`]);
    expect(dataOf((await readBook(await readFile(xlsx?.path ?? ''))).getWorksheet('Users'))).toEqual(rows);
    expect(readCsv((await readFile(csv?.path ?? '', 'utf8')).slice(1)).slice(1)).toEqual(rows);
    expect(await Promise.all(artifact.files.map(({ path }) => sha256OfFile(path)))).toEqual([
      xlsx?.sha256,
      csv?.sha256,
    ]);
    expect(JSON.parse(await readFile(artifact.manifest.path, 'utf8'))).toMatchObject({
      rows: 5000,
      rows_sha256: artifact.rowsSha256,
      files: [
        { name: `${base}.xlsx`, sha256: xlsx?.sha256, bytes: xlsx?.sizeBytes },
        { name: `${base}.csv`, sha256: csv?.sha256, bytes: csv?.sizeBytes },
      ],
    });
  });

  it('are the same, name and bytes, when the run is written again', async () => {
    const first = await write();
    const second = await write();

    expect(second).toEqual(first);
    expect(await readdir(folder)).toHaveLength(3);
  });

  it('make their folder when it is missing', async () => {
    const deep = join(folder, 'not', 'yet');

    await write(idle, deep);

    expect(await readdir(deep)).toHaveLength(3);
  });

  it.each([
    [{ slug: '../etc' }],
    [{ slug: 'A' }],
    [{ organization: { slug: 'a/b', name: 'x' } }],
    [{ runId: 'aaaa..bb/ccc' }],
    [{ slug: '' }],
  ])('have names that are built, never taken: %p', (over) => {
    expect(() => artifactName(aMeta(over))).toThrow(expect.objectContaining({ code: 'bug' }));
  });
});

describe('a run that fails', () => {
  it.each([
    ['report.midWrite', 0],
    ['report.beforeRename', 0],
    ['report.afterRename', 2],
  ])('at %s leaves no partial file', async (point, complete) => {
    const failing = write(async (reached) => {
      if (reached === point) throw new Error('out of luck');
    });

    await expect(failing).rejects.toThrow('out of luck');

    const names = await readdir(folder);
    expect(names).toHaveLength(complete);
    expect(names.filter((name) => !/\.(xlsx|csv)$/.test(name))).toEqual([]);
  });

  it.each([
    ['report.midWrite', []],
    ['report.beforeRename', []],
    ['report.afterRename', [`${base}.csv`, `${base}.xlsx`]],
  ])('by kill -9 at %s shows nothing that is not whole, and the retry gives the same files', async (point, visible) => {
    const killed = run(process.execPath, ['--disable-proto=delete', join(__dirname, 'child.js'), 'die', folder, point]);

    await expect(killed).rejects.toMatchObject({ signal: 'SIGKILL' });
    const seen = (await readdir(folder)).filter((name) => !name.endsWith('.part'));
    const digests = await Promise.all(seen.map((name) => sha256OfFile(join(folder, name))));
    const artifact = await write();

    expect(seen.toSorted()).toEqual(visible);
    const written = new Map(artifact.files.map(({ fileName, sha256 }) => [fileName, sha256]));
    expect(digests).toEqual(seen.map((name) => written.get(name)));
    expect((await readdir(folder)).toSorted()).toEqual([`${base}.csv`, `${base}.manifest.json`, `${base}.xlsx`]);
  });

  it('because its rows break leaves nothing', async () => {
    async function* broken() {
      yield rows.slice(0, 3000);
      throw new Error('the source is gone');
    }
    const table = { name: 'Users', columns: noteColumn, rows: broken() };

    const failing = createArtifactWriter({ folder, fault: idle }).write(aMeta(), table, { formats });

    await expect(failing).rejects.toThrow('the source is gone');
    expect(await readdir(folder)).toEqual([]);
  });

  it('because it is cancelled leaves nothing', async () => {
    const stop = new AbortController();
    const onBatch = (): void => stop.abort();
    const table = aTable(noteColumn, rows);

    const failing = createArtifactWriter({ folder, fault: idle }).write(aMeta(), table, {
      formats,
      onBatch,
      signal: stop.signal,
    });

    await expect(failing).rejects.toMatchObject({ name: 'AbortError' });
    expect(await readdir(folder)).toEqual([]);
  });

  it('because the folder is a file says so', async () => {
    const file = join(folder, 'file');
    await writeFile(file, '');

    const failing = write(idle, join(file, 'reports'));

    await expect(failing).rejects.toMatchObject({ code: 'destination.unavailable' });
  });

  it('because the device is full says so, leaves nothing, and works once there is room', async () => {
    const device = join(folder, 'device');
    await mkdir(device);
    const mounted = await run('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', device]).then(
      () => true,
      () => false,
    );
    if (!mounted) return console.warn('not run: a full device, because this user cannot mount a small file system');
    try {
      const failing = write(idle, device);

      await expect(failing).rejects.toMatchObject({
        code: 'destination.unavailable',
        details: { reason: 'no space left on the device (ENOSPC)' },
      });
      expect(await readdir(device)).toEqual([]);
      await run('mount', ['-o', 'remount,size=4m', device]);
      expect((await write(idle, device)).rows).toBe(5000);
    } finally {
      await run('umount', [device]);
    }
  });
});

describe('one run written by two workers at once', () => {
  it('gives whole files with one digest, whoever is faster', async () => {
    const both = await Promise.allSettled([write(), write()]);

    const done = both.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    const [first] = done;
    expect(done).toHaveLength(2);
    expect(done.map(({ rowsSha256 }) => rowsSha256)).toEqual([first?.rowsSha256, first?.rowsSha256]);
    for (const { path, sha256 } of first?.files ?? []) expect(await sha256OfFile(path)).toBe(sha256);
    expect(await readdir(folder)).toHaveLength(3);
  });
});
