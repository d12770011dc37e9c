// Further organizations: made whole like the first one, and apart from it.
import { systemCaller } from '../../src/domain/caller';
import { newId } from '../../src/ids';
import { createAccess } from '../../src/service/access';
import { createCredentials } from '../../src/service/credentials';
import { createOrganizations } from '../../src/service/organizations';
import { createReminderDrafts } from '../../src/service/policies';
import { createFirstReport } from '../../src/service/reports';
import { testClock } from '../support/builders';
import { useDatabase } from '../support/database';

describe('a further organization', () => {
  const db = useDatabase();
  const clock = testClock();
  const wish = {
    slug: 'acme-1',
    name: ' Acme & Söhne ',
    timeZone: 'Europe/Berlin',
    locale: 'de',
    licenseSku: 'VAULT',
    licenseSeats: 7,
  };
  const build = () => {
    const parts = { database: db.database, clock, newId };
    return createOrganizations({ ...parts, furnish: [createReminderDrafts(parts), createFirstReport(parts)] });
  };
  const rows = async (sql: string, id: number) => (await db.sql.query(sql, [id]))[0] as Record<string, unknown>[];

  it('begins with pool, rule, settings, first report, drafts and an audit entry, but no token', async () => {
    const { organizationId } = await build().create(wish, 'test');

    const of = (columns: string, table: string) =>
      rows(`SELECT ${columns} FROM ${table} WHERE organization_id = ?`, organizationId);
    expect(await of('slug, name, time_zone, locale, status', 'organizations')).toEqual([
      { slug: 'acme-1', name: 'Acme & Söhne', time_zone: 'Europe/Berlin', locale: 'de', status: 'active' },
    ]);
    expect(await of('code, is_app', 'license_pools')).toEqual([{ code: 'VAULT', is_app: 1 }]);
    expect(await of('seats', 'license_pool_terms')).toEqual([{ seats: 7 }]);
    expect(await of('source, match_value', 'license_rules')).toEqual([{ source: 'auto', match_value: '*' }]);
    expect(await of('COUNT(*) AS n', 'organization_settings')).toEqual([{ n: 4 }]);
    expect(await of('slug', 'report_definitions')).toEqual([{ slug: 'users-and-adoption' }]);
    expect(await of('COUNT(*) AS n', 'reminder_policies')).toEqual([{ n: 8 }]);
    expect(await of('action', 'audit_entries')).toEqual([{ action: 'organization.created' }]);
    expect(await of('id', 'scim_credentials')).toEqual([]);
    expect(await build().find('acme-1')).toBe(organizationId);
  });

  it('has tokens of its own', async () => {
    const { organizationId } = await build().create(wish, 'test');
    const access = createAccess({ database: db.database, clock });
    const credentials = createCredentials({ database: db.database, clock, newId, access });

    const { secret } = await credentials.create(systemCaller(organizationId, 'test'), { kind: 'scim', label: 'Entra' });

    expect((await access.scimCaller(secret, 'r')).organizationId).toBe(organizationId);
  });

  it('is made once, also when asked for twice at the same moment', async () => {
    const results = await Promise.allSettled([build().create(wish, 'a'), build().create(wish, 'b')]);

    expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    const reason: unknown = results.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []))[0];
    expect(reason).toMatchObject({ code: 'organization.slug_taken' });
    await expect(build().create(wish, 'c')).rejects.toMatchObject({ code: 'organization.slug_taken' });
  });

  it.each([
    [{ slug: '' }],
    [{ slug: 'Acme' }],
    [{ slug: '-acme' }],
    [{ slug: 'a/../b' }],
    [{ slug: 'a'.repeat(41) }],
    [{ name: ' ' }],
    [{ name: 'a\u0000' }],
    [{ name: 'a'.repeat(121) }],
    [{ timeZone: 'Mars/Olympus' }],
    [{ timeZone: '+02:00' }],
    [{ locale: 'de_DE' }],
    [{ locale: 'x'.repeat(20) }],
    [{ licenseSku: '' }],
    [{ licenseSeats: -1 }],
    [{ licenseSeats: 1.5 }],
  ])('is refused with %j, and nothing is written', async (over) => {
    await expect(build().create({ ...wish, ...over }, 'test')).rejects.toMatchObject({ code: 'input.invalid' });
    expect(await rows('SELECT slug FROM organizations WHERE organization_id > ?', db.secondOrganizationId)).toEqual([]);
  });

  it('is not found under a slug nobody has', async () => {
    await expect(build().find('nobody')).rejects.toMatchObject({ code: 'organization.not_found' });
  });
});
