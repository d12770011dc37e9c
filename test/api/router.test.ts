// The API as a whole: tokens before bodies, unknown paths and methods, outages, and the document of itself.
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import http from 'node:http';
import request from 'supertest';
import { openDatabase } from '../../src/store/database';
import { anApi, anApiToken, keptLog } from '../support/api';
import { testClock } from '../support/builders';
import { useDatabase } from '../support/database';

describe('the API', () => {
  const db = useDatabase();
  const clock = testClock();
  const path = '/api/v1/adoption/overview/';

  it.each([
    ['no header', undefined],
    ['an empty token', 'Bearer '],
    ['another scheme', 'Basic dXNlcjpwYXNz'],
    ['a token nobody has', `Bearer upt_${'x'.repeat(43)}`],
    ['half a token', 'Bearer upt_'],
    ['two tokens', 'Bearer a b'],
    ['8 kB', `Bearer ${'x'.repeat(8192)}`],
    ['signs no token has', 'Bearer <script>'],
  ])('answers 401 to %s, before it reads a body', async (_, header) => {
    const requested = request(anApi(db, clock)).post('/api/v1/events/').set('Content-Type', 'application/json');
    if (header !== undefined) requested.set('Authorization', header);

    const { status, body, headers } = await requested.send('{"broken');

    expect(status).toBe(401);
    expect(headers['www-authenticate']).toBe('Bearer');
    expect(body).toEqual({ error: true, code: 'unauthorized', description: expect.any(String) });
  });

  it('answers 401 to an expired, a revoked and another organization’s closed token, and to two headers', async () => {
    const [expired, revoked, good] = await Promise.all(
      [1, 2, 3].map(() => anApiToken(db, db.organizationId, ['Onboarding & Adoption'])),
    );
    const closed = await anApiToken(db, db.secondOrganizationId, ['Onboarding & Adoption']);
    const last4 = (token: string | undefined) => token?.slice(-4);
    await db.sql.query('UPDATE api_tokens SET expires_at = ? WHERE last4 = ?', [clock.now(), last4(expired)]);
    await db.sql.query('UPDATE api_tokens SET revoked_at = ? WHERE last4 = ?', [clock.now(), last4(revoked)]);
    await db.sql.query(`UPDATE organizations SET status = 'suspended' WHERE organization_id = ?`, [
      db.secondOrganizationId,
    ]);
    const server = anApi(db, clock).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const ask = (tokens: readonly (string | undefined)[]): Promise<number | undefined> =>
      new Promise((resolve, reject) => {
        const headers = tokens.flatMap((token) => ['Authorization', `Bearer ${token}`]);
        const { port } = server.address() as AddressInfo;
        const asked = http.request({
          host: '127.0.0.1',
          port,
          path,
          method: 'POST',
          headers: ['Host', 'x', ...headers] as never,
        });
        asked
          .on('response', (res) => resolve(res.resume().statusCode))
          .on('error', reject)
          .end();
      });

    const statuses = [
      await ask([expired]),
      await ask([revoked]),
      await ask([closed]),
      await ask([good, good]),
      await ask([good]),
    ];
    server.close();

    expect(statuses).toEqual([401, 401, 401, 401, 200]);
  });

  it('does not wait for a body it will not read', async () => {
    const server = anApi(db, clock).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const asked = http.request({
      host: '127.0.0.1',
      port,
      path: '/api/v1/events/',
      method: 'POST',
      headers: { 'Content-Length': 1_000_000 },
    });
    asked.flushHeaders();
    asked.on('error', () => undefined);

    const [response] = (await once(asked, 'response')) as [http.IncomingMessage];
    response.resume();
    await once(response, 'end');
    server.close();
    asked.destroy();

    expect([response.statusCode, response.headers.connection]).toEqual([401, 'close']);
  });

  it('answers 404 to unknown paths and 405 with Allow to other methods, without a token', async () => {
    const api = anApi(db, clock);

    for (const unknown of [
      '/api',
      '/api/v1',
      '/api/v1/adoption',
      '/api/v1/Adoption/overview/',
      '/api/v2/events',
      '/api/v1/events/x',
    ]) {
      const { status, body } = await request(api).post(unknown);
      expect([unknown, status, body.code]).toEqual([unknown, 404, 'not_found']);
    }
    for (const [method, route, allow] of [
      ['get', path, 'POST'],
      ['put', path, 'POST'],
      ['delete', '/api/v1/adoption/detail', 'GET, HEAD'],
      ['get', '/api/v1/events/', 'POST'],
      ['post', '/api/v1/openapi.json', 'GET, HEAD'],
    ] as const) {
      const { status, body, headers } = await request(api)[method](route);
      expect([route, status, body.code, headers['allow']]).toEqual([route, 405, 'method_not_allowed', allow]);
    }
  });

  it('names each request, by the client’s own id where it is one', async () => {
    const api = anApi(db, clock);

    const own = await request(api).post(path).set('X-Request-Id', 'client-7.a');
    const odd = await request(api).post(path).set('X-Request-Id', 'a b"<>');

    expect(own.headers['x-request-id']).toBe('client-7.a');
    expect(odd.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('refuses a URL beyond 16 kB', async () => {
    const server = http.createServer({ maxHeaderSize: 65_536 }, anApi(db, clock)).listen(0, '127.0.0.1');
    await once(server, 'listening');

    const { status, body } = await request(server).post(`${path}?x=${'y'.repeat(16_384)}`);
    server.close();

    expect([status, body.code]).toEqual([413, 'too_large']);
  });

  it('answers 503 with Retry-After while the database is away, and logs no bug', async () => {
    const dying = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
    await once(dying, 'listening');
    const { port } = dying.address() as AddressInfo;
    const url = `mysql://nobody:secret-password@127.0.0.1:${port}/none`;
    const database = openDatabase({ url, pool: 1, acquireMs: 500, lockMs: 1000, statementMs: 1000, connectMs: 500 });
    const log = keptLog();
    const api = anApi({ ...db, database }, clock, log);

    const { status, body, headers, text } = await request(api)
      .post(path)
      .set('Authorization', `Bearer ${'x'.repeat(40)}`);
    await database.close();
    dying.close();

    expect([status, body.code, headers['retry-after']]).toEqual([503, 'unavailable', '5']);
    expect(text).not.toContain('secret');
    expect(log.lines.map(({ level }) => level)).toEqual(['warn']);
  });

  it('describes itself in OpenAPI 3.1, every reference resolved', async () => {
    const { status, body, text } = await request(anApi(db, clock)).get('/api/v1/openapi.json');

    expect(status).toBe(200);
    expect(body.openapi).toBe('3.1.0');
    expect(Object.keys(body.paths)).toEqual([path, '/api/v1/adoption/detail', '/api/v1/events/']);
    const references = [...text.matchAll(/#\/components\/schemas\/(\w+)/g)].map(([, name]) => name);
    expect(Object.keys(body.components.schemas)).toEqual(expect.arrayContaining(references));
    expect(body.components.schemas.Overview.properties.user_onboarding_overview.required).toHaveLength(9);
    expect(body.components.schemas.Event.properties.type.enum).toContain('hub.keys_reset');
  });
});
