// OAuth client credentials -> an access token for SCIM. A right secret is never refused for what others tried; a wrong one is
// counted for its client and its address. Called by the token endpoint.
import { timingSafeEqual } from 'node:crypto';
import type { Clock } from '../clock';
import type { Caller } from '../domain/caller';
import { accessTokenMinutes } from '../domain/credential';
import { AppError } from '../errors';
import type { NewId } from '../ids';
import type { ClientSecret } from '../store/access-token-store';
import type { Database } from '../store/database';
import { hashToken } from './access';
import { newSecret } from './credential-secret';
import type { Throttle } from './throttle';

/** What a client shows. */
export interface ClientProof {
  readonly clientId: string;
  readonly secret: string;
  /** Where the request comes from; failed tries are counted for it. */
  readonly address: string;
  readonly requestId: string;
}

/** An access token; its text is not kept. */
export interface Grant {
  readonly accessToken: string;
  readonly expiresInSeconds: number;
}

/** The verb of the token endpoint. */
export interface TokenGrants {
  /** @throws client.invalid for an unknown client and a wrong, expired or revoked secret, all alike; rate.limited */
  grant(proof: ClientProof): Promise<Grant>;
}

interface Dependencies {
  readonly database: Database;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly throttle: Pick<Throttle, 'take'>;
}

/** Longer than any client id or secret of ours; what is longer is refused unread. */
const longest = 255;

/** Gives access tokens. */
export function createTokenGrants({ database, clock, newId, throttle }: Dependencies): TokenGrants {
  const issue = async (secret: ClientSecret, requestId: string): Promise<Grant> => {
    const accessToken = newSecret('access');
    const minutes = secret.accessTokenMinutes ?? accessTokenMinutes.usual;
    const { organizationId, id: credentialId } = secret;
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

  return {
    grant: async ({ clientId, secret, address, requestId }) => {
      const isReadable = isPrintable(clientId) && isPrintable(secret);
      const secrets = isReadable
        ? await database.acrossOrganizations((scan) => scan.accessTokens.findSecrets(clientId))
        : [];
      const right = matching(secrets, hashToken(secret), clock.now());
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

/** The secret that was shown, if it may be used. Every one is compared, whichever is right. */
function matching(secrets: readonly ClientSecret[], hash: string, now: Date): ClientSecret | undefined {
  const shown = Buffer.from(hash, 'hex');
  const same = secrets.filter((one) => timingSafeEqual(Buffer.from(one.secretHash, 'hex'), shown));
  return same.find((one) => one.organizationActive && (one.expiresAt === null || one.expiresAt > now));
}
