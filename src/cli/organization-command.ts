// `uptake organization create SLUG`: a further organization beside the first one.
import type { NewOrganization } from '../service/new-organization';
import type { Organizations } from '../service/organizations';
import type { Output } from './output';

/** Makes it and says how to go on. */
export async function createOrganization(
  { organizations, output }: { readonly organizations: Organizations; readonly output: Output },
  wish: NewOrganization,
): Promise<void> {
  const made = await organizations.create(wish, 'command line');
  output.result(
    {
      organization_id: made.organizationId,
      slug: made.slug,
      name: made.name,
      time_zone: made.timeZone,
      locale: made.locale,
      pool: made.licenseSku,
      seats: made.licenseSeats,
    },
    [
      `Organization ${made.slug} (${made.name}) is made: pool ${made.licenseSku} with ${made.licenseSeats} seats.`,
      `Its tokens: token create scim --label Entra --organization ${made.slug}`,
      `Its first admin: admin recover --organization ${made.slug}`,
    ],
  );
}
