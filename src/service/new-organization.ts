// What every organization begins with: a pool with the rule auto, settings, the first report, drafts of policies.
// Called by first-organization and organizations, inside their transaction.
import type { NewId } from '../ids';
import type { Scan } from '../store/scan';
import type { Stores } from '../store/stores';

/** A part of a new organization that another service knows how to make (reports, reminder policies). */
export type Furnish = (stores: Stores, at: Date) => Promise<void>;

/** Who the organization is, and its first pool. */
export interface NewOrganization {
  readonly slug: string;
  readonly name: string;
  readonly timeZone: string;
  readonly locale: string;
  readonly licenseSku: string;
  readonly licenseSeats: number;
}

/** Makes an organization; answers its number. */
export type MakeOrganization = (scan: Scan, it: NewOrganization, at: Date) => Promise<number>;

const productName = 'Enpass';

/** Links of mails are unset at first: then a mail has no button. Limits are requests per minute and per second. */
const defaultSettings = { setup_url: null, quick_start_url: null, 'limit.adoption': 30, 'limit.scim': 100 };

/** Makes organizations with everything they begin with. */
export function createMakeOrganization(newId: NewId, furnish: readonly Furnish[]): MakeOrganization {
  return async (scan, { slug, name, timeZone, locale, licenseSku, licenseSeats }, at) => {
    const row = { slug, name, productName, timeZone, locale, createdAt: at };
    const organizationId = await scan.organizations.create(row);
    const stores = scan.of(organizationId);
    const pool = { code: licenseSku, name: licenseSku, isApp: true, seats: licenseSeats, sortOrder: 1 };
    const poolId = await stores.pools.create(newId, pool, at);
    await stores.pools.addRule(newId(), poolId, 'auto', '*', at);
    for (const [setting, value] of Object.entries(defaultSettings))
      await stores.settings.save(setting, value, null, at);
    for (const part of furnish) await part(stores, at);
    return organizationId;
  };
}
