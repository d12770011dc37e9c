// `npm start` as a process: its configuration, its whole life once, and what it says of itself. Its parts are held by
// test/embedded.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFreePort, waitFor } from '../src/embedded/ports';
import { markOf } from '../src/embedded/processes';
import type { RunFile } from '../src/embedded/run-file';
import { start } from '../src/start';
import { root } from './support/source';

/** A command of the package as a person calls it, and what it has said so far. */
function run(verb: string, environment: Record<string, string | undefined> = {}) {
  const child: ChildProcess = spawn(process.execPath, [join('scripts', 'bootstrap.js'), verb], {
    cwd: root,
    env: { ...process.env, ...environment },
  });
  const said = { text: '' };
  for (const output of [child.stdout, child.stderr])
    output?.setEncoding('utf8').on('data', (chunk: string) => (said.text += chunk));
  const code = new Promise<number | null>((resolve) => {
    child.once('exit', resolve);
  });
  return { child, said, code };
}

describe('the bootstrap', () => {
  it('says its verbs when it is called wrongly', async () => {
    const { said, code } = run('fly');

    expect(await code).toBe(2);
    expect(said.text).toContain('start | demo | test | test:mysql | build');
  });
});

describe('start', () => {
  it('ends with 78 and every fault of the environment', async () => {
    const said: string[] = [];
    const write = jest.spyOn(process.stderr, 'write').mockImplementation((text) => said.push(String(text)) > 0);
    const tools = { ensureDatabase: async () => undefined, ensureTemporal: async () => undefined };

    const code = await start({ environment: { PORT: 'many', MAIL_RATE: '0' }, demo: false, tools });

    write.mockRestore();
    expect(code).toBe(78);
    expect(said.join('')).toMatch(/2 faults[\s\S]*PORT[\s\S]*MAIL_RATE/);
  });
});

describe('npm start', () => {
  it('makes its servers, serves, and leaves nothing running after SIGTERM', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'uptake-start-'));
    const port = await findFreePort();
    const { child, said, code } = run('start', { DATA_DIR: dataDir, PORT: String(port), DATABASE_URL: undefined });
    await waitFor({
      until: async () => said.text.includes(`Uptake is ready at http://127.0.0.1:${port}`),
      failed: () => (child.exitCode === null ? undefined : said.text),
      timeoutMs: 150_000,
      what: 'npm start',
    });

    const file = JSON.parse(readFileSync(join(dataDir, 'run.json'), 'utf8')) as RunFile;
    const ready = await fetch(`${file.urls.web}/readyz`);
    child.kill('SIGTERM');

    expect(ready.status).toBe(200);
    expect(said.text).toMatch(/SCIM token .*upt_scim_/);
    expect(await code).toBe(0);
    expect(Object.values(file.pids).map((pid) => markOf(pid))).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    expect(existsSync(join(dataDir, 'run.json'))).toBe(false);
    rmSync(dataDir, { recursive: true, force: true });
  }, 180_000);
});
