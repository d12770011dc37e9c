// The histogram's table: moves folded, bars emptied, recounted; one organization never touches another.
import { netChanges, type CountDelta } from '../../src/domain/adoption';
import { useDatabase } from '../support/database';
import { addPeople } from '../support/people';

describe('the adoption count store', () => {
  const db = useDatabase();
  const bar = (flags: number, lastUsedOn = '2026-03-02') => ({ flags, lastUsedOn });
  const moves: CountDelta[] = [
    { from: null, to: bar(3) },
    { from: null, to: bar(3) },
    { from: bar(3), to: bar(7) },
    { from: bar(7), to: null },
  ];

  it('adds moves, leaves out what moved nothing, and folds them to bars without empty ones', async () => {
    await db.database.inTransaction(db.organizationId, ({ adoptionCounts }) =>
      adoptionCounts.add([undefined, ...moves]),
    );

    await db.database.inTransaction(db.organizationId, async ({ adoptionCounts }) => {
      await adoptionCounts.lock();
      const { ids, deltas } = await adoptionCounts.listDeltas(10);
      expect(deltas).toEqual(moves);
      for (const delta of deltas) await adoptionCounts.change(netChanges([delta]));
      await adoptionCounts.deleteDeltas(ids);
      await adoptionCounts.deleteEmpty();
    });

    const [rows] = await db.sql.query('SELECT flags, people FROM adoption_counts WHERE flags <> 0');
    expect(rows).toEqual([{ flags: 3, people: 1 }]);
    const list = await db.database.read(db.organizationId, ({ adoptionCounts }) => adoptionCounts.list());
    expect(list).toEqual([{ ...bar(3), people: 1 }]);
    const found = await db.database.acrossOrganizations((scan) => scan.adoptionCounts.listWithDeltas());
    expect(found).toEqual([]);
  });

  it('recounts its own people and knows the moves it counted with them', async () => {
    const since = '2026-01-05 08:00:00.000000';
    await addPeople(db.sql, db.organizationId, [
      { name: 'one', since },
      { name: 'two', since, milestones: { activated: since }, uses: ['2026-03-02 23:59:59.999999'] },
      { name: 'gone', since, states: [{ state: 'removed', from: since }] },
    ]);
    await addPeople(db.sql, db.secondOrganizationId, [{ name: 'one', since }]);
    for (const organizationId of [db.organizationId, db.secondOrganizationId])
      await db.database.inTransaction(organizationId, ({ adoptionCounts }) => adoptionCounts.add(moves));

    const { buckets, deltaIds } = await db.database.read(db.organizationId, ({ adoptionCounts }) =>
      adoptionCounts.recount(),
    );

    expect(buckets).toEqual([
      { ...bar(1, '1000-01-01'), people: 1 },
      { ...bar(5), people: 1 },
    ]);
    expect(deltaIds).toHaveLength(4);
    expect(await db.database.acrossOrganizations((scan) => scan.adoptionCounts.listWithDeltas())).toEqual([
      db.organizationId,
      db.secondOrganizationId,
    ]);
  });
});
