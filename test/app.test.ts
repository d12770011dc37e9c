// The listener: who gets which request, and what is answered before anybody does.
import express from 'express';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { connect } from 'node:net';
import request from 'supertest';
import { createApp } from '../src/app';
import { startListener } from '../src/compose/listener';

function build(isOpen = true, isReady = isOpen) {
  const seen: string[] = [];
  const end = (name: string) => (req: IncomingMessage, res: ServerResponse) => {
    seen.push(`${name} ${req.method} ${req.url}`);
    res.end(name);
  };
  const router = (name: string) => express.Router().use((req, res) => end(name)(req, res));
  const scim = {
    hot: (req: IncomingMessage, res: ServerResponse, next: (error?: unknown) => void) => {
      if (req.url?.includes('fall')) return next();
      if (req.url?.includes('break')) return next(new Error('broken'));
      return end('hot')(req, res);
    },
    app: end('app'),
    answerError: (_error: unknown, req: IncomingMessage, res: ServerResponse) => end('error')(req, res),
    refuse: (_error: unknown, req: IncomingMessage, res: ServerResponse) => end('refused')(req, res),
  };
  const readiness = async () => ({
    isReady,
    body: { status: isReady ? 'ready' : 'starting', database: 'ok', worker: 'ok', mail: 'ok' } as const,
  });
  const health = { readiness, stop: () => undefined };
  const app = createApp({
    scim,
    oauthToken: end('token'),
    api: router('api'),
    console: router('console'),
    health,
    newId: () => 'the-id',
    trustProxy: 0,
    isOpen: () => isOpen,
  });
  return { seen, app, agent: request(app) };
}

/** One request as it is written, over the product's own server; answers what came back. */
async function sendRaw(app: ReturnType<typeof build>['app'], head: string): Promise<string> {
  const listener = await startListener(app, '127.0.0.1', 0);
  try {
    return await new Promise((resolve, reject) => {
      const socket = connect(listener.port, '127.0.0.1', () => socket.write(head));
      let text = '';
      socket.setEncoding('utf8').on('data', (part: string) => (text += part));
      socket.on('close', () => resolve(text)).on('error', reject);
    });
  } finally {
    await listener.close();
  }
}

const headOf = (target: string, more = '') =>
  `GET ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${more}\r\n`;

describe('the listener', () => {
  it.each([
    ['get', '/scim/v2/Users/1', 'hot'],
    ['post', '/scim/Users', 'hot'],
    ['patch', '/scim/v2/Users/1', 'hot'],
    ['get', '/scim/v2/fall', 'app'],
    ['get', '/scim/v2/break', 'error'],
    ['put', '/scim/v2/Users/1', 'app'],
    ['delete', '/scim/v2/Users/1', 'app'],
    ['options', '/scim/v2/Users', 'app'],
    ['get', '/api/v1/openapi.json', 'api'],
    ['get', '/', 'console'],
    ['get', '/scimmy', 'console'],
    ['post', '/oauth/token', 'token'],
    ['get', '/oauth/token?x=1', 'token'],
    ['get', '/oauth/tokens', 'console'],
  ] as const)('gives %s %s to %s', async (method, path, to) => {
    const { agent } = build();

    const response = await agent[method](path);

    expect(response.text || to).toContain(to);
  });

  it('answers life and readiness before anything else', async () => {
    const { agent, seen } = build(false);

    expect((await agent.get('/livez')).status).toBe(200);
    expect((await agent.get('/readyz?x=1')).status).toBe(503);
    expect(seen).toEqual([]);
  });

  it('is closed to everybody until the schema is there, and says so in the words of each door', async () => {
    const { agent, seen } = build(false);

    const [scim, api] = [await agent.post('/scim/v2/Users'), await agent.post('/api/v1/adoption/overview/')];

    expect(scim.text).toBe('refused');
    expect([api.status, api.headers['retry-after'], api.body.code]).toEqual([503, '5', 'unavailable']);
    expect(seen).toEqual(['refused POST /scim/v2/Users']);
  });

  it.each([
    ['http://host:1/scim/v2/Users', 'hot GET /scim/v2/Users'],
    ['HTTPS://user@host/scim/v2/fall?a=//b', 'app GET /scim/v2/fall?a=//b'],
    ['/SCIM/v2/Users', 'hot GET /SCIM/v2/Users'],
    ['//scim/v2/Users', 'hot GET //scim/v2/Users'],
    ['/%73cim/v2/Users', 'hot GET /%73cim/v2/Users'],
    ['http://host/oauth/token', 'token GET /oauth/token'],
    ['http://host', 'console GET /'],
    ['http://host?x=1', 'console GET /?x=1'],
    ['/scim%', 'console GET /scim%'],
    ['/x/scim/v2/Users', 'console GET /x/scim/v2/Users'],
  ])('reads the request target %s as %s', async (target, expected) => {
    const { app, seen } = build();

    await sendRaw(app, headOf(target));

    expect(seen).toEqual([expected]);
  });

  it('takes the server that a request line names for the one that was meant', async () => {
    const hosts: (string | undefined)[] = [];

    await sendRaw((req, res) => {
      const { app } = build();
      app(req, res);
      hosts.push(req.headers.host);
    }, headOf('http://other:81/scim/v2/Users'));

    expect(hosts).toEqual(['other:81']);
  });

  it.each([16_385, 24_000])(
    'refuses a URL of %d bytes by 414 in the words of its door, with a request id',
    async (size) => {
      const { app, seen } = build();
      const long = (path: string) => headOf(path.padEnd(size, 'a'));

      const [scim, api] = [await sendRaw(app, long('/scim/v2/Users?filter=')), await sendRaw(app, long('/api/v1/x?'))];

      expect(scim).toMatch(/^HTTP\/1\.1 200 [^]*\r\n\r\n[^]*error/);
      expect(seen).toEqual([expect.stringMatching(/^error GET \/scim/)]);
      expect(api).toMatch(/^HTTP\/1\.1 414 [^]*X-Request-Id: the-id[^]*"code":"too_large"/);
    },
  );

  it('takes a URL of sixteen kilobytes beside other headers', async () => {
    const { app, seen } = build();

    await sendRaw(app, headOf('/scim/v2/Users?filter='.padEnd(16_384, 'a'), `X: ${'b'.repeat(12_000)}\r\n`));

    expect(seen).toEqual([expect.stringMatching(/^hot GET/)]);
  });

  it.each([
    [
      'too large a head',
      headOf('/scim/v2/Users', `X: ${'b'.repeat(40_000)}\r\n`),
      '431 Request Header Fields Too Large',
    ],
    ['no HTTP', 'nonsense\r\n\r\n', '400 Bad Request'],
  ])('answers %s shortly, with a request id', async (_name, head, status) => {
    const { app, seen } = build();

    const answer = await sendRaw(app, head);

    const [top = '', body = ''] = answer.split('\r\n\r\n');
    expect(top.startsWith(`HTTP/1.1 ${status}\r\n`)).toBe(true);
    expect(top).toMatch(/X-Request-Id: [0-9a-f-]{36}\r\n/);
    expect(top).toContain(`Content-Length: ${body.length}`);
    expect(JSON.parse(body)).toMatchObject({ error: true, code: 'request_unreadable' });
    expect(seen).toEqual([]);
  });

  it('is not ready while the schema is there but its doors are still closed', async () => {
    const { agent } = build(false, true);

    const response = await agent.get('/readyz');

    expect([response.status, response.body.status]).toEqual([503, 'starting']);
  });
});
