// The first organization of an installation: made by `migrate` under its lock, so that `npm start`, `start:web` and
// compose all find the same one. Later runs only keep the bootstrap tokens equal to the environment.
import type { Clock } from '../clock';
import { scopes, systemCaller } from '../domain/caller';
import { expiryOf, nobody } from '../domain/credential';
import type { NewId } from '../ids';
import type { Database } from '../store/database';
import type { Stores } from '../store/stores';
import { hashToken } from './access';
import { newSecret } from './credential-secret';
import { freeSlot } from './credential-slot';
import { createMakeOrganization, type Furnish } from './new-organization';

/** What the environment says of the first organization. */
export interface FirstOrganizationSettings {
  readonly scimToken: string | undefined;
  readonly apiToken: string | undefined;
  readonly licenseSku: string;
  readonly licenseSeats: number;
}

/** What was made, and what must be shown once because only its hash is kept. */
export interface FirstOrganization {
  readonly organizationId: number;
  readonly isNew: boolean;
  readonly generated: { readonly scimToken?: string; readonly apiToken?: string };
}

interface Dependencies {
  readonly database: Database;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly furnish: readonly Furnish[];
}

const bootstrapName = 'bootstrap';

/** Makes or finds the organization `main`; one transaction. */
export function createFirstOrganization({ database, clock, newId, furnish }: Dependencies) {
  const make = createMakeOrganization(newId, furnish);

  /** A row is added when none has that hash; a revoked one stays revoked; a changed value replaces the old. */
  const bootstrap = async (
    stores: Stores,
    kind: 'scim' | 'api',
    given: string | undefined,
    at: Date,
  ): Promise<string | undefined> => {
    const rows = await stores.credentials.listByName(kind, bootstrapName);
    if (given === undefined && rows.length > 0) return undefined;
    const token = given ?? newSecret(kind);
    const tokenHash = hashToken(token);
    if (rows.some((row) => row.tokenHash === tokenHash)) return undefined;
    for (const row of rows.filter((one) => !one.isRevoked)) await revoke(stores, kind, row.id, at);
    const it = {
      id: newId(),
      name: bootstrapName,
      tokenHash,
      last4: token.slice(-4),
      slotNo: await freeSlot(stores, kind, at),
      // A SCIM token ends like any other; the API token of an installation that runs by itself may live on.
      expiresAt: expiryOf(kind, kind === 'scim' ? undefined : 'never', at),
      createdAt: at,
    };
    if (kind === 'scim') await stores.credentials.addScimBearer(it);
    else await stores.credentials.addApiToken({ ...it, scopes, createdBy: nobody });
    await tell(stores, 'token.created', it.id, kind, at);
    return given === undefined ? token : undefined;
  };

  /** Numbered as the steps of `migrate`: 1. find or make the organization 2. its parts 3. its tokens. */
  return async (settings: FirstOrganizationSettings): Promise<FirstOrganization> =>
    database.acrossOrganizations(async (scan) => {
      const at = clock.now();
      const found = await scan.organizations.findBySlug('main');
      const organizationId = found?.organizationId ?? (await make(scan, { ...firstOrganization, ...settings }, at));
      const stores = scan.of(organizationId);
      const scimToken = await bootstrap(stores, 'scim', settings.scimToken, at);
      const apiToken = await bootstrap(stores, 'api', settings.apiToken, at);
      return { organizationId, isNew: found === undefined, generated: { scimToken, apiToken } };
    });
}

async function revoke(stores: Stores, kind: 'scim' | 'api', id: string, at: Date): Promise<void> {
  await stores.credentials.revoke(kind, id, at);
  await tell(stores, 'token.revoked', id, kind, at);
}

async function tell(
  stores: Stores,
  action: 'token.created' | 'token.revoked',
  id: string,
  kind: string,
  at: Date,
): Promise<void> {
  const caller = systemCaller(stores.organizationId, 'first start');
  await stores.audit.add({
    caller,
    action,
    targetKind: 'token',
    targetId: id,
    detail: { kind, name: bootstrapName },
    at,
  });
}

const firstOrganization = {
  slug: 'main',
  name: 'My organization',
  timeZone: 'UTC',
  locale: 'en',
};
