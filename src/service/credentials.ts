// Tokens and client secrets of an organization: made, listed, replaced with overlap, revoked. A secret is in the answer that
// makes it and nowhere else. Called by the command line.
import type { Clock } from '../clock';
import type { Caller, Scope } from '../domain/caller';
import {
  expiryOf,
  mostLive,
  nextName,
  nobody,
  readLabel,
  readMinutes,
  readScopes,
  type TokenKind,
} from '../domain/credential';
import { AppError } from '../errors';
import type { NewId } from '../ids';
import type { Database } from '../store/database';
import type { Stores } from '../store/stores';
import type { StoredToken } from '../store/token-store';
import { hashToken } from './access';
import { closeAlert } from './alert-step';
import { newSecret, type SecretKind } from './credential-secret';
import { freeSlot } from './credential-slot';

/** What is asked for. */
export interface TokenWish {
  readonly kind: TokenKind;
  readonly label: string;
  /** `90d`, `2y`, `2027-03-01`, `never`; undefined = the usual of the kind. */
  readonly expires?: string;
  /** Of API tokens alone. */
  readonly scopes?: readonly string[];
  /** Life of access tokens, of OAuth clients alone; 60 to 360, 60 when unset. */
  readonly minutes?: number;
}

/** A token that was made just now; `secret` is not kept. */
export interface MadeToken {
  readonly id: string;
  readonly kind: TokenKind;
  readonly label: string;
  readonly clientId: string | null;
  readonly secret: string;
  readonly scopes: readonly Scope[];
  readonly accessTokenMinutes: number | null;
  readonly expiresAt: Date | null;
}

/** The verbs. */
export interface Credentials {
  /** @throws input.invalid, token.limit, token.name_taken */
  create(caller: Caller, wish: TokenWish): Promise<MadeToken>;
  /**
   * Makes what replaces a token (a federation has none); both live until the old one is revoked or ends.
   * @throws token.not_found, token.limit, input.invalid
   */
  rotate(caller: Caller, id: string, expires?: string): Promise<MadeToken>;
  /** Live and revoked ones, oldest first. */
  list(caller: Caller): Promise<StoredToken[]>;
  /**
   * Ends a token, a secret, or (by its client id) a whole client with its access tokens; final. Answers what it ended.
   * @throws token.not_found when nothing live has that id
   */
  revoke(caller: Caller, idOrClientId: string): Promise<StoredToken[]>;
}

interface Dependencies {
  readonly database: Database;
  readonly clock: Clock;
  readonly newId: NewId;
  /** Lets go of checks that were kept, so that a revoked token ends here at once. */
  readonly access: { forget(): void };
}

type Draft = Omit<MadeToken, 'id' | 'secret'>;

const secretKinds: Readonly<Record<TokenKind, SecretKind>> = { scim: 'scim', api: 'api', 'oauth-client': 'client' };

/** The verbs over the database. */
export function createCredentials({ database, clock, newId, access }: Dependencies): Credentials {
  const store = async (stores: Stores, caller: Caller, draft: Draft, replaces: string | null): Promise<MadeToken> => {
    const made = { ...draft, id: newId(), secret: newSecret(secretKinds[draft.kind]) };
    await addRow(stores, made, caller, clock.now());
    await audit(stores, caller, replaces === null ? 'token.created' : 'token.rotated', made, clock.now(), { replaces });
    return made;
  };
  return {
    create: async (caller, wish) => {
      const draft = draftOf(wish, newId, clock.now());
      return database.inTransaction(caller.organizationId, (stores) => store(stores, caller, draft, null));
    },
    rotate: (caller, id, expires) =>
      database.inTransaction(caller.organizationId, async (stores) => {
        const tokens = await stores.tokens.list();
        const old = tokens.find((token) => token.id === id && token.revokedAt === null);
        if (old === undefined) throw new AppError('token.not_found');
        const { kind } = old;
        if (kind === 'federation')
          throw new AppError('input.invalid', { reason: 'A federation has no secret to rotate.' });
        const names = new Set(tokens.filter((one) => one.kind === 'api').map((one) => one.label));
        const label = old.kind === 'api' ? nextName(old.label, names) : old.label;
        const expiresAt = expiryOf(kind, expires, clock.now());
        return store(stores, caller, { ...pick(old), kind, label, expiresAt }, old.id);
      }),
    list: (caller) => database.read(caller.organizationId, (stores) => stores.tokens.list()),
    revoke: async (caller, id) => {
      const ended = await database.inTransaction(caller.organizationId, async (stores) => {
        const tokens = await stores.tokens.list();
        const live = tokens.filter((one) => one.revokedAt === null && (one.id === id || one.clientId === id));
        if (live.length === 0) throw new AppError('token.not_found');
        const at = clock.now();
        for (const token of live) await revokeRow(stores, caller, token, at);
        for (const { id: subjectId } of live) await closeAlert(stores, { kind: 'token_expiring', subjectId, at });
        return live.map((token) => ({ ...token, revokedAt: at }));
      });
      access.forget();
      return ended;
    },
  };
}

