// S18, S20, S21: the token endpoint over HTTP with the real services, and what its tokens open at both doors of SCIM.
import { createServer, request, type IncomingHttpHeaders, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { systemCaller } from '../../src/domain/caller';
import { AppError } from '../../src/errors';
import { newId } from '../../src/ids';
import { createTokenEndpoint } from '../../src/scim/oauth';
import { createAccess } from '../../src/service/access';
import { createCredentials, type Credentials, type MadeToken } from '../../src/service/credentials';
import { createThrottle } from '../../src/service/throttle';
import { createTokenGrants, type TokenGrants } from '../../src/service/token-grants';
import { useDatabase } from '../support/database';
import { doorNames, idOf, useDoors } from './doors';

interface Said {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: { readonly [key: string]: unknown };
}

interface Sent {
  readonly method?: string;
  readonly form?: Readonly<Record<string, string>> | string;
  readonly basic?: readonly [string, string];
  readonly headers?: Readonly<Record<string, string>>;
}

describe('POST /oauth/token', () => {
  const db = useDatabase();
  const doors = useDoors(db);
  const logged: unknown[] = [];
  let credentials: Credentials;
  let grants: TokenGrants;
  let server: Server;
  let address = 0;
  const here = () => systemCaller(db.organizationId, 'test');
  const there = () => systemCaller(db.secondOrganizationId, 'test');
  const port = () => (server.address() as AddressInfo).port;

  beforeAll(async () => {
    const parts = { database: db.database, clock: doors.clock, newId };
    const note = (...words: unknown[]) => void logged.push(...words);
    const log = { debug: note, info: note, warn: note, error: note };
    // Revoking happens in another process than the doors': theirs have a cache of their own.
    credentials = createCredentials({ ...parts, access: createAccess(parts) });
    const switched: TokenGrants = { grant: (proof) => grants.grant(proof) };
    server = createServer(createTokenEndpoint({ grants: switched, newId, log, trustProxy: 1, deadlineMs: 1500 }));
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  });
  beforeEach(() => {
    const parts = { database: db.database, clock: doors.clock, newId };
    grants = createTokenGrants({
      ...parts,
      throttle: createThrottle(parts),
      findKey: () => Promise.resolve(undefined),
    });
    logged.length = 0;
    address += 1;
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => void server.close(resolve));
  });

  const post = ({ method = 'POST', form = {}, basic, headers }: Sent): Promise<Said> => {
    const payload = typeof form === 'string' ? form : new URLSearchParams(form).toString();
    const sent = {
      'Content-Type': 'application/x-www-form-urlencoded',
      'Content-Length': String(Buffer.byteLength(payload)),
      'X-Forwarded-For': `198.51.100.${address}`,
      ...(basic && { Authorization: `Basic ${Buffer.from(basic.join(':')).toString('base64')}` }),
      ...headers,
    };
    return new Promise((resolve, reject) => {
      const req = request({ port: port(), path: '/oauth/token', method, headers: sent }, (res) => {
        const chunks: Buffer[] = [];
        res.on('data', (chunk: Buffer) => chunks.push(chunk));
        res.on('end', () => {
          const body = JSON.parse(Buffer.concat(chunks).toString('utf8') || '{}') as Said['body'];
          resolve({ status: res.statusCode ?? 0, headers: res.headers, body });
        });
      });
      req.on('error', reject);
      req.end(payload);
    });
  };
  const byForm = ({ clientId, secret }: MadeToken): Record<string, string> => ({
    grant_type: 'client_credentials',
    client_id: clientId ?? '',
    client_secret: secret,
  });
  const byBasic = ({ clientId, secret }: MadeToken): Sent => ({
    form: { grant_type: 'client_credentials' },
    basic: [clientId ?? '', secret],
  });
  const makeClient = (caller = here(), minutes?: number) =>
    credentials.create(caller, { kind: 'oauth-client', label: 'Entra', ...(minutes && { minutes }) });
  const tokenOf = ({ body }: Said): string => body['access_token'] as string;
  const list = async (token: string) => (await doors.send('hot', 'GET', '/Users', { token })).status;

  it.each(['form', 'Basic'])('S18: gives a token by %s that opens SCIM at both doors', async (way) => {
    const client = await makeClient();

    const said = await post(way === 'form' ? { form: byForm(client) } : byBasic(client));

    expect(said.status).toBe(200);
    expect(said.body).toEqual({
      access_token: expect.stringMatching(/^upt_access_[\w-]{43}$/) as unknown,
      token_type: 'Bearer',
      expires_in: 3600,
      scope: 'scim',
    });
    expect(said.headers).toMatchObject({ 'cache-control': 'no-store', pragma: 'no-cache' });
    expect(said.headers['content-type']).toBe('application/json');
    for (const door of doorNames) {
      const made = await doors.send(door, 'POST', '/Users', {
        token: tokenOf(said),
        body: { userName: `${door}@example.com` },
      });
      expect(made.status).toBe(201);
    }
  });

  it('S18: takes either of two live secrets, and none that is expired or revoked', async () => {
    const first = await makeClient();
    const second = await credentials.rotate(here(), first.id, '3y');

    const both = [await post({ form: byForm(first) }), await post(byBasic(second))];
    doors.clock.advance(2 * 366 * 86_400_000);
    const expired = await post({ form: byForm(first) });
    const alive = await post({ form: byForm(second) });
    await credentials.revoke(here(), second.id);
    const revoked = await post({ form: byForm(second) });

    expect(both.map(({ status }) => status)).toEqual([200, 200]);
    expect([expired.status, expired.body['error']]).toEqual([401, 'invalid_client']);
    expect(alive.status).toBe(200);
    expect([revoked.status, revoked.body['error']]).toEqual([401, 'invalid_client']);
  });

  it.each([
    [undefined, 60],
    [60, 60],
    [360, 360],
  ])('S18: a token of a client with %s minutes ends after %d', async (minutes, expected) => {
    const said = await post({ form: byForm(await makeClient(here(), minutes)) });

    doors.clock.advance(expected * 60_000 - 1);
    const before = await list(tokenOf(said));
    doors.clock.advance(1);

    expect(said.body['expires_in']).toBe(expected * 60);
    expect([before, await list(tokenOf(said))]).toEqual([200, 401]);
  });

  it('S18: a revoked client ends its tokens within a second in another process', async () => {
    const client = await makeClient();
    const token = tokenOf(await post({ form: byForm(client) }));
    const alive = await list(token);

    await credentials.revoke(here(), client.clientId ?? '');
    doors.clock.advance(1000);

    expect([alive, await list(token)]).toEqual([200, 401]);
  });

  it('S18: revoking one secret ends the tokens given for it, and no others', async () => {
    const first = await makeClient();
    const second = await credentials.rotate(here(), first.id);
    const [one, two] = [tokenOf(await post({ form: byForm(first) })), tokenOf(await post({ form: byForm(second) }))];

    await credentials.revoke(here(), first.id);

    expect([await list(one), await list(two)]).toEqual([401, 200]);
  });

  it('refuses tokens and secrets of an organization that is suspended', async () => {
    const client = await makeClient();
    const token = tokenOf(await post({ form: byForm(client) }));
    await db.sql.query("UPDATE organizations SET status = 'suspended' WHERE organization_id = ?", [db.organizationId]);

    const said = await post({ form: byForm(client) });

    expect([said.status, said.body['error'], await list(token)]).toEqual([401, 'invalid_client', 401]);
  });

  it('S20: a token opens its own organization alone', async () => {
    const made = await doors.send('hot', 'POST', '/Users', { body: { userName: 'ours@example.com' } });
    const foreign = tokenOf(await post({ form: byForm(await makeClient(there())) }));
    const path = `/Users/${idOf(made)}`;
    const change = { Operations: [{ op: 'replace', path: 'active', value: false }] };

    for (const door of doorNames) {
      const sent = { token: foreign };
      const listed = await doors.send(door, 'GET', '/Users?filter=userName+eq+%22ours@example.com%22', sent);
      const answers = [
        await doors.send(door, 'GET', path, sent),
        await doors.send(door, 'PATCH', path, { ...sent, body: change }),
        await doors.send(door, 'PUT', path, { ...sent, body: { userName: 'theirs' } }),
        await doors.send(door, 'DELETE', path, sent),
      ];

      expect(listed.body['totalResults']).toBe(0);
      expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404]);
    }
    expect((await doors.send('hot', 'GET', path)).body['active']).toBe(true);
  });

  it('does not open the API, and a client secret opens nothing by itself', async () => {
    const client = await makeClient();
    const token = tokenOf(await post({ form: byForm(client) }));
    const access = createAccess({ database: db.database, clock: doors.clock });

    await expect(access.apiCaller(token, 'r')).rejects.toMatchObject({ code: 'token.invalid' });
    await expect(access.scimCaller(client.secret, 'r')).rejects.toMatchObject({ code: 'token.invalid' });
    const said = await post({ form: { ...byForm(client), client_secret: doors.token } });
    expect(said.status).toBe(401);
  });

  it('answers an unknown client, a wrong secret and a foreign one alike; names Basic only to who used it', async () => {
    const [client, other] = [await makeClient(), await makeClient(there())];
    const wrong: Record<string, string>[] = [
      { ...byForm(client), client_secret: 'wrong' },
      { ...byForm(client), client_secret: other.secret },
      { ...byForm(client), client_id: newId() },
      { grant_type: 'client_credentials' },
      { grant_type: 'client_credentials', client_id: client.clientId ?? '' },
      { ...byForm(client), client_id: "' OR 1=1 -- " },
      { ...byForm(client), client_id: 'ü' },
      { ...byForm(client), client_secret: 'x'.repeat(4000) },
    ];
    const forms = await Promise.all(wrong.map((form) => post({ form })));
    const basics = await Promise.all([
      post({ form: { grant_type: 'client_credentials' }, basic: [client.clientId ?? '', 'wrong'] }),
      post({ form: { grant_type: 'client_credentials' }, headers: { Authorization: 'Basic !' } }),
      post({ form: { grant_type: 'client_credentials' }, headers: { Authorization: 'Basic' } }),
      post({ form: { grant_type: 'client_credentials' }, basic: ['%', '%'] }),
    ]);

    const textOf = ({ body }: Said) => String(body['error_description']).replace(/Request .*/, '');
    expect(
      new Set([...forms, ...basics].map((it) => `${it.status} ${String(it.body['error'])} ${textOf(it)}`)).size,
    ).toBe(1);
    expect(forms.map(({ headers }) => headers['www-authenticate'])).toEqual(forms.map(() => undefined));
    expect(basics.map(({ headers }) => headers['www-authenticate'])).toEqual(basics.map(() => 'Basic realm="scim"'));
    expect(forms[0]?.headers['cache-control']).toBe('no-store');
  });

  it.each<[string, Sent, number, string]>([
    ['no grant type', { form: { client_id: 'a', client_secret: 'b' } }, 400, 'invalid_request'],
    ['another grant type', { form: { grant_type: 'password' } }, 400, 'unsupported_grant_type'],
    ['a parameter twice', { form: 'grant_type=client_credentials&scope=a&scope=b' }, 400, 'invalid_request'],
    ['JSON', { form: '{}', headers: { 'Content-Type': 'application/json' } }, 400, 'invalid_request'],
    ['no type', { form: 'a=b', headers: { 'Content-Type': '' } }, 400, 'invalid_request'],
    ['a compressed form', { form: 'x', headers: { 'Content-Encoding': 'gzip' } }, 400, 'invalid_request'],
    ['signs that are no UTF-8', { form: 'grant_type=%ff%' }, 400, 'unsupported_grant_type'],
    ['more than 16 KiB', { form: `a=${'x'.repeat(16_384)}` }, 413, 'invalid_request'],
    [
      'both ways at once',
      { form: { grant_type: 'client_credentials', client_secret: 'x' }, basic: ['a', 'b'] },
      400,
      'invalid_request',
    ],
    [
      'two different clients',
      { form: { grant_type: 'client_credentials', client_id: 'b' }, basic: ['a', 'b'] },
      400,
      'invalid_request',
    ],
    ['GET', { method: 'GET' }, 405, 'invalid_request'],
    ['DELETE', { method: 'DELETE' }, 405, 'invalid_request'],
  ])('refuses %s', async (_, sent, status, error) => {
    const said = await post(sent);

    expect([said.status, said.body['error']]).toEqual([status, error]);
    expect(said.headers['x-request-id']).toBeDefined();
    expect(said.headers['allow']).toBe(status === 405 ? 'POST' : undefined);
  });

  it('takes a form of 16 KiB to the byte, and any scope', async () => {
    const form = new URLSearchParams({ ...byForm(await makeClient()), scope: 'https://example.com/.default' });
    form.set('filler', '');
    form.set('filler', 'x'.repeat(16_384 - form.toString().length));

    const said = await post({ form: form.toString() });

    expect([form.toString().length, said.status, said.body['scope']]).toEqual([16_384, 200, 'scim']);
  });

  it('answers 408 to a form that does not come, and ends the connection', async () => {
    const socket = connect(port(), '127.0.0.1');
    let text = '';
    socket.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')));
    socket.write(
      'POST /oauth/token HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 99\r\n\r\ngrant',
    );

    await new Promise((resolve) => void socket.once('close', resolve));

    expect(text).toMatch(/^HTTP\/1.1 408 /);
    expect(text).toMatch(/Connection: close/i);
  });

  it('throttles wrong secrets for a client and an address, and never a right one', async () => {
    const [client, other] = [await makeClient(), await makeClient(there())];
    const wrong = { ...byForm(client), client_secret: 'wrong' };
    const guesses: number[] = [];
    for (let tries = 0; tries < 12; tries += 1) guesses.push((await post({ form: wrong })).status);
    const limited = await post({ form: wrong });
    for (let tries = 0; tries < 30; tries += 1) await post({ form: { ...wrong, client_id: newId() } });

    const sprayed = await post({ form: { ...wrong, client_id: newId() } });
    const elsewhere = await post({
      form: { ...wrong, client_id: newId() },
      headers: { 'X-Forwarded-For': '203.0.113.1' },
    });

    expect(guesses).toEqual([...Array.from({ length: 10 }, () => 401), 429, 429]);
    expect([limited.status, limited.body['error']]).toEqual([429, 'temporarily_unavailable']);
    expect(Number(limited.headers['retry-after'])).toBeGreaterThan(60);
    expect([sprayed.status, elsewhere.status]).toEqual([429, 401]);
    for (const one of [client, other]) expect((await post({ form: byForm(one) })).status).toBe(200);
  });

  it('is 503 with Retry-After when the database is away, and 500 without a word of the fault', async () => {
    const client = byForm(await makeClient());
    grants = { grant: () => Promise.reject(new AppError('database.unavailable')) };
    const away = await post({ form: client });
    grants = { grant: () => Promise.reject(new Error('canary-of-a-fault')) };

    const bug = await post({ form: client });

    expect([away.status, away.headers['retry-after'], away.body['error']]).toEqual([
      503,
      '5',
      'temporarily_unavailable',
    ]);
    expect([bug.status, bug.body['error']]).toEqual([500, 'server_error']);
    expect(JSON.stringify(bug)).not.toContain('canary');
  });

  it('sweeps access tokens that have ended, and audits each that is given', async () => {
    const client = await makeClient();
    await post({ form: byForm(client) });
    doors.clock.advance(3_600_000);

    await post({ form: byForm(client) });

    const [tokens] = await db.sql.query('SELECT credential_id AS id FROM scim_access_tokens');
    const [audited] = await db.sql.query(
      "SELECT organization_id AS organizationId, actor_id AS actor FROM audit_entries WHERE action = 'access_token.issued'",
    );
    expect(tokens).toEqual([{ id: client.id }]);
    expect(audited).toEqual([1, 2].map(() => ({ organizationId: db.organizationId, actor: client.id })));
  });

  it('S21: no secret and no token is in a log line, the request log, an error or the database', async () => {
    const client = await makeClient();
    const said = await post({ form: byForm(client) });
    const token = tokenOf(said);
    await credentials.rotate(here(), client.id);
    const wrong = client.secret.replace('upt_client_', 'upt_wrong_');
    const refusals = [
      await post({ form: { ...byForm(client), client_secret: wrong } }),
      await post({ form: { ...byForm(client), grant_type: 'password' } }),
      await post({ form: `client_secret=${client.secret}&client_secret=${client.secret}` }),
      await post({ form: { grant_type: 'client_credentials' }, basic: [client.secret, client.secret] }),
      await doors.send('hot', 'GET', '/Users', { token: `${token}x` }),
      await doors.send('app', 'POST', '/Users', { token, body: { userName: '', password: client.secret } }),
      await doors.send('hot', 'POST', '/Users', { token, body: { userName: 'a', password: client.secret } }),
    ];
    await doors.flush();

    const [names] = await db.sql.query(
      `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE'`,
    );
    const kept: unknown[] = [];
    for (const { name } of names as { name: string }[]) kept.push((await db.sql.query(`SELECT * FROM ${name}`))[0]);

    const heard = JSON.stringify([logged, doors.rows, refusals, kept]);
    expect(logged.length).toBeGreaterThan(0);
    expect(doors.rows.length).toBeGreaterThan(0);
    for (const secret of [client.secret, token, wrong]) expect(heard).not.toContain(secret.slice(-43, -4));
  });
});
