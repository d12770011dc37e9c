// Tokens of an organization: how many live, how they replace each other, how they end, and that their secrets stay nowhere.
import type { Scope } from '../../src/domain/caller';
import { systemCaller } from '../../src/domain/caller';
import { newId } from '../../src/ids';
import { createAccess, type Access } from '../../src/service/access';
import { createCredentials, type Credentials } from '../../src/service/credentials';
import { testClock } from '../support/builders';
import { useDatabase } from '../support/database';

describe('credentials', () => {
  const db = useDatabase();
  const clock = testClock();
  let access: Access;
  let credentials: Credentials;
  const here = () => systemCaller(db.organizationId, 'test');
  const there = () => systemCaller(db.secondOrganizationId, 'test');
  const rows = async (sql: string) => (await db.sql.query(sql))[0] as Record<string, unknown>[];
  const audited = async () => (await rows('SELECT action FROM audit_entries ORDER BY id')).map(({ action }) => action);
  const refused = (code: string) => expect.objectContaining({ code }) as unknown;

  beforeEach(() => {
    clock.set('2026-03-02T09:00:00Z');
    access = createAccess({ database: db.database, clock });
    credentials = createCredentials({ database: db.database, clock, newId, access });
  });

  it('makes a SCIM bearer for one organization, for a year unless said', async () => {
    const made = await credentials.create(there(), { kind: 'scim', label: ' Entra ' });

    const caller = await access.scimCaller(made.secret, 'r');

    expect(made).toMatchObject({ label: 'Entra', expiresAt: new Date('2027-03-02T09:00:00Z'), clientId: null });
    expect(made.secret).toMatch(/^upt_scim_[\w-]{43}$/);
    expect(caller).toMatchObject({ organizationId: db.secondOrganizationId, credentialId: made.id });
    await expect(access.apiCaller(made.secret, 'r')).rejects.toEqual(refused('token.invalid'));
  });

  it('lets two bearers live at once, and a third only when one is revoked or has ended', async () => {
    const first = await credentials.create(here(), { kind: 'scim', label: 'a', expires: '30d' });
    const second = await credentials.rotate(here(), first.id);

    await expect(credentials.rotate(here(), second.id)).rejects.toEqual(refused('token.limit'));
    for (const { secret } of [first, second]) await access.scimCaller(secret, 'r');
    clock.advance(30 * 86_400_000);
    const third = await credentials.rotate(here(), second.id);
    await credentials.revoke(here(), second.id);
    const fourth = await credentials.create(here(), { kind: 'scim', label: 'd' });

    const works = async (secret: string) =>
      access.scimCaller(secret, 'r').then(
        () => true,
        () => false,
      );
    const all = await Promise.all([first, second, third, fourth].map(({ secret }) => works(secret)));
    expect(all).toEqual([false, false, true, true]);
    expect(await audited()).toEqual([
      'token.created',
      'token.rotated',
      'token.rotated',
      'token.revoked',
      'token.created',
    ]);
  });

  it('gives the last slot to one of two that ask at the same moment', async () => {
    await credentials.create(here(), { kind: 'scim', label: 'a' });

    const results = await Promise.allSettled(
      ['b', 'c', 'd'].map((label) => credentials.create(here(), { kind: 'scim', label })),
    );

    expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected', 'rejected']);
    const reasons = results.flatMap((it) => (it.status === 'rejected' ? [it.reason as unknown] : []));
    expect(reasons).toEqual([refused('token.limit'), refused('token.limit')]);
  });

  it('makes API tokens with scopes, five at most, names unique among the live', async () => {
    const scopes: Scope[] = ['Users Read'];
    const made = await credentials.create(here(), { kind: 'api', label: 'app', scopes, expires: 'never' });
    expect((await access.apiCaller(made.secret, 'r')).scopes).toEqual(scopes);
    await expect(credentials.create(here(), { kind: 'api', label: 'APP', scopes })).rejects.toEqual(
      refused('token.name_taken'),
    );

    const next = await credentials.rotate(here(), made.id);
    for (const label of ['c', 'd', 'e']) await credentials.create(here(), { kind: 'api', label, scopes });

    expect(next).toMatchObject({ label: 'app 2', scopes });
    await expect(credentials.create(here(), { kind: 'api', label: 'f', scopes })).rejects.toEqual(
      refused('token.limit'),
    );
    await credentials.revoke(here(), made.id);
    await credentials.create(here(), { kind: 'api', label: 'app', scopes });
    await expect(access.apiCaller(made.secret, 'r')).rejects.toEqual(refused('token.invalid'));
  });

  it('keeps several secrets under one client, five at most, and revokes one or all', async () => {
    const client = await credentials.create(here(), { kind: 'oauth-client', label: 'Entra', minutes: 90 });
    const second = await credentials.rotate(here(), client.id);
    for (let more = 0; more < 3; more += 1) await credentials.rotate(here(), client.id);

    await expect(credentials.rotate(here(), client.id)).rejects.toEqual(refused('token.limit'));
    const one = await credentials.revoke(here(), client.id);
    const rest = await credentials.revoke(here(), client.clientId ?? '');

    expect(second).toMatchObject({ clientId: client.clientId, label: 'Entra', accessTokenMinutes: 90 });
    expect(second.secret).not.toBe(client.secret);
    expect(client.secret).toMatch(/^upt_client_[\w-]{43}$/);
    expect([one.length, rest.length]).toEqual([1, 4]);
    await expect(access.scimCaller(second.secret, 'r')).rejects.toEqual(refused('token.invalid'));
  });

  it('revokes at once here, finally, and only what lives', async () => {
    const made = await credentials.create(here(), { kind: 'scim', label: 'a' });
    await access.scimCaller(made.secret, 'r');

    await credentials.revoke(here(), made.id);

    await expect(access.scimCaller(made.secret, 'r')).rejects.toEqual(refused('token.invalid'));
    await expect(credentials.revoke(here(), made.id)).rejects.toEqual(refused('token.not_found'));
    await expect(credentials.rotate(here(), made.id)).rejects.toEqual(refused('token.not_found'));
  });

  it('S20: cannot list, rotate or revoke what belongs to another organization', async () => {
    const foreign = await credentials.create(there(), { kind: 'scim', label: 'theirs' });
    const client = await credentials.create(there(), { kind: 'oauth-client', label: 'theirs' });

    const attempts = [foreign.id, client.id, client.clientId ?? ''].flatMap((id) => [
      credentials.revoke(here(), id),
      credentials.rotate(here(), id),
    ]);

    for (const attempt of attempts) await expect(attempt).rejects.toEqual(refused('token.not_found'));
    expect(await credentials.list(here())).toEqual([]);
    expect((await access.scimCaller(foreign.secret, 'r')).organizationId).toBe(db.secondOrganizationId);
  });

  it.each([
    [{ kind: 'scim', label: 'a', scopes: ['Users Read'] }],
    [{ kind: 'scim', label: 'a', minutes: 60 }],
    [{ kind: 'api', label: 'a', scopes: ['Users Read'], minutes: 60 }],
    [{ kind: 'api', label: 'a' }],
    [{ kind: 'oauth-client', label: 'a', minutes: 30 }],
    [{ kind: 'scim', label: '' }],
  ] as const)('refuses %j', async (wish) => {
    await expect(credentials.create(here(), wish)).rejects.toEqual(refused('input.invalid'));
    expect(await audited()).toEqual([]);
  });

  it('S21: keeps digests and last four alone; lists and audit hold no secret', async () => {
    const scopes: Scope[] = ['Users Read'];
    const made = [
      await credentials.create(here(), { kind: 'scim', label: 'a' }),
      await credentials.create(here(), { kind: 'api', label: 'b', scopes }),
      await credentials.create(here(), { kind: 'oauth-client', label: 'c' }),
    ];

    const kept = JSON.stringify([
      await rows('SELECT * FROM api_tokens'),
      await rows('SELECT * FROM scim_credentials'),
      await rows('SELECT * FROM audit_entries'),
      await credentials.list(here()),
    ]);

    for (const { secret } of made) {
      expect(kept).not.toContain(secret.slice(-43, -5));
      expect(kept).toContain(secret.slice(-4));
    }
  });
});
