// OAuth client credentials -> an access token for SCIM. A right secret is never refused for what others tried; a wrong one is
// counted for its client and its address. Called by the token endpoint.
import { timingSafeEqual } from 'node:crypto';
import type { Clock } from '../clock';
import type { Caller } from '../domain/caller';
import { accessTokenMinutes } from '../domain/credential';
import { AppError } from '../errors';
import type { NewId } from '../ids';
import type { ClientCredential, ClientSecret } from '../store/access-token-store';
import type { Database } from '../store/database';
import { hashToken } from './access';
import { isProven, readAssertion, type FindKey } from './assertion';
import { newSecret } from './credential-secret';
import type { Throttle } from './throttle';

/** What a client shows: its secret, or the assertion of a provider that its organization trusts. */
export type ClientProof = ({ readonly secret: string } | { readonly assertion: string }) & {
  readonly clientId: string;
  /** Where the request comes from; failed tries are counted for it. */
  readonly address: string;
  readonly requestId: string;
};

/** An access token; its text is not kept. */
export interface Grant {
  readonly accessToken: string;
  readonly expiresInSeconds: number;
}

/** The verb of the token endpoint. */
export interface TokenGrants {
  /**
   * @throws client.invalid for an unknown client and a wrong, expired or revoked proof, all alike; rate.limited; keys.unavailable
   * when the provider of an assertion cannot be asked
   */
  grant(proof: ClientProof): Promise<Grant>;
}

interface Dependencies {
  readonly database: Database;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly throttle: Pick<Throttle, 'take'>;
  readonly findKey: FindKey;
}

/** Longer than any client id or secret of ours; what is longer is refused unread. */
const longest = 255;

/** Gives access tokens. */
export function createTokenGrants({ database, clock, newId, throttle, findKey }: Dependencies): TokenGrants {
  const issue = async (credential: ClientCredential, requestId: string): Promise<Grant> => {
    const accessToken = newSecret('access');
    const minutes = credential.accessTokenMinutes ?? accessTokenMinutes.usual;
    const { organizationId, id: credentialId } = credential;
    await database.inTransaction(organizationId, async (stores) => {
      const at = clock.now();
      const it = { id: newId(), credentialId, tokenHash: hashToken(accessToken), createdAt: at };
      await stores.accessTokens.removeEnded(at);
      await stores.accessTokens.add({ ...it, expiresAt: new Date(at.getTime() + minutes * 60_000) });
      const caller: Caller = { organizationId, actor: { kind: 'scim', id: credentialId }, requestId };
      const target = { targetKind: 'token', targetId: credentialId };
      await stores.audit.add({ caller, action: 'access_token.issued', ...target, detail: { minutes }, at });
    });
    return { accessToken, expiresInSeconds: minutes * 60 };
  };

  /** The secret that was shown, if it may be used. */
  const shown = async (clientId: string, secret: string): Promise<ClientCredential | undefined> => {
    if (!isPrintable(clientId) || !isPrintable(secret)) return undefined;
    const secrets = await database.acrossOrganizations((scan) => scan.accessTokens.findSecrets(clientId));
    return matching(secrets, hashToken(secret)).find((one) => isUsable(one, clock.now()));
  };

  /** The trust that the assertion proves. */
  const proven = async (clientId: string, assertion: string): Promise<ClientCredential | undefined> => {
    if (!isPrintable(clientId) || readAssertion(assertion) === undefined) return undefined;
    const found = await database.acrossOrganizations((scan) => scan.accessTokens.findTrust(clientId));
    if (found === undefined || !isUsable(found, clock.now())) return undefined;
    return (await isProven(assertion, found.trust, clock.now(), findKey)) ? found : undefined;
  };

  return {
    grant: async (proof) => {
      const { clientId, address, requestId } = proof;
      const right = await ('secret' in proof ? shown(clientId, proof.secret) : proven(clientId, proof.assertion));
      if (right !== undefined) return issue(right, requestId);
      await throttle.take('client_address', address);
      await throttle.take('client', clientId);
      throw new AppError('client.invalid');
    },
  };
}

function isPrintable(text: string): boolean {
  return text.length <= longest && /^[\x20-\x7e]+$/.test(text);
}

function isUsable({ organizationActive, expiresAt }: ClientCredential, now: Date): boolean {
  return organizationActive && (expiresAt === null || expiresAt > now);
}

/** Every secret is compared, whichever is right. */
function matching(secrets: readonly ClientSecret[], hash: string): ClientSecret[] {
  const digest = Buffer.from(hash, 'hex');
  return secrets.filter((one) => timingSafeEqual(Buffer.from(one.secretHash, 'hex'), digest));
}
