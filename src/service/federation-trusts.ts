// Workload identity federation: trusts an organization sets instead of a secret. Listing and revoking are credentials' verbs.
// Called by the command line.
import type { Clock } from '../clock';
import type { Caller } from '../domain/caller';
import { expiryOf, readLabel, readMinutes } from '../domain/credential';
import { readTrust, type Trust, type TrustWish } from '../domain/federation';
import { AppError } from '../errors';
import type { NewId } from '../ids';
import type { Database } from '../store/database';
import { isAllowedHost } from './provider-keys';

/** What is asked for. */
export interface FederationWish extends TrustWish {
  readonly label: string;
  /** As for API tokens; never unless said. */
  readonly expires?: string;
  /** Life of access tokens, 60 to 360. */
  readonly minutes?: number;
}

/** A trust that was made; there is no secret. */
export interface MadeTrust {
  readonly id: string;
  readonly label: string;
  readonly clientId: string;
  readonly trust: Trust;
  readonly accessTokenMinutes: number;
  readonly expiresAt: Date | null;
}

/** The verb. */
export interface FederationTrusts {
  /** @throws input.invalid, also for a host that keys may not come from */
  create(caller: Caller, wish: FederationWish): Promise<MadeTrust>;
}

interface Dependencies {
  readonly database: Database;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly keyHosts: readonly string[];
}

/** The verb over the database. */
export function createFederationTrusts({ database, clock, newId, keyHosts }: Dependencies): FederationTrusts {
  return {
    create: async (caller, wish) => {
      const at = clock.now();
      const trust = readTrust(wish);
      if (!isAllowedHost(trust.jwksUrl, keyHosts))
        throw new AppError('input.invalid', { reason: `Keys come over https from ${keyHosts.join(', ')} alone.` });
      const made: MadeTrust = {
        id: newId(),
        label: readLabel(wish.label),
        clientId: newId(),
        trust,
        accessTokenMinutes: readMinutes(wish.minutes),
        expiresAt: expiryOf('api', wish.expires ?? 'never', at),
      };
      await database.inTransaction(caller.organizationId, async (stores) => {
        await stores.tokens.addTrust({ ...made, createdAt: at });
        const detail = { kind: 'federation', name: made.label, client_id: made.clientId, tenant_id: trust.tenantId };
        const target = { targetKind: 'token', targetId: made.id };
        await stores.audit.add({ caller, action: 'token.created', ...target, detail, at });
      });
      return made;
    },
  };
}
