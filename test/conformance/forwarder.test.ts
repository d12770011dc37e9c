// The listener before the product: an address that a client put behind the base address is found, all else is untouched.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

const { plainPath, startForwarder } = jest.requireActual<{
  plainPath: (url: string) => string;
  startForwarder: (baseUrl: string) => Promise<{ baseUrl: string; stop: () => Promise<void> }>;
}>(join(__dirname, 'forwarder.js'));

describe('the forwarder', () => {
  it.each([
    ['/scim/v2/Users/1', '/scim/v2/Users/1'],
    ['/scim/v2/http://127.0.0.1:8080/scim/v2/Users/1', '/scim/v2/Users/1'],
    ['/scim/v2/https://uptake.example.com/scim/v2/Users/1?attributes=id', '/scim/v2/Users/1?attributes=id'],
    ['/scim/v2/Users?filter=profileUrl+eq+%22https://a/b%22', '/scim/v2/Users?filter=profileUrl+eq+%22https://a/b%22'],
    ['/scim/v2/Users?filter=a%20eq%20"?"&x=/https://a/b', '/scim/v2/Users?filter=a%20eq%20"?"&x=/https://a/b'],
    ['/scim/v2/Users/nobody-https:', '/scim/v2/Users/nobody-https:'],
    ['/scim/v2/?filter=id+pr', '/scim/v2/?filter=id+pr'],
  ])('%s goes on as %s', (url, path) => {
    expect(plainPath(url)).toBe(path);
  });

  describe('before a server', () => {
    let server: Server;
    let door: { baseUrl: string; stop: () => Promise<void> };
    beforeEach(async () => {
      server = createServer((req, res) => {
        const chunks: Buffer[] = [];
        req.on('data', (chunk: Buffer) => chunks.push(chunk));
        req.on('end', () => {
          const seen = [req.method, req.url, req.headers['if-match'], Buffer.concat(chunks).toString()];
          res.writeHead(412, { ETag: 'W/"1"', 'Content-Type': 'application/scim+json' }).end(JSON.stringify(seen));
        });
      });
      await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
      door = await startForwarder(`http://127.0.0.1:${(server.address() as AddressInfo).port}/scim/v2`);
    });
    afterEach(async () => {
      await door.stop();
      await new Promise((resolve) => void server.close(resolve));
    });

    it('hands on method, headers and body, and the answer back', async () => {
      const headers = { 'If-Match': 'W/"9"', 'Content-Type': 'application/scim+json' };
      const address = `${door.baseUrl}/https://uptake.example.com/scim/v2/Users/1`;

      const answer = await fetch(address, { method: 'PUT', headers, body: '{"a":1}' });

      expect([answer.status, answer.headers.get('etag')]).toEqual([412, 'W/"1"']);
      expect(answer.headers.get('content-type')).toBe('application/scim+json');
      expect(await answer.json()).toEqual(['PUT', '/scim/v2/Users/1', 'W/"9"', '{"a":1}']);
    });

    it('lets the client see that the server has gone', async () => {
      await new Promise((resolve) => void server.close(resolve));

      await expect(fetch(`${door.baseUrl}/Users`)).rejects.toThrow('fetch failed');
      await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    });
  });
});
