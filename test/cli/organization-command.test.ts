// What the command line says of an organization that was made.
import { createOrganization } from '../../src/cli/organization-command';

describe('organization create', () => {
  it('names the organization and how to go on', async () => {
    const said: { document: unknown; lines: readonly string[] }[] = [];
    const wish = { slug: 'acme', name: 'Acme', timeZone: 'UTC', locale: 'en', licenseSku: 'APP', licenseSeats: 5 };
    const organizations = {
      create: (it: typeof wish) => Promise.resolve({ ...it, organizationId: 7 }),
      find: () => Promise.resolve(7),
    };
    const output = {
      result: (document: unknown, lines: readonly string[]) => void said.push({ document, lines }),
      failure: () => undefined,
      note: () => undefined,
    };

    await createOrganization({ organizations, output }, wish);

    expect(said[0]?.document).toEqual({
      organization_id: 7,
      slug: 'acme',
      name: 'Acme',
      time_zone: 'UTC',
      locale: 'en',
      pool: 'APP',
      seats: 5,
    });
    expect(said[0]?.lines.join('\n')).toContain('--organization acme');
  });
});
