import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { endAll, isSame, markOf, whoListens } from '../../src/embedded/processes';

describe('processes', () => {
  it('names who listens on a port', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };

    const who = whoListens(port);

    server.close();
    expect(who).toContain(`(process ${process.pid})`);
  });

  it('ends a process that ignores SIGTERM', async () => {
    const stubborn = spawn(process.execPath, [
      '-e',
      'process.on("SIGTERM", () => undefined); setInterval(() => undefined, 1000); process.stdout.write("up")',
    ]);
    await once(stubborn.stdout, 'data');
    const pid = stubborn.pid ?? 0;
    const mark = markOf(pid);

    await endAll([{ name: 'stubborn', pid, mark }], 100);

    expect(isSame(pid, mark)).toBe(false);
  });

  it('leaves a process alone whose mark does not fit', async () => {
    const stranger = spawn('sleep', ['600']);
    const pid = stranger.pid ?? 0;

    await endAll([{ name: 'web', pid, mark: 'another boot/1' }], 100);

    const mark = markOf(pid);
    stranger.kill('SIGKILL');
    expect(mark).toBeDefined();
  });
});
