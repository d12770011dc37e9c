// Token -> Caller. A token names its organization; a check that passed is kept in memory for at most one second, so that
// a hot client does not pay a statement per request, and a revoked token dies within that second everywhere.
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../clock';
import type { Caller, Scope } from '../domain/caller';
import { AppError } from '../errors';
import type { Credential } from '../store/credential-store';
import type { Database } from '../store/database';
import { createRequestBuckets } from './request-bucket';

/** A caller that came with a SCIM token, and how many requests a second its organization has set. */
export type ScimCaller = Caller & { readonly credentialId: string; readonly perSecond: number };

/** A caller that came with an API token. */
export type ApiCaller = Caller & { readonly tokenId: string; readonly scopes: readonly Scope[] };

/** The token checks of both machine doors. */
export interface Access {
  /** @throws token.invalid for a missing, unknown, expired or revoked token, all alike */
  scimCaller(token: string, requestId: string): Promise<ScimCaller>;
  /**
   * Takes one request of the organization's second; a step of its own, so that who is refused is known and logged.
   * @throws rate.limited above the setting `limit.scim`
   */
  admit(caller: Pick<ScimCaller, 'organizationId' | 'perSecond'>): void;
  /** @throws token.invalid likewise */
  apiCaller(token: string, requestId: string): Promise<ApiCaller>;
  /** Forgets every kept check; called by whoever revokes. */
  forget(): void;
}

interface Dependencies {
  readonly database: Database;
  readonly clock: Clock;
}

interface Kept {
  readonly credential: Credential;
  readonly untilMs: number;
}

/** Requests per second of an organization that has not set `limit.scim`. */
const scimPerSecond = 100;
const keepMs = 1000;
const keepMost = 1000;
const touchEveryMs = 60_000;
/** Ours are 52 characters at most; an operator's own may be longer. Anything beyond is refused unread. */
const longestToken = 512;

/** The token checks. */
export function createAccess({ database, clock }: Dependencies): Access {
  const kept = new Map<string, Kept>();
  const touched = new Map<string, number>();
  const buckets = createRequestBuckets(clock);

  const check = async (kind: 'scim' | 'api', token: string): Promise<Credential> => {
    if (token === '' || token.length > longestToken) throw new AppError('token.invalid');
    const hash = hashToken(token);
    const key = `${kind}:${hash}`;
    const nowMs = clock.now().getTime();
    const hit = kept.get(key);
    const credential = hit !== undefined && hit.untilMs > nowMs ? hit.credential : await find(kind, hash);
    if (credential === undefined || !isUsable(credential, hash, clock.now())) {
      kept.delete(key);
      throw new AppError('token.invalid');
    }
    if (hit?.credential !== credential) keep(kept, key, { credential, untilMs: nowMs + keepMs });
    await touch(credential, nowMs);
    return credential;
  };

  const find = (kind: 'scim' | 'api', hash: string): Promise<Credential | undefined> =>
    database.acrossOrganizations((scan) =>
      kind === 'scim' ? scan.credentials.findScim(hash) : scan.credentials.findApi(hash),
    );

  const touch = async (credential: Credential, nowMs: number): Promise<void> => {
    const last = touched.get(credential.id) ?? credential.lastUsedAt?.getTime() ?? 0;
    if (nowMs - last < touchEveryMs) return;
    touched.set(credential.id, nowMs);
    await database.acrossOrganizations((scan) =>
      scan.credentials.touch(credential.kind, credential.organizationId, credential.id, new Date(nowMs)),
    );
  };

  return {
    scimCaller: async (token, requestId) => {
      const { organizationId, id, scimLimit } = await check('scim', token);
      const perSecond = scimLimit ?? scimPerSecond;
      return { organizationId, actor: { kind: 'scim', id }, requestId, credentialId: id, perSecond };
    },
    admit: ({ organizationId, perSecond }) => {
      if (!buckets.take(organizationId, perSecond)) throw new AppError('rate.limited', { retryAfter: 1 });
    },
    apiCaller: async (token, requestId) => {
      const { organizationId, id, scopes } = await check('api', token);
      return { organizationId, actor: { kind: 'token', id }, requestId, tokenId: id, scopes };
    },
    forget: () => kept.clear(),
  };
}

/** SHA-256 of a token, 64 hex characters: all that is stored of it. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token, 'utf8').digest('hex');
}

function isUsable(credential: Credential, hash: string, now: Date): boolean {
  const isSame = timingSafeEqual(Buffer.from(credential.tokenHash, 'hex'), Buffer.from(hash, 'hex'));
  const isExpired = credential.expiresAt !== null && credential.expiresAt.getTime() <= now.getTime();
  return isSame && !isExpired && credential.organizationActive;
}

function keep(kept: Map<string, Kept>, key: string, it: Kept): void {
  if (kept.size >= keepMost) kept.delete(kept.keys().next().value as string);
  kept.set(key, it);
}
