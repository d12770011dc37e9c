// S19: workload identity federation over HTTP: which assertions open SCIM, and which do not. Keys are the test's own, behind its
// own https server; the list of hosts is handed in.
import { createHmac, createPublicKey } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemCaller } from '../../src/domain/caller';
import { newId } from '../../src/ids';
import { createTokenEndpoint } from '../../src/scim/oauth';
import { createAccess } from '../../src/service/access';
import { createCredentials } from '../../src/service/credentials';
import { createFederationTrusts, type MadeTrust } from '../../src/service/federation-trusts';
import { createProviderKeys } from '../../src/service/provider-keys';
import { createTokenGrants } from '../../src/service/token-grants';
import { useDatabase } from '../support/database';
import { aKey, anAssertion, startIdentityProvider, type IdentityProvider } from '../support/identity-provider';
import { useDoors } from './doors';

const tenantId = '0f0f0f0f-1111-4222-8333-444444444444';
const issuer = `https://login.microsoftonline.com/${tenantId}/v2.0`;
const subject = '9a9a9a9a-0000-4000-8000-000000000001';
const guid = '7b7b7b7b-0000-4000-8000-000000000002';
const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

describe('S19: federation', () => {
  const db = useDatabase();
  const doors = useDoors(db);
  const [rsa, pss, ec, foreign, weak] = [
    aKey('rsa'),
    aKey('pss', 'PS256'),
    aKey('ec', 'ES256'),
    aKey('rsa'),
    aKey('weak', 'RS256', 1024),
  ];
  const heard: unknown[] = [];
  let provider: IdentityProvider;
  let server: Server;
  let trust: MadeTrust;

  beforeAll(async () => {
    provider = await startIdentityProvider();
    const note = (...words: unknown[]) => void heard.push(...words);
    const log = { debug: note, info: note, warn: note, error: note };
    const grants = { grant: (proof: Parameters<ReturnType<typeof build>['grant']>[0]) => current.grant(proof) };
    server = createServer(createTokenEndpoint({ grants, newId, log, trustProxy: 0 }));
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  });
  let current: ReturnType<typeof build>;
  beforeEach(async () => {
    provider.publish(rsa, pss, ec, weak);
    provider.answer(undefined);
    heard.length = 0;
    current = build();
    trust = await makeTrust(db.organizationId);
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => void server.close(resolve));
    await provider.close();
  });

  const parts = () => ({ database: db.database, clock: doors.clock, newId });
  function build() {
    const findKey = createProviderKeys({ clock: doors.clock, hosts: [provider.host], ca: provider.ca });
    return createTokenGrants({ ...parts(), throttle: { take: () => Promise.resolve() }, findKey });
  }
  const makeTrust = (organizationId: number, over = {}) =>
    createFederationTrusts({ ...parts(), keyHosts: [provider.host] }).create(systemCaller(organizationId, 'test'), {
      label: 'Entra',
      tenantId,
      subject,
      audiences: [guid, `api://${guid}`, 'api://uptake.example.com/scim/.default'],
      jwksUrl: provider.jwksUrl,
      ...over,
    });
  const seconds = () => Math.floor(doors.clock.now().getTime() / 1000);
  const claims = (over: Record<string, unknown> = {}): Record<string, unknown> => ({
    iss: issuer,
    tid: tenantId,
    sub: subject,
    aud: guid,
    nbf: seconds() - 10,
    exp: seconds() + 3600,
    ...over,
  });
  const post = async (form: Record<string, string>, headers = {}) => {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/oauth/token`;
    const answer = await fetch(url, { method: 'POST', body: new URLSearchParams(form), headers });
    const body = (await answer.json()) as Record<string, unknown>;
    return {
      status: answer.status,
      error: body['error'],
      token: String(body['access_token']),
      body,
      headers: answer.headers,
    };
  };
  const show = (assertion: string, over: Record<string, string> = {}) =>
    post({
      grant_type: 'client_credentials',
      client_id: trust.clientId,
      client_assertion_type: assertionType,
      client_assertion: assertion,
      scope: `api://${guid}/.default`,
      ...over,
    });
  const list = async (token: string) => (await doors.send('hot', 'GET', '/Users', { token })).status;

  it.each([guid, `api://${guid}`, 'api://uptake.example.com/scim', `${guid}/.default`, [guid]])(
    'opens SCIM for the audience %j',
    async (aud) => {
      const said = await show(anAssertion(rsa, claims({ aud })));

      expect(said.body).toMatchObject({ token_type: 'Bearer', expires_in: 3600, scope: 'scim' });
      expect([said.status, await list(said.token)]).toEqual([200, 200]);
    },
  );

  it.each([
    ['RS256', rsa],
    ['PS256', pss],
    ['ES256', ec],
  ])('takes %s', async (_, key) => {
    expect((await show(anAssertion(key, claims()))).status).toBe(200);
  });

  it('takes a retried assertion, asking for the keys once', async () => {
    const assertion = anAssertion(rsa, claims());
    const before = provider.asked();

    const said = [await show(assertion), await show(assertion)];

    expect(said.map(({ status }) => status)).toEqual([200, 200]);
    expect(provider.asked() - before).toBe(1);
  });

  it('takes a new key as soon as it may ask for it, and not before', async () => {
    await show(anAssertion(rsa, claims()));
    const next = aKey('next');
    provider.publish(next);

    const early = await show(anAssertion(next, claims()));
    doors.clock.advance(5 * 60_000);
    const late = await show(anAssertion(next, claims()));

    expect([early.status, early.error, late.status]).toEqual([401, 'invalid_client', 200]);
  });

  it('allows five minutes of difference between the clocks, and not more', async () => {
    const at = (over: Record<string, unknown>) => show(anAssertion(rsa, claims(over)));

    const said = [
      await at({ exp: seconds() - 299 }),
      await at({ exp: seconds() - 300 }),
      await at({ nbf: seconds() + 300 }),
      await at({ nbf: seconds() + 301 }),
      await at({ nbf: undefined }),
    ];

    expect(said.map(({ status }) => status)).toEqual([200, 401, 200, 401, 200]);
  });

  it.each<[string, () => string]>([
    ['a wrong tenant', () => anAssertion(rsa, claims({ tid: newId() }))],
    ['no tenant', () => anAssertion(rsa, claims({ tid: undefined }))],
    ['a wrong subject', () => anAssertion(rsa, claims({ sub: `${subject}x` }))],
    ['a wrong audience', () => anAssertion(rsa, claims({ aud: newId() }))],
    ['an audience that only begins alike', () => anAssertion(rsa, claims({ aud: `${guid}/` }))],
    ['no audience', () => anAssertion(rsa, claims({ aud: undefined }))],
    ['odd audiences', () => anAssertion(rsa, claims({ aud: [7, null, {}] }))],
    ['a wrong issuer', () => anAssertion(rsa, claims({ iss: issuer.replace('/v2.0', '/') }))],
    ['an issuer in another case', () => anAssertion(rsa, claims({ iss: issuer.toUpperCase() }))],
    ['no end', () => anAssertion(rsa, claims({ exp: undefined }))],
    ['an end that is text', () => anAssertion(rsa, claims({ exp: '9999999999' }))],
    ['a beginning that is text', () => anAssertion(rsa, claims({ nbf: '0' }))],
    ['an unknown key id', () => anAssertion(rsa, claims(), { kid: 'nobody' })],
    ['no key id', () => anAssertion(rsa, claims(), { kid: undefined })],
    ['a key id that is a word of objects', () => anAssertion(rsa, claims(), { kid: '__proto__' })],
    ['the key of somebody else under a known id', () => anAssertion(foreign, claims())],
    ['the id of another key', () => anAssertion(rsa, claims(), { kid: 'pss' })],
    ['a key of 1,024 bits', () => anAssertion(weak, claims())],
    ['RS256 named as PS256', () => anAssertion(rsa, claims(), { alg: 'PS256' })],
    ['RS256 named as ES256', () => anAssertion(rsa, claims(), { alg: 'ES256' })],
    ['ES256 named as RS256', () => anAssertion(ec, claims(), { alg: 'RS256' })],
    ['RS512', () => anAssertion(rsa, claims(), { alg: 'RS512' })],
    ['an algorithm in another case', () => anAssertion(rsa, claims(), { alg: 'rs256' })],
    ['a header that must be understood', () => anAssertion(rsa, claims(), { crit: ['exp'] })],
    ['alg none', () => `${anAssertion(rsa, claims(), { alg: 'none' }).split('.').slice(0, 2).join('.')}.`],
    ['alg none with a signature', () => anAssertion(rsa, claims(), { alg: 'none' })],
    ['HS256 with the public key', () => hmacOfPublicKey()],
    ['a changed body', () => changed(1)],
    ['a changed signature', () => changed(2)],
    ['no signature', () => `${anAssertion(rsa, claims()).split('.').slice(0, 2).join('.')}.`],
    ['four parts', () => `${anAssertion(rsa, claims())}.x`],
    ['more than 8 KiB', () => anAssertion(rsa, claims({ filler: 'x'.repeat(8192) }))],
    ['an array as body', () => anAssertion(rsa, [] as unknown as Record<string, unknown>)],
    ['no JWT', () => 'x'],
    ['no JSON', () => 'eA.eA.eA'],
  ])('refuses %s', async (_, make) => {
    const said = await show(make());

    expect([said.status, said.error]).toEqual([401, 'invalid_client']);
    expect(said.headers.get('www-authenticate')).toBeNull();
  });

  function hmacOfPublicKey(): string {
    const pem = createPublicKey(rsa.privateKey).export({ type: 'spki', format: 'pem' });
    const text = anAssertion(rsa, claims(), { alg: 'HS256' }).split('.').slice(0, 2).join('.');
    return `${text}.${createHmac('sha256', pem).update(text).digest('base64url')}`;
  }

  /** One sign of a part is another. */
  function changed(part: number): string {
    const all = anAssertion(rsa, claims()).split('.');
    const text = all[part] ?? '';
    all[part] = `${text.slice(0, 20)}${text[20] === 'A' ? 'B' : 'A'}${text.slice(21)}`;
    return all.join('.');
  }

  it('refuses an unknown client, a revoked, an ended and a suspended one alike', async () => {
    const assertion = anAssertion(rsa, claims({ exp: seconds() + 10 * 365 * 86_400 }));
    const access = createAccess(parts());
    const credentials = createCredentials({ ...parts(), access });
    const caller = systemCaller(db.organizationId, 'test');
    const short = await makeTrust(db.organizationId, { expires: '30d' });
    const given = await show(assertion);
    const unknown = await show(assertion, { client_id: newId() });

    doors.clock.advance(30 * 86_400_000);
    const ended = await show(assertion, { client_id: short.clientId });
    const again = await show(assertion);
    await credentials.revoke(caller, trust.clientId);
    const revoked = await show(assertion);

    expect([given.status, again.status]).toEqual([200, 200]);
    expect([unknown, ended, revoked].map(({ status, error }) => `${status} ${String(error)}`)).toEqual(
      [1, 2, 3].map(() => '401 invalid_client'),
    );
    expect(await list(again.token)).toBe(401);
    await expect(credentials.rotate(caller, short.id)).rejects.toMatchObject({ code: 'input.invalid' });
    await db.sql.query("UPDATE organizations SET status = 'suspended'");
    expect((await show(assertion, { client_id: (await makeTrust(db.organizationId)).clientId })).status).toBe(401);
  });

  it('S20: opens the organization of the trust alone, whoever else trusts the same workload', async () => {
    const other = await makeTrust(db.secondOrganizationId);
    await doors.send('hot', 'POST', '/Users', { body: { userName: 'ours@example.com' } });

    const { token } = await show(anAssertion(rsa, claims()), { client_id: other.clientId });
    const { body } = await doors.send('hot', 'GET', '/Users', { token });

    expect(body['totalResults']).toBe(0);
  });

  it('never asks a host that is not on the list, also when the row names one', async () => {
    await db.sql.query(`UPDATE scim_credentials SET config = REPLACE(config, 'localhost:', '127.0.0.1:')`);
    const before = provider.asked();

    const said = await show(anAssertion(rsa, claims()));

    expect([said.status, provider.asked() - before]).toEqual([401, 0]);
  });

  it('is 503 while the provider is away and the key is not known, and goes on with keys it has', async () => {
    await show(anAssertion(rsa, claims()));
    provider.answer((res) => res.writeHead(500).end());
    doors.clock.advance(5 * 60_000);

    const unknown = await show(anAssertion(aKey('new'), claims()));
    const known = await show(anAssertion(rsa, claims()));
    doors.clock.advance(24 * 3_600_000);
    const stale = await show(anAssertion(rsa, claims()));

    expect([unknown.status, unknown.error, unknown.headers.get('retry-after')]).toEqual([
      503,
      'temporarily_unavailable',
      '5',
    ]);
    expect([known.status, stale.status]).toEqual([200, 503]);
  });

  it.each<[string, Record<string, string>, object]>([
    ['no assertion type', { client_assertion_type: '' }, {}],
    [
      'another assertion type',
      { client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:saml2-bearer' },
      {},
    ],
    ['a secret beside it', { client_secret: 'x' }, {}],
    ['Basic beside it', {}, { authorization: 'Basic eDp4' }],
  ])('refuses %s as a wrong request', async (_, over, headers) => {
    const form = {
      grant_type: 'client_credentials',
      client_id: trust.clientId,
      client_assertion_type: assertionType,
      client_assertion: anAssertion(rsa, claims()),
    };

    const said = await post({ ...form, ...over }, headers);

    expect([said.status, said.error]).toEqual([400, 'invalid_request']);
  });

  it('S21: an assertion is in no log line, no answer and no row', async () => {
    const assertion = anAssertion(rsa, claims());
    const said = [await show(assertion), await show(`${assertion.slice(0, -8)}AAAAAAAA`)];
    const [credentials] = await db.sql.query('SELECT * FROM scim_credentials');
    const [audit] = await db.sql.query('SELECT * FROM audit_entries');

    const text = JSON.stringify([heard, said.map(({ body }) => body), credentials, audit]);

    expect(heard.length).toBeGreaterThan(0);
    for (const part of assertion.split('.')) expect(text).not.toContain(part.slice(0, 40));
  });
});
