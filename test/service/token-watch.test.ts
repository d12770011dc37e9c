// The watch over the ends of tokens: real tokens, made, rotated and revoked as an administrator does, and a clock of our own.
import { systemCaller } from '../../src/domain/caller';
import { newId } from '../../src/ids';
import { createAccess } from '../../src/service/access';
import { createAlerts } from '../../src/service/alerts';
import { createCredentials, type TokenWish } from '../../src/service/credentials';
import { createFederationTrusts } from '../../src/service/federation-trusts';
import { createTokenWatch } from '../../src/service/token-watch';
import { addAdmin, alertMailsOf, alertsOf } from '../support/alerts';
import { testClock } from '../support/builders';
import { useDatabase } from '../support/database';

const dayMs = 86_400_000;
const bearer: TokenWish = { kind: 'scim', label: 'Entra', expires: '31d' };

describe('the watch over the ends of tokens', () => {
  const db = useDatabase();
  const clock = testClock();
  const parts = () => ({ database: db.database, clock, newId });
  const here = () => systemCaller(db.organizationId, 'test');
  const there = () => systemCaller(db.secondOrganizationId, 'test');
  const credentials = () => createCredentials({ ...parts(), access: createAccess(parts()) });
  const watch = () => createTokenWatch(parts()).watch();
  const alerts = (caller = here(), isAll = false) => createAlerts(parts()).list(caller, { isAll });
  const facts = async (caller = here()) => (await alerts(caller)).map(({ facts: it }) => it);
  const mails = async () => (await alertMailsOf(db)).length;
  /** Looks once a day, for so many days. */
  async function days(count: number): Promise<number[]> {
    const counts: number[] = [];
    for (let day = 0; day < count; day += 1) {
      clock.advance(dayMs);
      await watch();
      counts.push(await mails());
    }
    return counts;
  }

  beforeEach(async () => {
    clock.set('2026-03-02T09:00:00Z');
    await addAdmin(db, 'one');
  });

  it('opens at 30 days and not at 31, says which and when, and mails at 30, 7 and 1, each once', async () => {
    const { id, secret, expiresAt } = await credentials().create(here(), bearer);

    await watch();
    const before = await alertsOf(db);
    clock.advance(dayMs - 1);
    await watch();
    const just = await alertsOf(db);
    clock.advance(1 - dayMs);
    const counts = await days(30);
    const last = await facts();

    expect([before, just]).toEqual([[], []]);
    expect(counts).toEqual([...Array<number>(23).fill(1), ...Array<number>(6).fill(2), 3]);
    const which = { tokenId: id, token: 'scim', label: 'Entra', last4: secret.slice(-4), expiresAt };
    expect(last).toEqual([{ kind: 'token_expiring', ...which, daysLeft: 1 }]);
    expect(await alertMailsOf(db)).toEqual(Array<string>(3).fill('token_expiring to one@example.com'));
    expect(await alerts()).toMatchObject([{ isImportant: true, subjectId: id }]);
  });

  it('a second look changes nothing, nor do many at the same moment', async () => {
    await credentials().create(here(), { ...bearer, expires: '30d' });

    await Promise.all([watch(), watch(), watch(), watch()]);
    const [opened, told] = [await alertsOf(db), await mails()];
    clock.advance(23 * dayMs);
    await Promise.all([watch(), watch(), watch(), watch()]);
    db.statements.length = 0;
    await watch();

    expect([opened, told]).toEqual([['token_expiring'], 1]);
    expect([await alertsOf(db), await mails()]).toEqual([['token_expiring'], 2]);
    expect(db.statements.filter((sql) => /^\s*(INSERT|UPDATE|DELETE)/.test(sql))).toEqual([]);
  });

  it('after a pause mails the nearest stage alone; a token made for a few days begins there', async () => {
    await credentials().create(here(), { ...bearer, expires: '30d' });
    await watch();

    clock.advance(29 * dayMs);
    await watch();
    const late = await mails();
    await credentials().create(here(), { kind: 'api', label: 'short', scopes: ['reports'], expires: '5d' });
    await watch();

    expect(late).toBe(2);
    expect(await mails()).toBe(3);
    expect((await facts()).map((it) => 'daysLeft' in it && it.daysLeft).toSorted()).toEqual([1, 5]);
  });

  it('is over at once when the token is revoked, and not by its successor alone', async () => {
    const { id } = await credentials().create(here(), { ...bearer, expires: '20d' });
    await watch();

    const next = await credentials().rotate(here(), id);
    await watch();
    const rotated = await alertsOf(db);
    await credentials().revoke(here(), id);
    const revoked = await alertsOf(db);
    clock.advance(19 * dayMs);
    await watch();

    expect([rotated, revoked]).toEqual([['token_expiring'], ['token_expiring, ended']]);
    expect([await alertsOf(db), await mails()]).toEqual([['token_expiring, ended'], 1]);
    const [ended] = await alerts(here(), true);
    expect(ended?.facts).toMatchObject({ tokenId: id, daysLeft: 20 });
    clock.set(new Date(next.expiresAt!.getTime() - 30 * dayMs));
    await watch();
    expect(await facts()).toMatchObject([{ tokenId: next.id, daysLeft: 30 }]);
  });

  it('leaves no alert of a token that is revoked while the watch looks at it', async () => {
    for (let turn = 0; turn < 10; turn += 1) {
      const { id } = await credentials().create(here(), { ...bearer, expires: '20d' });

      await Promise.all([watch(), credentials().revoke(here(), id), watch()]);
    }

    expect(await facts()).toEqual([]);
    expect(db.statements.filter((sql) => sql === 'ROLLBACK')).toEqual([]);
  });

  it('is over at the instant at which the token ends, and by a revocation that nobody told', async () => {
    const ends = await credentials().create(here(), { ...bearer, expires: '2d' });
    const gone = await credentials().create(here(), { ...bearer, label: 'other', expires: '20d' });
    await watch();
    await db.sql.query('UPDATE scim_credentials SET revoked_at = ? WHERE id = ?', [clock.now(), gone.id]);

    clock.advance(2 * dayMs + 1);
    await watch();

    const found = new Map((await alerts(here(), true)).map((it) => [it.subjectId, it]));
    expect(await alertsOf(db)).toEqual(['token_expiring, ended', 'token_expiring, ended']);
    expect(found.get(ends.id)).toMatchObject({ closedAt: ends.expiresAt, facts: { daysLeft: 0 } });
    expect(found.get(gone.id)).toMatchObject({ closedAt: new Date('2026-03-02T09:00:00Z'), facts: { daysLeft: 20 } });
  });

  it('tells of client secrets, API tokens and federations alike, each apart, and never of one without an end', async () => {
    const trust = { tenantId: newId(), subject: newId(), audiences: ['api://uptake'], label: 'trust' };
    const federation = createFederationTrusts({ ...parts(), keyHosts: ['login.microsoftonline.com'] });
    const scopes = ['reports'];
    await federation.create(here(), { ...trust, expires: '20d' });
    await federation.create(here(), { ...trust, label: 'lasting' });
    await credentials().create(here(), { kind: 'api', label: 'app', scopes, expires: '20d' });
    await credentials().create(here(), { kind: 'api', label: 'forever', scopes, expires: 'never' });
    const client = await credentials().create(here(), { kind: 'oauth-client', label: 'client', expires: '1y' });
    await watch();
    const first = (await facts()).map((it) => it.kind === 'token_expiring' && [it.token, it.label]).toSorted();
    clock.advance(345 * dayMs);
    const second = await credentials().rotate(here(), client.id);

    await watch();
    const both = await facts();
    await credentials().revoke(here(), client.clientId!);

    expect(first).toEqual([
      ['api', 'app'],
      ['federation', 'trust'],
    ]);
    expect(both).toMatchObject([{ tokenId: client.id, token: 'oauth-client', daysLeft: 20 }]);
    expect(second.clientId).toBe(client.clientId);
    expect(await facts()).toEqual([]);
  });

  it('keeps organizations apart, and leaves a suspended one alone', async () => {
    await credentials().create(there(), bearer);
    const mine = await credentials().create(here(), { ...bearer, expires: '32d' });

    clock.advance(dayMs);
    await watch();
    const one = [await facts(), await facts(there())];
    clock.advance(dayMs);
    await db.sql.query(`UPDATE organizations SET status = 'suspended' WHERE organization_id = ?`, [
      db.secondOrganizationId,
    ]);
    clock.advance(23 * dayMs);
    await watch();

    expect(one).toEqual([[], [expect.objectContaining({ label: 'Entra', daysLeft: 30 })]]);
    expect(await facts()).toMatchObject([{ tokenId: mine.id, daysLeft: 7 }]);
    const [rows] = await db.sql.query('SELECT detail FROM alerts WHERE organization_id = ?', [db.secondOrganizationId]);
    expect(JSON.stringify(rows)).toMatch(/stage\W+30/);
  });
});
