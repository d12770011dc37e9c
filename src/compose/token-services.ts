// What checks, makes and ends tokens; one cache of checks for all of them. Called by core.ts.
import { createAccess } from '../service/access';
import { createCredentials } from '../service/credentials';
import type { Throttle } from '../service/throttle';
import { createFederationTrusts } from '../service/federation-trusts';
import { createProviderKeys, microsoftHosts } from '../service/provider-keys';
import { createTokenGrants } from '../service/token-grants';
import { createTokenWatch } from '../service/token-watch';

type Parts = Omit<Parameters<typeof createCredentials>[0], 'access'>;

/** Builds them. */
export function createTokenServices(parts: Parts, throttle: Throttle) {
  const access = createAccess(parts);
  return {
    access,
    credentials: createCredentials({ ...parts, access }),
    tokenWatch: createTokenWatch(parts),
    tokenGrants: createTokenGrants({
      ...parts,
      throttle,
      findKey: createProviderKeys({ ...parts, hosts: microsoftHosts }),
    }),
    federationTrusts: createFederationTrusts({ ...parts, keyHosts: microsoftHosts }),
  };
}
