// The first organization: made once, with everything it begins with; later runs only follow the environment's tokens.
import { systemCaller } from '../../src/domain/caller';
import { newId } from '../../src/ids';
import { createAccess } from '../../src/service/access';
import { createCredentials } from '../../src/service/credentials';
import { createFirstOrganization } from '../../src/service/first-organization';
import { createReminderDrafts } from '../../src/service/policies';
import { createFirstReport } from '../../src/service/reports';
import { testClock } from '../support/builders';
import { useDatabase } from '../support/database';

describe('the first organization', () => {
  const db = useDatabase();
  const clock = testClock();
  const unset = { scimToken: undefined, apiToken: undefined, licenseSku: 'APP', licenseSeats: 500 };
  const build = () => {
    const parts = { database: db.database, clock, newId };
    return createFirstOrganization({ ...parts, furnish: [createReminderDrafts(parts), createFirstReport(parts)] });
  };
  const rows = async (sql: string) => (await db.sql.query(sql))[0] as Record<string, unknown>[];

  beforeEach(async () => {
    clock.set('2026-03-02T09:00:00Z');
    await db.sql.query(
      'SET FOREIGN_KEY_CHECKS = 0; DELETE FROM organizations; DELETE FROM license_pools; DELETE FROM license_pool_terms; DELETE FROM license_rules; SET FOREIGN_KEY_CHECKS = 1',
    );
  });

  it('has a pool with its seats, the rule auto, its settings, the first report and the drafts of policies', async () => {
    const made = await build()({ ...unset, licenseSku: 'VAULT', licenseSeats: 42 });

    expect(made.isNew).toBe(true);
    expect(await rows('SELECT slug, name, time_zone, locale FROM organizations')).toEqual([
      { slug: 'main', name: 'My organization', time_zone: 'UTC', locale: 'en' },
    ]);
    expect(await rows('SELECT code, is_app, assigned FROM license_pools')).toEqual([
      { code: 'VAULT', is_app: 1, assigned: 0 },
    ]);
    expect(await rows('SELECT seats FROM license_pool_terms')).toEqual([{ seats: 42 }]);
    expect(await rows('SELECT source FROM license_rules')).toEqual([{ source: 'auto' }]);
    expect(
      (await rows('SELECT setting FROM organization_settings ORDER BY setting')).map(({ setting }) => setting),
    ).toEqual(['limit.adoption', 'limit.scim', 'quick_start_url', 'setup_url']);
    expect(await rows('SELECT slug, report_kind FROM report_definitions')).toEqual([
      { slug: 'users-and-adoption', report_kind: 'user_list' },
    ]);
    expect(await rows("SELECT COUNT(*) AS n FROM reminder_policies WHERE state = 'draft'")).toEqual([{ n: 8 }]);
  });

  it('shows generated tokens once and makes nothing the second time', async () => {
    const first = await build()(unset);
    const second = await build()(unset);

    expect(first.generated.scimToken).toMatch(/^upt_scim_[\w-]{43}$/);
    expect(first.generated.apiToken).toMatch(/^upt_[\w-]{43}$/);
    expect(second).toEqual({ organizationId: first.organizationId, isNew: false, generated: {} });
    const access = createAccess({ database: db.database, clock });
    expect((await access.scimCaller(first.generated.scimToken!, 'r')).organizationId).toBe(first.organizationId);
    expect((await access.apiCaller(first.generated.apiToken!, 'r')).scopes).toHaveLength(7);
  });

  it('replaces the token when the environment changes it, and keeps a revoked one revoked', async () => {
    const [one, two] = [`one-${'1'.repeat(40)}`, `two-${'2'.repeat(40)}`];
    const access = () => createAccess({ database: db.database, clock });
    await build()({ ...unset, scimToken: one });
    await build()({ ...unset, scimToken: two });
    await expect(access().scimCaller(one, 'r')).rejects.toMatchObject({ code: 'token.invalid' });
    await access().scimCaller(two, 'r');
    await db.sql.query('UPDATE scim_credentials SET revoked_at = NOW(6), slot_no = NULL WHERE revoked_at IS NULL');

    await build()({ ...unset, scimToken: two });

    await expect(access().scimCaller(two, 'r')).rejects.toMatchObject({ code: 'token.invalid' });
    expect(await rows('SELECT COUNT(*) AS n FROM scim_credentials')).toEqual([{ n: 2 }]);
  });

  it.each([
    ['generated', undefined],
    ['of the environment', `given-${'1'.repeat(40)}`],
  ])('ends a SCIM token that is %s after a year, as the list of tokens says', async (_, scimToken) => {
    const { organizationId, generated } = await build()({ ...unset, scimToken });
    const token = scimToken ?? generated.scimToken!;
    const access = createAccess({ database: db.database, clock });
    const credentials = createCredentials({ database: db.database, clock, newId, access });

    const listed = await credentials.list(systemCaller(organizationId, 'test'));
    clock.set('2027-03-02T08:59:59Z');
    await access.scimCaller(token, 'r');
    clock.set('2027-03-02T09:00:00Z');
    const late = createAccess({ database: db.database, clock }).scimCaller(token, 'r');

    expect(listed.map(({ kind, label, expiresAt }) => [kind, label, expiresAt?.toISOString()]).toSorted()).toEqual([
      ['api', 'bootstrap', undefined],
      ['scim', 'bootstrap', '2027-03-02T09:00:00.000Z'],
    ]);
    await expect(late).rejects.toMatchObject({ code: 'token.invalid' });
  });

  it('leaves a SCIM token as it is that an older version made without an end', async () => {
    const scimToken = `given-${'1'.repeat(40)}`;
    await build()({ ...unset, scimToken });
    await db.sql.query('UPDATE scim_credentials SET expires_at = NULL');

    await build()({ ...unset, scimToken });

    expect(await rows('SELECT expires_at FROM scim_credentials')).toEqual([{ expires_at: null }]);
  });

  it('stores no token, only digests', async () => {
    const { generated } = await build()(unset);

    const kept = JSON.stringify([
      await rows('SELECT * FROM api_tokens'),
      await rows('SELECT * FROM scim_credentials'),
      await rows('SELECT * FROM audit_entries'),
    ]);

    expect(kept).not.toContain(generated.scimToken!.slice(9, 30));
    expect(kept).not.toContain(generated.apiToken!.slice(4, 25));
  });
});
