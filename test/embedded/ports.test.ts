import { createServer } from 'node:net';
import { once } from 'node:events';
import { findFreePort, isPortFree, waitFor } from '../../src/embedded/ports';

describe('ports', () => {
  it('gives a port that can be listened on', async () => {
    const port = await findFreePort();

    const free = await isPortFree('127.0.0.1', port);

    expect(free).toBe(true);
  });

  it('sees that a port is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };

    const free = await isPortFree('127.0.0.1', port);

    server.close();
    expect(free).toBe(false);
  });

  it('says what it waited for when the time is over', async () => {
    const waiting = waitFor({ until: async () => false, timeoutMs: 1, what: 'the moon' });

    await expect(waiting).rejects.toThrow('the moon took longer than 0.001 s');
  });

  it('ends a wait at once when the thing waited for has failed', async () => {
    const waiting = waitFor({ until: async () => false, failed: () => 'it died', timeoutMs: 60_000, what: 'the moon' });

    await expect(waiting).rejects.toThrow('it died');
  });
});
