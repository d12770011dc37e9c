// Leases on Schedules and versions of a report's schedule.
import { newId } from '../../src/ids';
import { useDatabase } from '../support/database';
import { addFirstReport } from '../support/reports';

describe('the schedule store', () => {
  const db = useDatabase();
  const now = new Date('2027-01-01T00:00:00Z');
  const later = new Date('2027-01-01T00:00:30Z');
  const lease = (at: Date, organizationId = db.organizationId) =>
    db.database.read(organizationId, (stores) =>
      stores.schedules.lease('report/x', at, new Date(at.getTime() + 30_000)),
    );
  const settle = (hash: string | null | undefined) =>
    db.database.read(db.organizationId, (stores) => stores.schedules.settle('report/x', hash));

  it('gives a Schedule to one process at a time, until it is settled or the lease ends', async () => {
    expect([await lease(now), await lease(now)]).toEqual([true, false]);
    expect(await lease(now, db.secondOrganizationId)).toBe(true);
    await settle(undefined);
    expect(await lease(now)).toBe(true);
    expect(await lease(later)).toBe(true);
  });

  it('gives it to one of many who ask at once', async () => {
    const taken = await Promise.all(Array.from({ length: 8 }, () => lease(now)));

    expect(taken.filter(Boolean)).toHaveLength(1);
  });

  it('keeps one schedule a report, whose version counts its changes', async () => {
    const reportId = await addFirstReport(db, now);
    const schedule = {
      reportId,
      cron: '0 8 * * 1',
      timeZone: 'Europe/Berlin',
      weekdaysOnly: false,
      startsOn: null,
      endsOn: '2027-12-31',
      catchUpHours: 168,
      state: 'active' as const,
    };
    const save = (cron: string, createdAt: Date) =>
      db.database.inTransaction(db.organizationId, (stores) =>
        stores.schedules.save({ ...schedule, id: newId(), cron, createdAt }),
      );

    await save('0 8 * * 1', now);
    await save('0 9 * * *', later);

    const all = await db.database.read(db.organizationId, (stores) => stores.schedules.list());
    expect(all).toEqual([{ ...schedule, id: all[0]?.id, cron: '0 9 * * *', version: 2, createdAt: later }]);
    expect(await db.database.read(db.secondOrganizationId, (stores) => stores.schedules.list())).toEqual([]);
  });
});
