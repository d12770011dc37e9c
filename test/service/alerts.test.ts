// Alerts on a real database: what opens each kind, who is mailed, what closes it; and a storm of people at a full pool.
import { newId } from '../../src/ids';
import { eventAlertMs } from '../../src/domain/alert';
import { systemCaller } from '../../src/domain/caller';
import { createEndAccess } from '../../src/service/admin-loss';
import { createAlerts } from '../../src/service/alerts';
import { createHolds } from '../../src/service/holds';
import { createLicensing } from '../../src/service/licensing';
import { createMassChangeGuard } from '../../src/service/mass-change-guard';
import { createPools } from '../../src/service/pools';
import { createProvisioning } from '../../src/service/provisioning';
import { addAdmin, alertMailsOf, alertsOf } from '../support/alerts';
import { aProfile, scimCaller, testClock } from '../support/builders';
import { useDatabase } from '../support/database';
import { useLicenseChecks } from '../support/licenses';
import { quietLog } from '../support/reports';

const dayMs = 86_400_000;

describe('alerts', () => {
  const db = useDatabase({ seats: 2 });
  useLicenseChecks(db);
  const clock = testClock();
  const caller = () => scimCaller(db.organizationId);
  const admin = () => systemCaller(db.organizationId, 'test');
  const build = () => {
    const parts = { database: db.database, clock, newId, licensing: createLicensing({ newId }) };
    const consequences = { endSignIns: createEndAccess({ newId }), matchQuarantined: () => Promise.resolve(0) };
    const guard = createMassChangeGuard({ newId, log: quietLog, consequences });
    return {
      ...createProvisioning({ ...parts, consequences, guard }),
      pools: createPools(parts),
      holds: createHolds(parts),
      alerts: createAlerts(parts),
    };
  };
  const join = async (name: string): Promise<string> =>
    (await build().createUser(caller(), aProfile({ userName: `${name}@example.com` }))).id;
  const crowd = (count: number) => Promise.all(Array.from({ length: count }, (_, no) => join(`p${no}`)));
  const leave = (id: string) => build().removeUser(caller(), id, { ifMatch: undefined });
  const setActive = (id: string, active: boolean) =>
    build().changeUser(caller(), id, (profile) => ({ ...profile, active }), { ifMatch: undefined });
  const review = () => build().alerts.review();
  const open = async () => (await build().alerts.list(admin(), { isAll: false })).map(({ facts }) => facts);

  beforeEach(() => clock.set('2026-03-02T09:00:00Z'));

  it('a full pool: one alert and one mail to each admin for all who wait, closed when nobody waits', async () => {
    await addAdmin(db, 'super', { role: 'super_admin' });
    await addAdmin(db, 'plain');
    await addAdmin(db, 'auditor', { role: 'auditor' });
    await addAdmin(db, 'gone', { status: 'blocked' });
    const ids = await crowd(2);
    expect(await alertsOf(db)).toEqual([]);

    const waiting = [await join('late'), await join('later')];
    const full = await open();
    await leave(ids[0]!);
    const stillFull = await open();
    await leave(waiting[1]!);

    expect(full).toEqual([{ kind: 'pool_full', code: 'APP', name: 'App', seats: 2, assigned: 2, waiting: 2 }]);
    expect(stillFull).toMatchObject([{ kind: 'pool_full', waiting: 1 }]);
    expect(await alertMailsOf(db)).toEqual(['pool_full to plain@example.com', 'pool_full to super@example.com']);
    expect(await alertsOf(db)).toEqual(['pool_full, ended']);
    await join('last');
    expect(await alertsOf(db)).toEqual(['pool_full, ended', 'pool_full']);
  });

  it('more seats make room: the alert of the full pool closes, and fewer open that of one that is over', async () => {
    await crowd(5);

    await build().pools.set(admin(), 'APP', { seats: 5 });
    const roomy = await alertsOf(db);
    await build().pools.set(admin(), 'APP', { seats: 3 });
    const over = await open();
    await build().pools.set(admin(), 'APP', { seats: 4 });
    const still = await open();
    await build().pools.set(admin(), 'APP', { seats: 9 });

    expect(roomy).toEqual(['pool_full, ended']);
    expect(over).toMatchObject([{ kind: 'over_assigned', seats: 3, assigned: 5, waiting: 0 }]);
    expect(still).toMatchObject([{ kind: 'over_assigned', seats: 4 }]);
    expect(await alertsOf(db)).toEqual(['pool_full, ended', 'over_assigned, ended']);
  });

  it('a pool that allows more than it has tells so at the first seat too many, and closes when it fits', async () => {
    await build().pools.set(admin(), 'APP', { overSeat: 'allow' });
    const ids = await crowd(2);
    const before = await alertsOf(db);

    ids.push(await join('third'), await join('fourth'));
    const over = await alertsOf(db);
    await setActive(ids[0]!, false);
    const still = await alertsOf(db);
    await leave(ids[3]!);

    expect([before, over, still]).toEqual([[], ['over_assigned'], ['over_assigned']]);
    expect(await alertsOf(db)).toEqual(['over_assigned, ended']);
  });

  it('a storm of twenty at a full pool: everybody is accepted, no deadlock, one alert, one look at it each', async () => {
    await addAdmin(db, 'one');
    await addAdmin(db, 'two');
    await crowd(2);
    db.statements.length = 0;

    await Promise.all(Array.from({ length: 20 }, (_, no) => join(`storm${no}`)));

    const about = db.statements.filter((sql) => /\balerts\b/.test(sql));
    expect(await alertsOf(db)).toEqual(['pool_full']);
    expect(await alertMailsOf(db)).toHaveLength(2);
    expect(db.statements.filter((sql) => sql === 'ROLLBACK')).toEqual([]);
    expect(about.filter((sql) => sql.startsWith('SELECT'))).toHaveLength(20);
    expect(about.filter((sql) => !sql.startsWith('SELECT'))).toHaveLength(1);
  });

  it('who comes and who goes at a full pool in parallel leave an alert that is right', async () => {
    const ids = await crowd(12);

    await Promise.all([...ids.map((id) => leave(id)), ...Array.from({ length: 8 }, (_, no) => join(`new${no}`))]);
    const rest = (await build().listUsers(caller(), { limit: 100, offset: 0 })).items.map(({ id }) => id);
    await Promise.all(rest.map((id) => leave(id)));

    expect((await alertsOf(db)).every((it) => it === 'pool_full, ended')).toBe(true);
  });

  it('costs nothing where there is a seat, and nothing when it is given back', async () => {
    db.statements.length = 0;

    await leave(await join('ada'));

    expect(db.statements.filter((sql) => /\balerts\b/.test(sql))).toEqual([]);
  });

  it('held deactivations: until an admin decides, and anew when nobody does', async () => {
    const mailed = await addAdmin(db, 'one');
    const ids = await crowd(60);
    for (const id of ids) await setActive(id, false);
    const [held] = await open();
    const { id: first } = (await build().holds.list(admin()))[0]!;
    await build().holds.approve(admin(), first);
    const decided = await alertsOf(db);
    for (const id of ids) await setActive(id, true);
    clock.advance(2 * dayMs);
    for (const id of ids) await setActive(id, false);
    clock.advance(7 * dayMs);

    await build().holds.expireHolds();

    expect(held).toMatchObject({ kind: 'hold_open', holdId: first, waiting: 10, enabled: 10 });
    expect(decided.filter((it) => it.startsWith('hold'))).toEqual(['hold_open, ended']);
    expect((await alertsOf(db)).filter((it) => it.startsWith('hold'))).toEqual([
      'hold_open, ended',
      'hold_open, ended',
      'hold_expired',
    ]);
    expect((await open()).find(({ kind }) => kind === 'hold_expired')).toMatchObject({ rejected: 10 });
    expect((await alertMailsOf(db)).filter((it) => it.startsWith('hold'))).toHaveLength(3);
    expect(mailed).toBeDefined();
  });

  it('sixty DELETEs: all applied, one alert with its figures, over after seven days, then the next one is new', async () => {
    await addAdmin(db, 'one');
    const wave = async () => {
      for (const id of await crowd(60)) await leave(id);
    };
    await wave();
    const [first] = await open();
    clock.advance(2 * 3_600_000);
    await wave();
    const again = await alertsOf(db);
    clock.advance(eventAlertMs);
    const listed = await open();
    await wave();

    expect(first).toEqual({ kind: 'mass_delete', deleted: 60, limit: 50, credential: 'unknown' });
    expect(again.filter((it) => it.startsWith('mass'))).toEqual(['mass_delete']);
    expect(listed).toEqual([]);
    expect((await alertsOf(db)).filter((it) => it.startsWith('mass'))).toEqual(['mass_delete, ended', 'mass_delete']);
    clock.advance(eventAlertMs);
    await review();
    expect((await alertsOf(db)).filter((it) => it === 'mass_delete')).toEqual([]);
  });

  it('an admin whom the directory takes away: the others hear of it, by whichever way it was', async () => {
    const [ada, bob] = [await join('ada'), await join('bob')];
    await addAdmin(db, 'ada', { role: 'super_admin', userId: ada });
    await addAdmin(db, 'bob', { userId: bob });
    await addAdmin(db, 'cleo');

    await setActive(ada, false);
    const first = await open();
    await leave(bob);
    await setActive(ada, true);
    await setActive(ada, false);

    expect(first).toEqual([
      {
        kind: 'admin_deactivated',
        email: 'ada@example.com',
        reason: 'deactivated',
        requestId: 'test-request',
        superAdmins: 0,
      },
    ]);
    expect(await alertsOf(db)).toEqual(['admin_deactivated', 'admin_deactivated']);
    expect(await alertMailsOf(db)).toEqual([
      'admin_deactivated to bob@example.com',
      'admin_deactivated to cleo@example.com',
      'admin_deactivated to cleo@example.com',
    ]);
  });

  it('the review tells what no transaction did: a term that ended, and alerts that nothing keeps open', async () => {
    await crowd(2);
    await db.sql.query('UPDATE license_pool_terms SET seats = 1 WHERE organization_id = ?', [db.organizationId]);
    await review();
    const over = await alertsOf(db);
    await db.sql.query('UPDATE license_pool_terms SET seats = 2 WHERE organization_id = ?', [db.organizationId]);

    await review();

    expect(over).toEqual(['over_assigned']);
    expect(await alertsOf(db)).toEqual(['over_assigned, ended']);
  });
});
