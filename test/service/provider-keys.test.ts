// The keys of providers: from which hosts, how often, how large, and which of them fit a signature.
import { createServer } from 'node:net';
import { createProviderKeys, isAllowedHost, microsoftHosts } from '../../src/service/provider-keys';
import { testClock } from '../support/builders';
import { aKey, startIdentityProvider, type IdentityProvider } from '../support/identity-provider';

describe('the keys of a provider', () => {
  const clock = testClock();
  const [rsa, ec] = [aKey('rsa'), aKey('ec', 'ES256')];
  let provider: IdentityProvider;

  beforeAll(async () => {
    provider = await startIdentityProvider();
  });
  beforeEach(() => {
    provider.answer(undefined);
    provider.publish(rsa, ec);
  });
  afterAll(() => provider.close());

  const build = () => createProviderKeys({ clock, hosts: [provider.host], ca: provider.ca });
  const unavailable = { code: 'keys.unavailable' };

  it('are asked for once by many at the same moment', async () => {
    const findKey = build();
    const before = provider.asked();

    const found = await Promise.all(Array.from({ length: 20 }, () => findKey(provider.jwksUrl, 'rsa', 'RS256')));

    expect(found.every((key) => key?.type === 'public')).toBe(true);
    expect(provider.asked() - before).toBe(1);
  });

  it('are asked for once in five minutes by unknown ids', async () => {
    const findKey = build();
    const before = provider.asked();

    for (const kid of ['a', 'b', 'c', '__proto__', 'constructor']) {
      expect(await findKey(provider.jwksUrl, kid, 'RS256')).toBeUndefined();
    }
    clock.advance(5 * 60_000);
    await findKey(provider.jwksUrl, 'd', 'RS256');

    expect(provider.asked() - before).toBe(2);
  });

  it('are asked for anew after a day, and a key that is gone is gone', async () => {
    const findKey = build();
    await findKey(provider.jwksUrl, 'rsa', 'RS256');
    provider.publish(ec);

    const within = await findKey(provider.jwksUrl, 'rsa', 'RS256');
    clock.advance(24 * 3_600_000);

    expect(within).toBeDefined();
    expect(await findKey(provider.jwksUrl, 'rsa', 'RS256')).toBeUndefined();
  });

  it.each<[string, Parameters<IdentityProvider['answer']>[0]]>([
    ['more than 256 KiB', (res) => res.end(`{"keys":[]${' '.repeat(262_144)}}`)],
    ['no JSON', (res) => res.end('<html>')],
    ['no keys', (res) => res.end('{}')],
    ['a redirect', (res) => res.writeHead(302, { location: 'https://login.microsoftonline.com/' }).end()],
    ['a cut connection', (res) => void res.destroy()],
    [
      'half an answer',
      (res) => void (res.writeHead(200, { 'content-length': 99 }), res.write('{'), setImmediate(() => res.destroy())),
    ],
  ])('are unavailable with %s, and asked for again after 30 s', async (_, how) => {
    const findKey = build();
    provider.answer(how);
    await expect(findKey(provider.jwksUrl, 'rsa', 'RS256')).rejects.toMatchObject(unavailable);
    provider.answer(undefined);
    await expect(findKey(provider.jwksUrl, 'rsa', 'RS256')).rejects.toMatchObject(unavailable);

    clock.advance(30_000);

    expect(await findKey(provider.jwksUrl, 'rsa', 'RS256')).toBeDefined();
  });

  it('are unavailable from a server whose certificate nobody vouches for', async () => {
    const findKey = createProviderKeys({ clock, hosts: [provider.host] });

    await expect(findKey(provider.jwksUrl, 'rsa', 'RS256')).rejects.toMatchObject(unavailable);
  });

  it('are unavailable from a port that takes connections and says nothing', async () => {
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => void silent.listen(0, '127.0.0.1', resolve));
    const host = `localhost:${(silent.address() as { port: number }).port}`;
    const findKey = createProviderKeys({ clock, hosts: [host], ca: provider.ca, waitMs: 200 });

    await expect(findKey(`https://${host}/keys`, 'a', 'RS256')).rejects.toMatchObject(unavailable);
    silent.close();
  });

  it('fit a signature by type, use and algorithm', async () => {
    const encrypting = { ...aKey('enc'), jwk: { ...rsa.jwk, kid: 'enc', use: 'enc' } };
    const other = { ...rsa, jwk: { ...rsa.jwk, kid: 'other', alg: 'RS512' } };
    const broken = { ...rsa, jwk: { kty: 'RSA', kid: 'broken', n: 7 } };
    const secret = { ...rsa, jwk: { kty: 'oct', kid: 'secret', k: 'AAAA' } };
    provider.publish(rsa, ec, encrypting, other, broken, secret);
    const findKey = build();
    const found = async (kid: string, algorithm: 'RS256' | 'PS256' | 'ES256') =>
      (await findKey(provider.jwksUrl, kid, algorithm))?.asymmetricKeyType;

    expect([await found('rsa', 'RS256'), await found('rsa', 'PS256'), await found('ec', 'ES256')]).toEqual([
      'rsa',
      'rsa',
      'ec',
    ]);
    for (const kid of ['enc', 'other', 'broken', 'secret', 'ec']) expect(await found(kid, 'RS256')).toBeUndefined();
    expect(await found('rsa', 'ES256')).toBeUndefined();
  });

  it.each([
    ['https://login.microsoftonline.com/common/discovery/v2.0/keys', true],
    ['https://login.microsoftonline.us/x', true],
    ['https://login.microsoftonline.com:443/x', true],
    ['http://login.microsoftonline.com/x', false],
    ['https://login.microsoftonline.com:8443/x', false],
    ['https://login.microsoftonline.com.evil.example/x', false],
    ['https://login.microsoftonline.com@evil.example/x', false],
    ['https://evil@login.microsoftonline.com/x', false],
    ['https://169.254.169.254/x', false],
    ['file:///etc/passwd', false],
    ['', false],
  ])('may come from %s: %s', (url, expected) => {
    expect(isAllowedHost(url, microsoftHosts)).toBe(expected);
  });
});
