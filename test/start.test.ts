// The edge of `npm start` that ends before anything runs; what runs is held by test/embedded and test/journeys.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { root } from './support/source';

/** Runs a script of the package as a person would, and gives what it said. */
async function run(args: readonly string[], environment: Record<string, string> = {}) {
  const child = spawn(process.execPath, args, { cwd: root, env: { ...process.env, ...environment } });
  const [stdout, stderr, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number | null>((resolve) => {
      child.once('exit', resolve);
    }),
  ]);
  return { stdout, stderr, code };
}

const bootstrap = join('scripts', 'bootstrap.js');

describe('the bootstrap', () => {
  it('says its verbs when it is called wrongly', async () => {
    const { code, stderr } = await run([bootstrap, 'fly']);

    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('start | demo | test | build') });
  });
});
