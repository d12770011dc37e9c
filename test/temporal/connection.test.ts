// The way to the server: waited for, prepared once, given up when told.
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { randomBytes } from 'node:crypto';
import { setTimeout as after } from 'node:timers/promises';
import { searchAttributes } from '../../workflows/contract';
import { openTemporal } from '../../src/temporal/connection';
import { quietRuntime, silentLog } from '../support/temporal-world';
import { testTemporalAddress } from '../support/temporal-client';

/** A door to the suites' server that can be opened later. */
function createDoor(port: number): Server {
  const [host, target] = testTemporalAddress().split(':');
  return createServer((socket) => {
    const inner = connect(Number(target), host);
    socket.pipe(inner).pipe(socket);
    socket.on('error', () => inner.destroy());
    inner.on('error', () => socket.destroy());
  }).listen(port, '127.0.0.1');
}

async function aFreePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

describe('the connection', () => {
  const namespace = `test-${randomBytes(6).toString('hex')}`;

  beforeAll(quietRuntime);

  it('waits for a server that comes later, makes the namespace and its search attributes, and finds them the next time', async () => {
    const port = await aFreePort();
    const options = { address: `127.0.0.1:${port}`, namespace, callMs: 5000 };
    const refusals: object[] = [];
    const log = { ...silentLog, warn: (facts: object) => void refusals.push(facts) };

    const opening = openTemporal({ options, log, signal: AbortSignal.timeout(60_000) });
    while (refusals.length === 0) await after(20);
    const door = createDoor(port);
    const link = await opening;
    const { customAttributes } =
      (await link?.client.connection.operatorService.listSearchAttributes({ namespace })) ?? {};
    const id = await link?.namespaceId();
    await link?.close();
    const again = await openTemporal({ options, log, signal: AbortSignal.timeout(60_000) });
    const sameId = await again?.namespaceId();
    await again?.close();
    door.close();

    expect(Object.keys(customAttributes ?? {})).toEqual(expect.arrayContaining(Object.values(searchAttributes)));
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
    expect(sameId).toBe(id);
  }, 90_000);

  it('gives up when it is told to', async () => {
    const options = { address: `127.0.0.1:${await aFreePort()}`, namespace, callMs: 300 };
    const stop = new AbortController();

    const opening = openTemporal({ options, log: { ...silentLog, warn: () => stop.abort() }, signal: stop.signal });

    await expect(opening).resolves.toBeUndefined();
  });
});
