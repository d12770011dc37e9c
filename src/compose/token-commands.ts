// Joins the verbs of organizations and tokens with their services. Called by commands.ts.
import { createOrganization } from '../cli/organization-command';
import type { Output } from '../cli/output';
import {
  createFederation,
  createToken,
  listTokens,
  revokeToken,
  rotateToken,
  type TokenParts,
} from '../cli/token-command';
import type { TokenHandlers } from '../cli/token-verbs';
import type { Config } from '../config';
import type { Caller } from '../domain/caller';
import type { Core } from './core';

interface Parts {
  readonly config: Config;
  readonly output: Output;
  readonly within: (work: (core: Core) => Promise<boolean | void>) => Promise<boolean>;
  readonly forOne: (work: (core: Core, caller: Caller) => Promise<boolean | void>) => Promise<boolean>;
}

/** The handlers. */
export function createTokenHandlers({ config, output, within, forOne }: Parts): TokenHandlers {
  const { publicUrl } = config.web;
  const { licenseSku, licenseSeats } = config.firstOrganization;
  const forTokens = (work: (parts: TokenParts, now: Date) => Promise<void>): Promise<boolean> =>
    forOne(({ credentials, federationTrusts, clock }, caller) =>
      work({ credentials, federationTrusts, caller, output, publicUrl }, clock.now()),
    );
  return {
    organizationCreate: (slug, { name, zone: timeZone, locale, pool = licenseSku, seats = licenseSeats }) =>
      within(({ organizations }) =>
        createOrganization(
          { organizations, output },
          { slug, name, timeZone, locale, licenseSku: pool, licenseSeats: seats },
        ),
      ),
    tokenCreate: (kind, options) => forTokens((parts) => createToken(parts, kind, options)),
    federationCreate: (options) => forTokens((parts) => createFederation(parts, options)),
    tokenList: () => forTokens(listTokens),
    tokenRotate: (id, expires) => forTokens((parts) => rotateToken(parts, id, expires)),
    tokenRevoke: (id) => forTokens((parts) => revokeToken(parts, id)),
  };
}