async function revokeRow(stores: Stores, caller: Caller, token: StoredToken, at: Date): Promise<void> {
  await stores.credentials.revoke(token.kind === 'api' ? 'api' : 'scim', token.id, at, caller.actor.id);
  await audit(stores, caller, 'token.revoked', token, at, {});
}

function draftOf(wish: TokenWish, newId: NewId, now: Date): Draft {
  const { kind } = wish;
  if (kind !== 'api' && wish.scopes !== undefined)
    throw new AppError('input.invalid', { reason: 'Only API tokens have scopes.' });
  if (kind !== 'oauth-client' && wish.minutes !== undefined)
    throw new AppError('input.invalid', { reason: 'Only OAuth clients have access tokens.' });
  return {
    kind,
    label: readLabel(wish.label),
    expiresAt: expiryOf(kind, wish.expires, now),
    scopes: kind === 'api' ? readScopes(wish.scopes ?? []) : [],
    clientId: kind === 'oauth-client' ? newId() : null,
    accessTokenMinutes: kind === 'oauth-client' ? readMinutes(wish.minutes) : null,
  };
}

function pick({ clientId, scopes, accessTokenMinutes }: StoredToken): Omit<Draft, 'kind' | 'label' | 'expiresAt'> {
  return { clientId, scopes, accessTokenMinutes };
}

async function addRow(stores: Stores, made: MadeToken, caller: Caller, at: Date): Promise<void> {
  const { id, label, expiresAt, scopes, clientId, accessTokenMinutes } = made;
  const digest = { id, last4: made.secret.slice(-4), expiresAt, createdAt: at };
  const tokenHash = hashToken(made.secret);
  if (made.kind === 'api') {
    const slotNo = await freeSlot(stores, 'api', at);
    const createdBy = caller.actor.id ?? nobody;
    await stores.credentials.addApiToken({ ...digest, name: label, tokenHash, scopes, slotNo, createdBy });
  } else if (made.kind === 'scim') {
    const slotNo = await freeSlot(stores, 'scim', at);
    await stores.credentials.addScimBearer({ ...digest, name: label, tokenHash, slotNo });
  } else if (clientId !== null && accessTokenMinutes !== null) {
    await checkSecrets(stores, clientId, at);
    await stores.tokens.addClientSecret({ ...digest, label, clientId, secretHash: tokenHash, accessTokenMinutes });
  }
}

/** A client has a few live secrets, so that the token endpoint never compares with many. */
async function checkSecrets(stores: Stores, clientId: string, at: Date): Promise<void> {
  await stores.organization.lock();
  const live = (await stores.tokens.list()).filter(
    (one) => one.clientId === clientId && one.revokedAt === null && (one.expiresAt === null || one.expiresAt > at),
  );
  if (live.length >= mostLive['oauth-client']) throw new AppError('token.limit');
}

function audit(
  stores: Stores,
  caller: Caller,
  action: string,
  token: Omit<MadeToken, 'secret' | 'kind'> & Pick<StoredToken, 'kind'>,
  at: Date,
  further: { readonly replaces?: string | null },
): Promise<void> {
  const { kind, label, clientId, scopes, expiresAt } = token;
  const detail = { kind, name: label, client_id: clientId, scopes, expires_at: expiresAt?.toISOString() ?? null };
  return stores.audit.add({
    caller,
    action,
    targetKind: 'token',
    targetId: token.id,
    detail: { ...detail, ...(further.replaces ? { replaces: further.replaces } : {}) },
    at,
  });
}
