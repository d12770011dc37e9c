// Snapshots over the golden population: each complete local day once, as the overview of its end, however late it is built.
import { systemCaller } from '../../src/domain/caller';
import { newId } from '../../src/ids';
import { countsAsOf, createAdoption } from '../../src/service/adoption';
import { createSnapshots, type Snapshots } from '../../src/service/snapshots';
import { instantText } from '../../src/domain/instant';
import { testClock } from '../support/builders';
import { useDatabase } from '../support/database';
import { addGoldenPopulation, goldenAt, type GoldenPopulation } from '../support/golden-population';
import { rowsOf } from '../support/reports';

describe('snapshots', () => {
  const db = useDatabase();
  const clock = testClock();
  let snapshots: Snapshots;
  let golden: GoldenPopulation;
  const caller = () => systemCaller(db.organizationId, 'test');
  const take = (at: Date) => snapshots.take(caller(), { nominalAt: at });
  const beginAt = (at: string) =>
    db.sql.query('UPDATE organizations SET created_at = ? WHERE organization_id = ?', [at, db.organizationId]);
  const kept = () =>
    rowsOf(
      db,
      'SELECT day_on, version, as_of, known_at, computed_by, using_enpass FROM adoption_snapshots ORDER BY day_on, version',
    );

  beforeEach(async () => {
    golden = await addGoldenPopulation(db.sql, db.organizationId, db.poolId);
    await beginAt('2026-03-28 12:00:00');
    clock.set(goldenAt);
    snapshots = createSnapshots({ database: db.database, clock, newId, countsAsOf });
  });

  it('builds every complete local day since the organization began, each known at its end', async () => {
    const days = await take(goldenAt);

    expect(days).toEqual(['2026-03-28', '2026-03-29', '2026-03-30', '2026-03-31']);
    expect(await kept()).toMatchObject([
      { day_on: '2026-03-28', as_of: new Date('2026-03-28T23:00:00Z'), computed_by: 'rebuild' },
      { day_on: '2026-03-29', as_of: new Date('2026-03-29T22:00:00Z'), computed_by: 'rebuild' },
      { day_on: '2026-03-30', as_of: new Date('2026-03-30T22:00:00Z'), computed_by: 'rebuild' },
      { day_on: '2026-03-31', as_of: goldenAt, known_at: goldenAt, computed_by: 'schedule', version: 1 },
    ]);
  });

  it('keeps what the overview says as of the end of the day', async () => {
    await take(goldenAt);

    const { counts } = await snapshots.get(caller(), '2026-03-31');

    const overview = await createAdoption({ database: db.database, clock }).overviewAsOf(
      caller(),
      instantText(goldenAt),
    );
    expect(counts).toMatchObject({
      total_license: overview.totalLicense,
      assigned_license: overview.assignedLicense,
      using_enpass: overview.usingApp,
      active_users: overview.activeUsers,
      inactive_users: overview.inactiveUsers,
    });
    expect([counts.total_license, counts.assigned_license, counts.using_enpass, counts.active_users]).toEqual([
      500, 420, 260, 260,
    ]);
    expect([counts.never_used, counts.people]).toEqual([12, 465]);
  });

  it('changes nothing the second time, and nothing while the same day runs twice at once', async () => {
    await Promise.all([take(goldenAt), take(goldenAt)]);
    const before = await kept();

    expect(await take(goldenAt)).toEqual([]);
    expect(await kept()).toEqual(before);
    expect(before).toHaveLength(4);
  });

  it('rebuilds a missed day to the numbers it would have had on time', async () => {
    await take(goldenAt);
    const onTime = await snapshots.get(caller(), '2026-03-31');
    await db.sql.query('DELETE FROM adoption_snapshots WHERE day_on = ?', ['2026-03-31']);
    await golden.addLaterRows();

    clock.set('2026-04-02T09:00:00Z');
    const days = await take(clock.now());

    expect(days).toEqual(['2026-03-31', '2026-04-01']);
    expect(await snapshots.get(caller(), '2026-03-31')).toEqual(onTime);
    expect((await snapshots.get(caller())).dayOn).toBe('2026-04-01');
  });

  it('takes the later of nominal time and clock, so that a late start and a backfill agree', async () => {
    clock.set('2026-03-30T10:00:00Z');

    expect(await take(new Date('2026-03-29T22:00:00Z'))).toEqual(['2026-03-28', '2026-03-29']);
    expect(await take(new Date('2026-03-30T22:00:00Z'))).toEqual(['2026-03-30']);
  });

  it('adds a version when a later count differs, and none when it does not', async () => {
    await take(goldenAt);
    clock.set('2026-04-02T09:00:00Z');
    const user = golden.people.get('G3')![5]!;
    const late = { organization_id: db.organizationId, id: newId(), user_id: user.id, milestone: 'items_added' };
    await db.sql.query('INSERT INTO user_milestones SET ?', {
      ...late,
      occurred_at: '2026-03-30 08:00:00',
      recorded_at: '2026-04-02 08:00:00',
      created_at: '2026-04-02 08:00:00',
    });
    await db.sql.query("UPDATE users SET items_added_at = '2026-03-30 08:00:00' WHERE id = ?", [user.id]);

    expect(await snapshots.restate(caller(), '2026-03-31')).toBe(true);
    expect(await snapshots.restate(caller(), '2026-03-31')).toBe(false);
    expect(await snapshots.restate(caller(), '2026-03-28')).toBe(false);

    const versions = (await kept()).filter((row) => row['day_on'] === '2026-03-31');
    expect(versions).toMatchObject([
      { version: 1, known_at: goldenAt, using_enpass: 260 },
      { version: 2, known_at: clock.now(), using_enpass: 261 },
    ]);
    expect(await snapshots.get(caller(), '2026-03-31')).toMatchObject({ version: 2 });
  });

  it('has one row for each local day where midnight is missing, and another instant for each', async () => {
    await db.sql.query(
      "UPDATE organizations SET time_zone = 'America/Santiago', created_at = '2026-08-25 12:00:00' WHERE organization_id = ?",
      [db.organizationId],
    );
    const counts = await db.database.inSnapshot(db.organizationId, (stores) => countsAsOf(stores, goldenAt, goldenAt));
    const quick = createSnapshots({ database: db.database, clock, newId, countsAsOf: async () => counts });

    const days = await quick.take(caller(), { nominalAt: new Date('2026-09-20T12:00:00Z') });

    expect(days).toHaveLength(26);
    expect(new Set(days).size).toBe(26);
    const instants = (await kept()).map((row) => (row['as_of'] as Date).getTime());
    expect(new Set(instants).size).toBe(26);
  });

  it('shows today so far, marked, on the first day, and says not found for a day without a row', async () => {
    await beginAt('2026-03-31 08:00:00');
    clock.set('2026-03-31T12:00:00Z');
    expect(await take(clock.now())).toEqual([]);

    expect(await snapshots.get(caller())).toMatchObject({
      dayOn: '2026-03-31',
      asOf: clock.now(),
      version: null,
      isProvisional: true,
      counts: { using_enpass: 260 },
    });
    expect(await kept()).toEqual([]);
    await expect(snapshots.get(caller(), '2026-03-30')).rejects.toMatchObject({ code: 'snapshot.not_found' });
    await expect(snapshots.get(caller(), '2026-02-30')).rejects.toMatchObject({ code: 'input.invalid' });
    await expect(snapshots.get(caller(), 'yesterday')).rejects.toMatchObject({ code: 'input.invalid' });
  });

  it('never touches another organization', async () => {
    await take(goldenAt);

    expect(await rowsOf(db, 'SELECT DISTINCT organization_id FROM adoption_snapshots')).toEqual([
      { organization_id: db.organizationId },
    ]);
    await expect(snapshots.get(systemCaller(db.secondOrganizationId, 'test'), '2026-03-31')).rejects.toMatchObject({
      code: 'snapshot.not_found',
    });
  });
});
