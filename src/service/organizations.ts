// Organizations after the first: made from the command line, with the same parts as the first one.
import type { Clock } from '../clock';
import { systemCaller } from '../domain/caller';
import { zoneName } from '../domain/zone-calendar';
import { AppError } from '../errors';
import type { NewId } from '../ids';
import type { Database } from '../store/database';
import { createMakeOrganization, type Furnish, type NewOrganization } from './new-organization';

/** The verbs of organizations. */
export interface Organizations {
  /**
   * Makes an organization without any token or admin.
   * @throws input.invalid, organization.slug_taken
   */
  create(wish: NewOrganization, requestId: string): Promise<NewOrganization & { readonly organizationId: number }>;
  /** @throws organization.not_found */
  find(slug: string): Promise<number>;
}

interface Dependencies {
  readonly database: Database;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly furnish: readonly Furnish[];
}

/** The verbs. */
export function createOrganizations({ database, clock, newId, furnish }: Dependencies): Organizations {
  const make = createMakeOrganization(newId, furnish);
  return {
    create: async (wish, requestId) => {
      const it = readWish(wish);
      const organizationId = await database.acrossOrganizations(async (scan) => {
        if (await scan.organizations.findBySlug(it.slug)) throw new AppError('organization.slug_taken');
        const at = clock.now();
        const made = await make(scan, it, at);
        await scan.of(made).audit.add({
          caller: systemCaller(made, requestId),
          action: 'organization.created',
          targetKind: 'organization',
          targetId: null,
          detail: { slug: it.slug, time_zone: it.timeZone, locale: it.locale },
          at,
        });
        return made;
      });
      return { ...it, organizationId };
    },
    find: async (slug) => {
      const found = await database.acrossOrganizations((scan) => scan.organizations.findBySlug(slug));
      if (found === undefined) throw new AppError('organization.not_found');
      return found.organizationId;
    },
  };
}

function readWish(wish: NewOrganization): NewOrganization {
  const name = wish.name.trim();
  const timeZone = zoneName(wish.timeZone);
  const locale = localeOf(wish.locale);
  check(/^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/.test(wish.slug), 'A slug has 1 to 40 of a-z, 0-9 and inner hyphens.');
  check(name !== '' && Array.from(name).length <= 120 && !/\p{C}/u.test(name), 'A name has 1 to 120 characters.');
  check(timeZone !== undefined, 'The zone is not known; an IANA name is expected: Europe/Berlin.');
  check(locale !== undefined, 'The locale is not known; for example en, de, pt-BR.');
  check(/^[A-Za-z0-9._-]{1,64}$/.test(wish.licenseSku), 'A pool code has 1 to 64 letters, digits, dots, dashes.');
  check(
    Number.isInteger(wish.licenseSeats) && wish.licenseSeats >= 0 && wish.licenseSeats <= 10_000_000,
    'Seats are a whole number up to 10,000,000.',
  );
  return { ...wish, name, timeZone: timeZone ?? '', locale: locale ?? '' };
}

function check(isWell: boolean, reason: string): void {
  if (!isWell) throw new AppError('input.invalid', { reason });
}

function localeOf(text: string): string | undefined {
  if (!/^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,2}$/.test(text)) return undefined;
  const [tag] = Intl.getCanonicalLocales(text);
  return tag !== undefined && tag.length <= 16 ? tag : undefined;
}
