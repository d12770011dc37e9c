// The counts as of an instant against the plain definition: golden population, edges, ranges, what was known when.
import { windowStart } from '../../src/domain/activity';
import { countsOf } from '../../src/domain/adoption';
import { nowSql } from '../../src/store/adoption-sql';
import type { AsOf, PartsAsOf } from '../../src/store/adoption-view';
import { named } from '../../src/store/named-sql';
import { useDatabase } from '../support/database';
import { addGoldenPopulation } from '../support/golden-population';
import { addPeople } from '../support/people';

const asOf = '2026-03-31 22:00:00.000000';
const since = '2026-01-05 08:00:00.000000';
const set = { activated: since, onboarded: since };

describe('the adoption view', () => {
  const db = useDatabase();
  const at = (it: AsOf): Promise<PartsAsOf> =>
    db.database.inSnapshot(db.organizationId, (stores) => stores.adoptionView.countsAsOf(it));
  const reference = (instant: string) =>
    db.database.inSnapshot(db.organizationId, (stores) => stores.adoptionView.referenceOverview(instant));

  it('counts the golden population as the definition does, before, at and after its later rows', async () => {
    const golden = await addGoldenPopulation(db.sql, db.organizationId, db.poolId);
    const before = await at({ asOf, knownAt: null });
    await golden.addLaterRows();

    for (const instant of [
      asOf,
      '2026-03-31 22:59:59.999999',
      '2026-03-31 23:00:00.000000',
      '2026-02-01 00:00:00.000000',
    ]) {
      const { totalLicense, sums } = await at({ asOf: instant, knownAt: null, rangeSize: 77 });

      expect({ totalLicense, sums }).toEqual(await reference(instant));
    }
    expect(await at({ asOf, knownAt: asOf })).toEqual(before);
    expect(before).toMatchObject({ people: 465, waitlisted: 0, neverUsed: 12, totalLicense: 500 });
    expect(countsOf(before.totalLicense, before.sums)).toMatchObject({ assignedLicense: 420, activeUsers: 260 });
  });

  it('counts nobody and no seats in an empty organization', async () => {
    await db.sql.query('DELETE FROM license_pool_terms');

    const counts = await at({ asOf, knownAt: asOf });

    expect(Object.values(countsOf(counts.totalLicense, counts.sums))).toEqual(Array(17).fill(0));
    expect(counts).toMatchObject({ people: 0, neverUsed: 0, inactive90Plus: 0 });
  });

  it('parts the inactive at 30, 60 and 90 days to the microsecond; without use the setup counts', async () => {
    await addPeople(db.sql, db.organizationId, [
      { name: 'edge-30', since, milestones: set, uses: ['2026-03-01 22:00:00.000000'] },
      { name: 'past-30', since, milestones: set, uses: ['2026-03-01 21:59:59.999999'] },
      { name: 'edge-60', since, milestones: set, uses: ['2026-01-30 22:00:00.000000'] },
      { name: 'past-60', since, milestones: set, uses: ['2026-01-30 21:59:59.999999'] },
      { name: 'edge-90', since, milestones: set, uses: ['2025-12-31 22:00:00.000000'] },
      { name: 'past-90', since, milestones: set, uses: ['2025-12-31 21:59:59.999999'] },
      { name: 'no-use', since, milestones: { activated: since, onboarded: '2026-02-01 00:00:00.000000' } },
      { name: 'new', since, milestones: { activated: since, onboarded: '2026-03-30 00:00:00.000000' } },
    ]);

    const counts = await at({ asOf, knownAt: null });

    expect(counts).toMatchObject({ inactive30To60: 3, inactive60To90: 2, inactive90Plus: 1, neverUsed: 8 });
    expect(counts.sums).toMatchObject({ members: 8, activeMembers: 1 });
  });

  it('looks into the history only where the present says too much: later use, state, seat', async () => {
    const after = '2026-04-02 10:00:00.000000';
    const states = [
      { state: 'enabled' as const, from: since },
      { state: 'deactivated' as const, from: after },
    ];
    const seat = { poolId: db.poolId, from: since, until: after };
    await addPeople(db.sql, db.organizationId, [
      { name: 'left', since, states, seat, milestones: set, uses: ['2026-03-30 10:00:00.000000', after] },
      { name: 'idle', since, milestones: set, uses: ['2026-01-06 10:00:00.000000', after] },
      { name: 'same-day', since, milestones: set, uses: ['2026-03-31 21:59:59.999999', '2026-03-31 23:00:00.000000'] },
      { name: 'later', since: after, seat: { poolId: db.poolId, from: after }, milestones: { activated: after } },
    ]);

    const counts = await at({ asOf, knownAt: null });

    expect(counts).toMatchObject({ people: 3, inactive60To90: 1 });
    expect(counts.sums).toMatchObject({ assigned: 1, activated: 1, members: 3, activeMembers: 2 });
    expect({ totalLicense: counts.totalLicense, sums: counts.sums }).toEqual(await reference(asOf));
  });

  it('counts who waits for an app seat at the instant', async () => {
    const people = await addPeople(db.sql, db.organizationId, [
      { name: 'waits', since },
      { name: 'waited', since },
      { name: 'will-wait', since },
    ]);
    const waits = [
      [people[0]!.id, since, null],
      [people[1]!.id, since, '2026-03-31 22:00:00.000000'],
      [people[2]!.id, '2026-03-31 22:00:00.000001', null],
    ];
    await db.sql.query(
      'INSERT INTO license_waitlist (organization_id, id, user_id, pool_id, waiting_since, ended_at, created_at) VALUES ?',
      [waits.map(([id, from, until]) => [db.organizationId, id, id, db.poolId, from, until, since])],
    );

    expect(await at({ asOf, knownAt: null })).toMatchObject({ waitlisted: 1 });
  });

  it('answers now from the histogram by reading bars and the edge day, not people', async () => {
    await addGoldenPopulation(db.sql, db.organizationId, db.poolId);
    await db.database.inTransaction(db.organizationId, async ({ adoptionCounts }) => {
      await adoptionCounts.replace((await adoptionCounts.recount()).buckets);
    });
    await db.sql.query('ANALYZE TABLE users, adoption_counts, adoption_deltas, license_pools, license_pool_terms');
    const [bars] = await db.sql.query('SELECT COUNT(*) AS n FROM adoption_counts');

    const start = windowStart(asOf);
    const { sql, values } = named(nowSql, { o: db.organizationId, t: asOf, start, edge: start.slice(0, 10) });
    const rowsRead = async (): Promise<number> => {
      const [status] = await db.sql.query(`SHOW SESSION STATUS LIKE 'Handler_read%'`);
      return (status as { Value: string }[]).reduce((sum, { Value }) => sum + Number(Value), 0);
    };
    const before = await rowsRead();
    await db.sql.query(sql, values);
    const handlers = (await rowsRead()) - before;

    expect(handlers).toBeLessThanOrEqual(3 * (bars as { n: number }[])[0]!.n + 20);
  });
});
