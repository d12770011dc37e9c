// `uptake token create|list|rotate|revoke`: what is said of a token. Its secret is in the result of create and rotate alone.
import type { Caller } from '../domain/caller';
import type { TokenKind } from '../domain/credential';
import type { Credentials, MadeToken } from '../service/credentials';
import type { FederationTrusts } from '../service/federation-trusts';
import type { Trust } from '../domain/federation';
import type { Output } from './output';
import type { FederationOptions, TokenOptions } from './token-verbs';

/** Handed in by compose. */
export interface TokenParts {
  readonly credentials: Credentials;
  readonly federationTrusts: FederationTrusts;
  readonly caller: Caller;
  readonly output: Output;
  /** Base of the addresses a client needs. */
  readonly publicUrl: string;
}

type Shown = Omit<MadeToken, 'secret' | 'kind'> & {
  readonly kind: TokenKind | 'federation';
  readonly trust?: Trust | null;
};

/** Makes a token and shows its secret once. */
export async function createToken(parts: TokenParts, kind: TokenKind, options: TokenOptions): Promise<void> {
  show(parts, await parts.credentials.create(parts.caller, { kind, ...options }));
}

/** Makes what replaces a token and shows its secret once. */
export async function rotateToken(parts: TokenParts, id: string, expires: string | undefined): Promise<void> {
  show(parts, await parts.credentials.rotate(parts.caller, id, expires));
  parts.output.note(`The old one still lives; end it with: token revoke ${id}`);
}

/** Makes a trust; there is no secret to show. */
export async function createFederation(parts: TokenParts, options: FederationOptions): Promise<void> {
  const { tenant: tenantId, audience: audiences, ...rest } = options;
  const made = await parts.federationTrusts.create(parts.caller, { ...rest, tenantId, audiences });
  const tokenUrl = `${parts.publicUrl}/oauth/token`;
  const document = documentOf({ ...made, kind: 'federation', scopes: [] });
  parts.output.result({ ...document, scim_url: `${parts.publicUrl}/scim/v2`, token_url: tokenUrl }, [
    `${made.label} (federation), id ${made.id}, until ${made.expiresAt?.toISOString() ?? 'it is revoked'}`,
    `Client id: ${made.clientId}`,
    `Token URL: ${tokenUrl}`,
    `Trusts subject ${made.trust.subject} of ${made.trust.issuer}`,
  ]);
}

/** Lists them. */
export async function listTokens({ credentials, caller, output }: TokenParts, now: Date): Promise<void> {
  const tokens = (await credentials.list(caller)).map((token) => ({
    ...documentOf(token),
    last4: token.last4,
    state: stateOf(token, now),
    last_used_at: token.lastUsedAt?.toISOString() ?? null,
    revoked_at: token.revokedAt?.toISOString() ?? null,
    created_at: token.createdAt.toISOString(),
  }));
  const lines = tokens.map((it) =>
    [it.id, it.kind.padEnd(12), it.state.padEnd(7), `…${it.last4 ?? ''}`, it.expires_at ?? 'never', it.label].join(
      '  ',
    ),
  );
  output.result({ tokens }, lines.length === 0 ? ['There are no tokens.'] : lines);
}

/** Ends a token, a secret or a client. */
export async function revokeToken({ credentials, caller, output }: TokenParts, id: string): Promise<void> {
  const ended = await credentials.revoke(caller, id);
  const at = ended[0]?.revokedAt?.toISOString() ?? null;
  output.result({ revoked: ended.map((token) => token.id), revoked_at: at }, [
    `Revoked ${ended.length === 1 ? 'one' : ended.length}; every process refuses within one second.`,
  ]);
}

function show({ output, publicUrl }: TokenParts, made: MadeToken): void {
  const isClient = made.clientId !== null;
  const addresses = {
    scim_url: made.kind === 'api' ? null : `${publicUrl}/scim/v2`,
    token_url: isClient ? `${publicUrl}/oauth/token` : null,
  };
  output.result({ ...documentOf(made), secret: made.secret, ...addresses }, [
    `${made.label} (${made.kind}), id ${made.id}, until ${made.expiresAt?.toISOString() ?? 'it is revoked'}`,
    ...(isClient ? [`Client id: ${made.clientId}`, `Token URL: ${addresses.token_url}`] : []),
    `${isClient ? 'Client secret' : 'Token'} (shown once): ${made.secret}`,
  ]);
}

function documentOf(it: Shown) {
  return {
    id: it.id,
    kind: it.kind,
    label: it.label,
    client_id: it.clientId,
    scopes: it.scopes,
    access_token_minutes: it.accessTokenMinutes,
    expires_at: it.expiresAt?.toISOString() ?? null,
    ...(it.trust && { trust: trustOf(it.trust) }),
  };
}

function trustOf({ issuer, jwksUrl, tenantId, subject, audiences }: Trust) {
  return { issuer, jwks_url: jwksUrl, tenant_id: tenantId, subject, audiences };
}

function stateOf({ revokedAt, expiresAt }: { revokedAt: Date | null; expiresAt: Date | null }, now: Date): string {
  if (revokedAt !== null) return 'revoked';
  return expiresAt !== null && expiresAt <= now ? 'expired' : 'live';
}
