// Token -> caller: what is refused, how long a check is kept, and that a token names its organization.
import { newId } from '../../src/ids';
import { createAccess, hashToken } from '../../src/service/access';
import { testClock } from '../support/builders';
import { useDatabase } from '../support/database';

const token = `upt_scim_${'a'.repeat(43)}`;

describe('access', () => {
  const db = useDatabase();
  const clock = testClock();
  const build = () => createAccess({ database: db.database, clock });
  const add = (organizationId: number, text: string, expiresAt: Date | null = null) =>
    db.database.inTransaction(organizationId, (stores) =>
      stores.credentials.addScimBearer({
        id: newId(),
        name: 'test',
        tokenHash: hashToken(text),
        last4: text.slice(-4),
        slotNo: 1,
        expiresAt,
        createdAt: clock.now(),
      }),
    );

  beforeEach(() => clock.set('2026-03-02T09:00:00Z'));

  it('gives the organization of the token, whoever asks', async () => {
    await add(db.secondOrganizationId, token);

    const caller = await build().scimCaller(token, 'r1');

    expect(caller).toMatchObject({ organizationId: db.secondOrganizationId, actor: { kind: 'scim' }, requestId: 'r1' });
  });

  it.each([
    ['', 'missing'],
    ['upt_scim_unknown', 'unknown'],
    ['x'.repeat(8192), 'too long'],
    [`${token} `, 'almost right'],
  ])('refuses a token that is %#: %s', async (text) => {
    await add(db.organizationId, token);

    await expect(build().scimCaller(text, 'r')).rejects.toMatchObject({ code: 'token.invalid' });
  });

  it('does not take a SCIM token for the API', async () => {
    await add(db.organizationId, token);

    await expect(build().apiCaller(token, 'r')).rejects.toMatchObject({ code: 'token.invalid' });
  });

  it('asks the database once a second and forgets a revoked token within it', async () => {
    await add(db.organizationId, token);
    const access = build();
    await access.scimCaller(token, 'r');
    await db.sql.query('UPDATE scim_credentials SET revoked_at = NOW(6), slot_no = NULL');
    db.statements.length = 0;

    await access.scimCaller(token, 'r');
    const kept = db.statements.length;
    clock.advance(1000);

    expect(kept).toBe(0);
    await expect(access.scimCaller(token, 'r')).rejects.toMatchObject({ code: 'token.invalid' });
  });

  it('refuses a revoked token at once in the process that revoked it', async () => {
    await add(db.organizationId, token);
    const access = build();
    await access.scimCaller(token, 'r');
    await db.sql.query('UPDATE scim_credentials SET revoked_at = NOW(6), slot_no = NULL');

    access.forget();

    await expect(access.scimCaller(token, 'r')).rejects.toMatchObject({ code: 'token.invalid' });
  });

  it('looks at the expiry on each use, kept or not', async () => {
    await add(db.organizationId, token, new Date(clock.now().getTime() + 500));
    const access = build();
    await access.scimCaller(token, 'r');

    clock.advance(500);

    await expect(access.scimCaller(token, 'r')).rejects.toMatchObject({ code: 'token.invalid' });
  });

  it('refuses every token of an organization that is suspended', async () => {
    await add(db.organizationId, token);
    await db.sql.query("UPDATE organizations SET status = 'suspended' WHERE organization_id = ?", [db.organizationId]);

    await expect(build().scimCaller(token, 'r')).rejects.toMatchObject({ code: 'token.invalid' });
  });

  it('refuses above the requests per second that the organization has set, and goes on in the next second', async () => {
    await add(db.organizationId, token);
    await db.sql.query(
      `INSERT INTO organization_settings (organization_id, setting, value_json, updated_at) VALUES (?, 'limit.scim', '3', NOW(6))`,
      [db.organizationId],
    );
    const access = build();
    const caller = await access.scimCaller(token, 'r');

    for (let n = 0; n < 3; n += 1) access.admit(caller);

    expect(() => access.admit(caller)).toThrow(expect.objectContaining({ code: 'rate.limited' }));
    clock.advance(1000);
    expect(() => access.admit(caller)).not.toThrow();
  });

  it('never refuses below a hundred requests a second where nothing is set, and counts organizations apart', async () => {
    await add(db.organizationId, token);
    await add(db.secondOrganizationId, `${token}2`);
    const access = build();
    const [caller, other] = [await access.scimCaller(token, 'r'), await access.scimCaller(`${token}2`, 'r')];

    for (let n = 0; n < 100; n += 1) access.admit(caller);

    expect(() => access.admit(caller)).toThrow(expect.objectContaining({ code: 'rate.limited' }));
    expect(() => access.admit(other)).not.toThrow();
  });

  it('notes the last use at most once a minute', async () => {
    await add(db.organizationId, token);
    const access = build();
    const lastUse = async () =>
      ((await db.sql.query('SELECT last_used_at AS at FROM scim_credentials'))[0] as { at: Date }[])[0]!.at;

    await access.scimCaller(token, 'r');
    const first = await lastUse();
    clock.advance(59_000);
    await access.scimCaller(token, 'r');
    const second = await lastUse();
    clock.advance(1000);
    await access.scimCaller(token, 'r');

    expect([first, second]).toEqual([new Date('2026-03-02T09:00:00Z'), first]);
    expect(await lastUse()).toEqual(new Date('2026-03-02T09:01:00Z'));
  });
});
