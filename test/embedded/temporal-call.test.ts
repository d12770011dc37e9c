// The bare question to a Temporal server: an open port is no answer, nor is a server of another kind.
import { once } from 'node:events';
import { createServer as createHttp2 } from 'node:http2';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { temporalVersion } from '../../src/embedded/temporal-call';
import { testTemporalAddress } from '../support/temporal-client';

describe('the version of the server', () => {
  const servers: Server[] = [];
  const serve = async (server: Server): Promise<string> => {
    servers.push(server.listen(0, '127.0.0.1'));
    await once(server, 'listening');
    return `127.0.0.1:${(server.address() as AddressInfo).port}`;
  };

  afterAll(() => servers.forEach((server) => server.close()));

  it('is told by a server that serves', async () => {
    expect(await temporalVersion({ address: testTemporalAddress() }, 10_000)).toMatch(/^\d+\.\d+\.\d+/);
  });

  it('is not known of a port that takes connections and says nothing, nor of one that nobody listens on', async () => {
    const silent = await serve(createServer((socket) => socket.on('error', () => undefined).resume()));
    const gone = await serve(createServer());
    servers.pop()?.close();

    expect(await temporalVersion({ address: silent }, 300)).toBeUndefined();
    expect(await temporalVersion({ address: gone }, 10_000)).toBeUndefined();
  });

  it('is not known of a server that refuses the key, which it is shown over TLS alone', async () => {
    const seen: unknown[] = [];
    const server = createHttp2((req, res) => {
      seen.push(req.headers.authorization);
      res.writeHead(200, { 'grpc-status': '16' }).end();
    });
    const address = await serve(server);

    expect(await temporalVersion({ address }, 10_000)).toBeUndefined();
    expect(await temporalVersion({ address, apiKey: 'secret' }, 10_000)).toBeUndefined();
    expect(seen).toEqual([undefined]);
  });
});
