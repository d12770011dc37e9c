// A signed assertion of a workload (RFC 7523): read, and held to the trust that an organization set. Pure but for the key that
// is asked for. Called by token-grants. Source: RFC 7515, RFC 7518 3.1, RFC 7523 3.
import { constants, verify, type KeyObject, type VerifyKeyObjectInput } from 'node:crypto';
import type { Trust } from '../domain/federation';

/** The signatures taken; nothing symmetric, and never `none`. */
export const algorithms = ['RS256', 'PS256', 'ES256'] as const;

/** One of them. */
export type Algorithm = (typeof algorithms)[number];

/** Finds the public key of a provider. @throws keys.unavailable when nobody can say */
export type FindKey = (jwksUrl: string, kid: string, algorithm: Algorithm) => Promise<KeyObject | undefined>;

interface Assertion {
  readonly algorithm: Algorithm;
  readonly kid: string;
  readonly claims: Readonly<Record<string, unknown>>;
  readonly signed: Buffer;
  readonly signature: Buffer;
}

const longest = 8192;
const toleranceSeconds = 300;

/** Reads an assertion; undefined for anything that is not one, or is signed in another way. Nothing is believed yet. */
export function readAssertion(text: string): Assertion | undefined {
  if (text.length > longest) return undefined;
  const [, head, body, signature] = /^([\w-]+)\.([\w-]+)\.([\w-]+)$/.exec(text) ?? [];
  const [header, claims] = [objectOf(head), objectOf(body)];
  if (header === undefined || claims === undefined || 'crit' in header) return undefined;
  const algorithm = algorithms.find((one) => one === header['alg']);
  const kid = header['kid'];
  if (algorithm === undefined || typeof kid !== 'string' || kid === '') return undefined;
  const signed = Buffer.from(`${head}.${body}`, 'ascii');
  return { algorithm, kid, claims, signed, signature: Buffer.from(signature ?? '', 'base64url') };
}

function objectOf(part: string | undefined): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part ?? '', 'base64url').toString('utf8'));
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (Object.assign(Object.create(null), value) as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Whether an assertion proves what the trust asks for: issuer, signature, tenant, subject, audience, time, in this order.
 * @throws keys.unavailable
 */
export async function isProven(text: string, trust: Trust, now: Date, findKey: FindKey): Promise<boolean> {
  const assertion = readAssertion(text);
  if (assertion === undefined || assertion.claims['iss'] !== trust.issuer) return false;
  const key = await findKey(trust.jwksUrl, assertion.kid, assertion.algorithm);
  if (key === undefined || !isSigned(assertion, key)) return false;
  const { claims } = assertion;
  return (
    claims['tid'] === trust.tenantId &&
    claims['sub'] === trust.subject &&
    isFor(claims['aud'], trust.audiences) &&
    isTimely(claims, now)
  );
}

function isSigned({ algorithm, signed, signature }: Assertion, key: KeyObject): boolean {
  const isRsa = key.asymmetricKeyType === 'rsa' && (key.asymmetricKeyDetails?.modulusLength ?? 0) >= 2048;
  const isP256 = key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1';
  if (algorithm === 'ES256' ? !isP256 : !isRsa) return false;
  return verify('sha256', signed, inputs[algorithm](key), signature);
}

const inputs: Readonly<Record<Algorithm, (key: KeyObject) => KeyObject | VerifyKeyObjectInput>> = {
  RS256: (key) => ({ key, padding: constants.RSA_PKCS1_PADDING }),
  PS256: (key) => ({ key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }),
  ES256: (key) => ({ key, dsaEncoding: 'ieee-p1363' }),
};

/** The portal shows an audience with `/.default`, the claim comes without it. */
export function bareAudience(text: string): string {
  return text.replace(/\/\.default$/, '');
}

function isFor(claim: unknown, audiences: readonly string[]): boolean {
  const wanted = audiences.map(bareAudience);
  const named = Array.isArray(claim) ? (claim as unknown[]) : [claim];
  return named.some((one) => typeof one === 'string' && wanted.includes(bareAudience(one)));
}

/** `exp` is a must, `nbf` is held when it is there; clocks may differ by five minutes. */
function isTimely({ exp, nbf }: Readonly<Record<string, unknown>>, now: Date): boolean {
  const seconds = now.getTime() / 1000;
  if (typeof exp !== 'number' || seconds >= exp + toleranceSeconds) return false;
  return nbf === undefined || (typeof nbf === 'number' && seconds >= nbf - toleranceSeconds);
}
