// What the doctor finds of Temporal: a server that answers, a port with nobody behind it, no address at all.
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { createChecks } from '../../src/compose/checks';
import type { Core } from '../../src/compose/core';
import { loadConfig } from '../../src/config';
import { testTemporalAddress } from '../support/temporal-client';

describe("the doctor's look at Temporal", () => {
  const look = (address: string | undefined) => {
    const config = loadConfig({ TEMPORAL_CALL_MS: '300' });
    const check = createChecks({ config } as Core, address).find(({ name }) => name === 'temporal');
    return check!.look();
  };

  it('is content with a server that answers alone', async () => {
    const silent = createServer((socket) => socket.on('error', () => undefined).resume()).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;

    const findings = [await look(testTemporalAddress()), await look(`127.0.0.1:${port}`), await look(undefined)];
    silent.close();

    expect(findings).toEqual([
      { state: 'ok', found: expect.stringMatching(/^answers, version \d+\.\d+/) as unknown },
      { state: 'warn', found: 'does not answer' },
      { state: 'not run', found: expect.any(String) as unknown },
    ]);
  });
});
