// The public keys of identity providers, fetched over https from a closed list of hosts and kept by their ids. Called through
// token-grants; the list is handed in by compose.
import { createPublicKey, type KeyObject } from 'node:crypto';
import { get } from 'node:https';
import type { Clock } from '../clock';
import { AppError } from '../errors';
import type { Algorithm, FindKey } from './assertion';

interface Dependencies {
  readonly clock: Clock;
  /** Hosts (with a port where it is not 443) that keys may come from. */
  readonly hosts: readonly string[];
  /** Authority of those hosts, in PEM, when it is not a public one. */
  readonly ca?: string;
  /** For a whole answer; 5 s unless a test says otherwise. */
  readonly waitMs?: number;
}

interface Kept {
  keys: ReadonlyMap<string, Jwk>;
  readAtMs: number;
  triedAtMs: number;
  hasFailed: boolean;
  reading: Promise<void> | undefined;
}

type Jwk = Readonly<Record<string, unknown>>;

/** Microsoft's login hosts: public, US government, China. Source: Microsoft Entra, national clouds. */
export const microsoftHosts = [
  'login.microsoftonline.com',
  'login.microsoftonline.us',
  'login.partner.microsoftonline.cn',
] as const;

const keepMs = 24 * 3_600_000;
/** An unknown id asks the provider anew, but not more often than this. */
const againMs = 5 * 60_000;
const afterFailureMs = 30_000;
const maxBytes = 262_144;
const usualWaitMs = 5000;

/** Whether keys may be fetched from an address. */
export function isAllowedHost(url: string, hosts: readonly string[]): boolean {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  return (
    parsed?.protocol === 'https:' && parsed.username === '' && parsed.password === '' && hosts.includes(parsed.host)
  );
}

/** The keys, kept in memory. A key that was read is used for 24 h at most, also while the provider is away. */
export function createProviderKeys({ clock, hosts, ca, waitMs = usualWaitMs }: Dependencies): FindKey {
  const kept = new Map<string, Kept>();
  const read = async (url: string, it: Kept): Promise<void> => {
    it.triedAtMs = clock.now().getTime();
    try {
      it.keys = keysOf(await fetchText(url, ca, waitMs));
      it.readAtMs = it.triedAtMs;
      it.hasFailed = false;
    } catch {
      it.hasFailed = true;
    }
  };
  const refresh = (url: string, it: Kept): Promise<void> => {
    it.reading ??= read(url, it).finally(() => (it.reading = undefined));
    return it.reading;
  };
  return async (url, kid, algorithm) => {
    if (!isAllowedHost(url, hosts)) return undefined;
    const it = kept.get(url) ?? {
      keys: new Map(),
      readAtMs: -Infinity,
      triedAtMs: -Infinity,
      hasFailed: false,
      reading: undefined,
    };
    kept.set(url, it);
    const nowMs = clock.now().getTime();
    const isFresh = (): boolean => nowMs - it.readAtMs < keepMs;
    const pauseMs = it.hasFailed ? afterFailureMs : againMs;
    if (!(isFresh() && it.keys.has(kid)) && nowMs - it.triedAtMs >= pauseMs) await refresh(url, it);
    else if (it.reading !== undefined) await it.reading;
    const jwk = isFresh() ? it.keys.get(kid) : undefined;
    if (jwk === undefined && it.hasFailed) throw new AppError('keys.unavailable');
    return jwk && toKey(jwk, algorithm);
  };
}

function keysOf(text: string): ReadonlyMap<string, Jwk> {
  const { keys } = JSON.parse(text) as { keys: unknown };
  if (!Array.isArray(keys)) throw new TypeError('no keys');
  const usable = (keys as unknown[]).filter(
    (key): key is Jwk => typeof key === 'object' && key !== null && typeof (key as Jwk)['kid'] === 'string',
  );
  return new Map(usable.map((key) => [key['kid'] as string, key]));
}

/** The public part alone, when the key is meant for such a signature. */
function toKey(jwk: Jwk, algorithm: Algorithm): KeyObject | undefined {
  const { kty, use, alg, n, e, crv, x, y } = jwk as Record<string, string | undefined>;
  if ((use !== undefined && use !== 'sig') || (alg !== undefined && alg !== algorithm)) return undefined;
  const key = kty === 'RSA' ? { kty, n, e } : { kty: 'EC', crv, x, y };
  if (kty !== (algorithm === 'ES256' ? 'EC' : 'RSA')) return undefined;
  try {
    return createPublicKey({ key, format: 'jwk' });
  } catch {
    return undefined;
  }
}

/** A small document over https; no redirect is followed. */
function fetchText(url: string, ca: string | undefined, waitMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = get(
      url,
      { ca, headers: { accept: 'application/json' }, signal: AbortSignal.timeout(waitMs) },
      (answer) => {
        const chunks: Buffer[] = [];
        let size = 0;
        const stop = (why: string): void => void request.destroy(new Error(why));
        if (answer.statusCode !== 200) return stop(`status ${answer.statusCode}`);
        answer.on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size > maxBytes) stop('too large');
          else chunks.push(chunk);
        });
        answer.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
        answer.on('error', reject);
      },
    );
    request.on('error', reject);
  });
}
