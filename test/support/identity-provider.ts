// An identity provider of the suite's own: keys made by the test, published over a real https server, assertions signed with them.
// Called by the suites of federation.
import { constants, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

/** A key pair with its id. */
export interface ProviderKey {
  readonly kid: string;
  readonly algorithm: 'RS256' | 'PS256' | 'ES256';
  readonly privateKey: KeyObject;
  readonly jwk: Readonly<Record<string, unknown>>;
}

/** The provider of a suite. */
export interface IdentityProvider {
  /** `localhost:PORT`, for the list of hosts. */
  readonly host: string;
  readonly jwksUrl: string;
  readonly ca: string;
  /** How often its keys were asked for. */
  readonly asked: () => number;
  /** What it publishes from now on. */
  publish(...keys: readonly ProviderKey[]): void;
  /** Another answer than its keys; undefined = its keys again. */
  answer(how: ((res: ServerResponse) => void) | undefined): void;
  close(): Promise<void>;
}

const certificate = (name: string): string => readFileSync(join(__dirname, '..', 'mail', 'certificates', name), 'utf8');

/** Starts a provider. */
export async function startIdentityProvider(): Promise<IdentityProvider> {
  let keys: readonly ProviderKey[] = [];
  let asked = 0;
  let own: ((res: ServerResponse) => void) | undefined;
  const tls = { cert: certificate('valid.crt'), key: certificate('valid.key') };
  const server: Server = createServer(tls, (_req, res) => {
    asked += 1;
    if (own === undefined) res.end(JSON.stringify({ keys: keys.map(({ jwk }) => jwk) }));
    else own(res);
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const host = `localhost:${(server.address() as AddressInfo).port}`;
  return {
    host,
    jwksUrl: `https://${host}/keys`,
    ca: tls.cert,
    asked: () => asked,
    publish: (...next) => {
      keys = next;
    },
    answer: (how) => {
      own = how;
    },
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => void server.close(() => resolve()));
    },
  };
}

/** A fresh key. */
export function aKey(kid: string, algorithm: ProviderKey['algorithm'] = 'RS256', bits = 2048): ProviderKey {
  const { privateKey, publicKey } =
    algorithm === 'ES256'
      ? generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
      : generateKeyPairSync('rsa', { modulusLength: bits });
  return { kid, algorithm, privateKey, jwk: { ...publicKey.export({ format: 'jwk' }), kid, use: 'sig' } };
}

/** A signed assertion. `header` wins over what the key says. */
export function anAssertion(
  key: ProviderKey,
  claims: Readonly<Record<string, unknown>>,
  header: Readonly<Record<string, unknown>> = {},
): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const text = `${part({ typ: 'JWT', alg: key.algorithm, kid: key.kid, ...header })}.${part(claims)}`;
  return `${text}.${signatureOf(key, text).toString('base64url')}`;
}

function signatureOf({ algorithm, privateKey: key }: ProviderKey, text: string): Buffer {
  const data = Buffer.from(text);
  if (algorithm === 'ES256') return sign('sha256', data, { key, dsaEncoding: 'ieee-p1363' });
  if (algorithm === 'RS256') return sign('sha256', data, key);
  return sign('sha256', data, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 });
}
