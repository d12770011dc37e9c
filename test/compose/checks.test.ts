// What the doctor finds of Temporal and of the mail relay: one that answers, a port with nobody behind it, none at all.
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { createChecks } from '../../src/compose/checks';
import { relayGreeting } from '../../src/compose/relay-greeting';
import type { Core } from '../../src/compose/core';
import { loadConfig } from '../../src/config';
import { testTemporalAddress } from '../support/temporal-client';

/** A port that takes connections and says one thing, or nothing. */
async function aPort(word = ''): Promise<string> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined).resume();
    if (word !== '') socket.write(word);
  }).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const servers: Server[] = [];

afterAll(() => servers.forEach((server) => server.close()));

describe("the doctor's look at Temporal", () => {
  const look = (address: string | undefined) => {
    const config = loadConfig({ TEMPORAL_CALL_MS: '300' });
    const check = createChecks({ config } as Core, address).find(({ name }) => name === 'temporal');
    return check!.look();
  };

  it('is content with a server that answers alone', async () => {
    const findings = [await look(testTemporalAddress()), await look(await aPort()), await look(undefined)];

    expect(findings).toEqual([
      { state: 'ok', found: expect.stringMatching(/^answers, version \d+\.\d+/) as unknown },
      { state: 'warn', found: 'does not answer' },
      { state: 'not run', found: expect.any(String) as unknown },
    ]);
  });
});

describe("the doctor's look at the mail relay", () => {
  const look = (address: string) => {
    const config = loadConfig({ SMTP_URL: `smtp://${address}`, MAIL_FROM: 'uptake@example.com' });
    const check = createChecks({ config } as Core, undefined).find(({ name }) => name === 'mail relay');
    return check!.look();
  };

  it('waits for a greeting, and takes no other word for one', async () => {
    const relay = await aPort('220 relay.example.com ESMTP\r\n');
    const busy = await aPort('554 no mail today\r\n');

    expect(await look(relay)).toEqual({ state: 'ok', found: 'answers' });
    expect(await look(busy)).toEqual({ state: 'fail', found: 'refuses: 554' });
  });

  it('is not content with a port that says nothing', async () => {
    await expect(relayGreeting(`smtp://${await aPort()}`, 200)).rejects.toMatchObject({ code: 'ETIMEDOUT' });
  });
});
