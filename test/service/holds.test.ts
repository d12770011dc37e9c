// Mass deactivations by a directory: what is let through, what waits, and what becomes of it, on a real database.
import { newId } from '../../src/ids';
import { systemCaller, type Caller } from '../../src/domain/caller';
import { createAdoption } from '../../src/service/adoption';
import { createHolds } from '../../src/service/holds';
import { createLicensing } from '../../src/service/licensing';
import { createMassChangeGuard } from '../../src/service/mass-change-guard';
import { createProvisioning } from '../../src/service/provisioning';
import { aProfile, scimCaller, testClock } from '../support/builders';
import { useDatabase } from '../support/database';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

describe('mass changes', () => {
  const db = useDatabase();
  const clock = testClock();
  const ended: string[] = [];
  const warnings: string[] = [];
  const silent = () => undefined;
  const log = {
    debug: silent,
    info: silent,
    error: silent,
    warn: (_: object, text: string) => void warnings.push(text),
  };
  const build = () => {
    const licensing = createLicensing({ newId });
    const consequences = {
      endSignIns: async (_stores: unknown, _caller: unknown, person: { userId: string }) =>
        void ended.push(person.userId),
      matchQuarantined: () => Promise.resolve(0),
    };
    const guard = createMassChangeGuard({ newId, log, consequences });
    const parts = { database: db.database, clock, newId, licensing };
    return { ...createProvisioning({ ...parts, consequences, guard }), ...createHolds(parts) };
  };
  const rows = async (sql: string, values: unknown[] = []): Promise<Record<string, unknown>[]> => {
    const [found] = await db.sql.query(sql, values);
    return found as Record<string, unknown>[];
  };
  const inactive = { active: false };
  const set = (caller: Caller, userId: string, change: object) =>
    build().changeUser(caller, userId, (profile) => ({ ...profile, ...change }), { ifMatch: undefined });
  const people = async (caller: Caller, count: number): Promise<string[]> => {
    const ids: string[] = [];
    for (let no = 0; no < count; no += 1) {
      ids.push((await build().createUser(caller, aProfile({ userName: `p${no}@example.com` }))).id);
    }
    return ids;
  };
  const openHold = async (caller: Caller) => (await build().list(caller)).find(({ state }) => state === 'open')!;
  /** 60 people, all deactivated: 50 are gone, 10 are held. */
  const wave = async (caller: Caller): Promise<{ ids: string[]; held: string[] }> => {
    const ids = await people(caller, 60);
    for (const id of ids) await set(caller, id, inactive);
    return { ids, held: ids.slice(50) };
  };

  beforeEach(() => {
    clock.set('2026-03-02T09:00:00Z');
    ended.length = 0;
    warnings.length = 0;
  });

  it('lets 50 of 60 deactivations through and holds the last ten, which read back as sent', async () => {
    const caller = scimCaller(db.organizationId);

    const { ids, held } = await wave(caller);

    const states = await Promise.all(ids.map((id) => build().getUser(caller, id)));
    expect(states.every(({ profile }) => !profile.active)).toBe(true);
    expect(states.filter(({ accountState }) => accountState === 'enabled').map(({ id }) => id)).toEqual(held);
    expect(states.slice(50).every(({ licensedAt }) => licensedAt !== null)).toBe(true);
    expect(await openHold(caller)).toMatchObject({ threshold: 50, waiting: 10, applied: 0, dropped: 0 });
    expect(ended).toEqual(ids);
    expect(await rows("SELECT action FROM audit_entries WHERE action LIKE 'hold.%'")).toEqual([
      { action: 'hold.opened' },
    ]);
    expect(await rows('SELECT request_id FROM provisioning_hold_items LIMIT 1')).toEqual([
      { request_id: 'test-request' },
    ]);
  });

  it('makes all that is held when it is approved, once', async () => {
    const caller = scimCaller(db.organizationId);
    const { held } = await wave(caller);
    const { id } = await openHold(caller);
    const admin = systemCaller(db.organizationId, 'test');
    clock.advance(5 * minuteMs);

    const hold = await build().approve(admin, id);
    const again = await build().approve(admin, id);

    expect(hold).toMatchObject({ state: 'approved', waiting: 0, applied: 10, dropped: 0 });
    expect(again).toEqual(hold);
    const after = await Promise.all(held.map((userId) => build().getUser(caller, userId)));
    expect(after.every((user) => user.accountState === 'deactivated' && user.licensedAt === null)).toBe(true);
    expect(await rows("SELECT COUNT(*) AS n FROM user_state_intervals WHERE cause = 'hold' AND is_open = 1")).toEqual([
      { n: 10 },
    ]);
    expect(await rows('SELECT assigned FROM license_pools WHERE organization_id = ?', [db.organizationId])).toEqual([
      { assigned: 0 },
    ]);
    await expect(build().reject(admin, id)).rejects.toMatchObject({ code: 'hold.decided' });
    await expect(build().approve(admin, newId())).rejects.toMatchObject({ code: 'hold.not_found' });
  });

  it('puts active back when it is rejected, with a new version, and nothing else', async () => {
    const caller = scimCaller(db.organizationId);
    const { held } = await wave(caller);
    const { id } = await openHold(caller);

    const hold = await build().reject(systemCaller(db.organizationId, 'test'), id);

    expect(hold).toMatchObject({ state: 'rejected', waiting: 0, applied: 0, dropped: 10 });
    const after = await Promise.all(held.map((userId) => build().getUser(caller, userId)));
    expect(after.every(({ profile, accountState }) => profile.active && accountState === 'enabled')).toBe(true);
    expect(after.map(({ rowVersion }) => rowVersion)).toEqual(held.map(() => 3));
    expect(after.every(({ licensedAt }) => licensedAt !== null)).toBe(true);
  });

  it('rejects what had no answer for seven days, in every organization, and finishes what was left half done', async () => {
    const [first, second] = [scimCaller(db.organizationId), scimCaller(db.secondOrganizationId)];
    const { held } = await wave(first);
    await wave(second);
    clock.advance(7 * dayMs - 1);

    const early = await build().expireHolds();
    clock.advance(1);
    const { id } = await openHold(second);
    await db.sql.query("UPDATE provisioning_holds SET state = 'approved' WHERE id = ?", [id]);
    const due = await build().expireHolds();

    expect([early, due]).toEqual([{ expired: 0 }, { expired: 1 }]);
    expect((await build().list(first))[0]).toMatchObject({ state: 'expired', dropped: 10 });
    expect((await build().list(second))[0]).toMatchObject({ state: 'approved', applied: 10 });
    expect((await build().getUser(first, held[0]!)).profile.active).toBe(true);
  });

  it('counts an hour that slides: the next one may go when the first has left it', async () => {
    const caller = scimCaller(db.organizationId);
    const ids = await people(caller, 53);
    for (const id of ids.slice(0, 50)) {
      await set(caller, id, inactive);
      clock.advance(1000);
    }
    clock.set(new Date(Date.parse('2026-03-02T10:00:00Z') - 1));

    const early = await set(caller, ids[50]!, inactive);
    clock.advance(1);
    const late = await set(caller, ids[51]!, inactive);
    const next = await set(caller, ids[52]!, inactive);

    expect([early, late, next].map(({ accountState }) => accountState)).toEqual(['enabled', 'deactivated', 'enabled']);
  });

  it('lets a tenth of a larger organization go, by the histogram, folded or not', async () => {
    const caller = scimCaller(db.organizationId);
    await db.sql.query("INSERT INTO adoption_counts VALUES (?, 3, '1000-01-01', 540)", [db.organizationId]);
    const ids = await people(caller, 62);
    await createAdoption({ database: db.database, clock }).foldCounts();

    for (const id of ids) await set(caller, id, inactive);

    expect(await openHold(caller)).toMatchObject({ waiting: 1 });
  });

  it('ends the wait of a user who is wanted again, keeps it through other edits, and by DELETE', async () => {
    const caller = scimCaller(db.organizationId);
    const { held } = await wave(caller);
    const [wanted, edited, deleted] = held as [string, string, string];

    const back = await set(caller, wanted, { active: true });
    const other = await set(caller, edited, { title: 'Other' });
    await build().removeUser(caller, deleted, { ifMatch: undefined });
    const hold = await openHold(caller);
    const again = await set(caller, wanted, inactive);

    expect(back).toMatchObject({ accountState: 'enabled', profile: { active: true } });
    expect(other).toMatchObject({ accountState: 'enabled', profile: { active: false, title: 'Other' } });
    expect(hold).toMatchObject({ waiting: 8, dropped: 2 });
    expect(again.accountState).toBe('enabled');
    expect(await openHold(caller)).toMatchObject({ waiting: 9, dropped: 1 });
    expect(await build().approve(systemCaller(db.organizationId, 'test'), hold.id)).toMatchObject({ applied: 9 });
  });

  it('lets exactly 50 of 60 parallel deactivations through', async () => {
    const caller = scimCaller(db.organizationId);
    const ids = await people(caller, 60);

    await Promise.all(ids.map((id) => set(caller, id, inactive)));

    expect(await rows("SELECT COUNT(*) AS n FROM users WHERE account_state = 'deactivated'")).toEqual([{ n: 50 }]);
    expect(await openHold(caller)).toMatchObject({ waiting: 10 });
  });

  it('counts each organization for itself, and shows and decides only its own holds', async () => {
    const [first, second] = [scimCaller(db.organizationId), scimCaller(db.secondOrganizationId)];
    await wave(first);
    const [other] = await people(second, 1);

    const after = await set(second, other!, inactive);
    const { id } = await openHold(first);

    expect(after.accountState).toBe('deactivated');
    expect(await build().list(second)).toEqual([]);
    await expect(build().approve(second, id)).rejects.toMatchObject({ code: 'hold.not_found' });
    expect(await openHold(first)).toMatchObject({ waiting: 10 });
  });

  it('applies every DELETE above the limit, writes one audit entry and says so once', async () => {
    const caller = scimCaller(db.organizationId);
    const ids = await people(caller, 60);

    for (const id of ids) await build().removeUser(caller, id, { ifMatch: undefined });

    expect(await rows("SELECT COUNT(*) AS n FROM users WHERE account_state = 'removed'")).toEqual([{ n: 60 }]);
    expect(
      await rows("SELECT actor_id, detail FROM audit_entries WHERE action = 'provisioning.mass_delete'"),
    ).toHaveLength(1);
    expect(warnings).toHaveLength(1);
    expect(await build().list(caller)).toEqual([]);
  });

  it('does not ask a person who deactivates, and does not count people who arrive deactivated', async () => {
    const caller = scimCaller(db.organizationId);
    for (let no = 0; no < 55; no += 1) {
      await build().createUser(caller, aProfile({ userName: `off${no}@example.com`, active: false }));
    }
    const ids = await people(caller, 52);
    for (const id of ids.slice(0, 51)) await set(systemCaller(db.organizationId, 'test'), id, inactive);

    const after = await set(caller, ids[51]!, inactive);

    expect(after.accountState).toBe('deactivated');
    expect(await build().list(caller)).toEqual([]);
  });

  it('costs an ordinary deactivation two statements, and later a look at one row whatever the limit', async () => {
    const caller = scimCaller(db.organizationId);
    const ids = await people(caller, 2);
    await set(caller, ids[0]!, inactive);
    db.statements.length = 0;

    await set(caller, ids[1]!, inactive);

    const own = db.statements.filter((sql) => /provisioning_(guards|changes|holds)/.test(sql));
    expect(own).toHaveLength(2);
    const plan = await rows(
      "EXPLAIN FORMAT=TRADITIONAL SELECT 1 FROM provisioning_changes WHERE organization_id = 1 AND kind = 'deactivate' AND change_no = 1 AND happened_at > '2026-01-01'",
    );
    expect(plan).toHaveLength(1);
    expect(plan[0]?.['rows'] === null || Number(plan[0]?.['rows']) <= 1).toBe(true);
  });
});
