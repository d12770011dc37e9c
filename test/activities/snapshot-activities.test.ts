// takeSnapshot: days by nominal time, a heartbeat a day, failures as codes.
import { MockActivityEnvironment } from '@temporalio/testing';
import { createSnapshotActivities } from '../../src/activities/snapshot-activities';
import { AppError } from '../../src/errors';
import { newId } from '../../src/ids';
import { countsAsOf } from '../../src/service/adoption';
import { createSnapshots } from '../../src/service/snapshots';
import { testClock } from '../support/builders';
import { useDatabase } from '../support/database';
import { quietLog, rowsOf } from '../support/reports';
import { quietSdkLog } from '../support/temporal-client';

describe('takeSnapshot', () => {
  const db = useDatabase();
  const clock = testClock('2026-01-03T12:00:00Z');

  it('builds the missed days with a heartbeat each, and nothing the second time', async () => {
    const snapshots = createSnapshots({ database: db.database, clock, newId, countsAsOf });
    const { takeSnapshot } = createSnapshotActivities({ snapshots, log: quietLog });
    const environment = new MockActivityEnvironment({ attempt: 1 }, { logger: quietSdkLog });
    const beats: unknown[] = [];
    environment.on('heartbeat', (detail: unknown) => beats.push(detail));
    const args = { organizationId: db.organizationId, nominalIso: '2026-01-03T00:00:00.000Z' };

    expect(await environment.run(takeSnapshot, args)).toEqual({ days: ['2026-01-01', '2026-01-02'] });
    expect(beats).toEqual(['2026-01-01', '2026-01-02']);
    expect(await environment.run(takeSnapshot, args)).toEqual({ days: [] });
    expect(await rowsOf(db, 'SELECT day_on FROM adoption_snapshots ORDER BY day_on')).toHaveLength(2);
  });

  it('fails by code and may be tried again while the database is away', async () => {
    const away = createSnapshots({
      database: db.database,
      clock,
      newId,
      countsAsOf: async () => {
        throw new AppError('database.unavailable');
      },
    });
    const { takeSnapshot } = createSnapshotActivities({ snapshots: away, log: quietLog });

    const failed = new MockActivityEnvironment({}, { logger: quietSdkLog }).run(takeSnapshot, {
      organizationId: db.organizationId,
      nominalIso: '2026-01-03T00:00:00.000Z',
    });

    await expect(failed).rejects.toMatchObject({
      type: 'database.unavailable',
      message: 'database.unavailable',
      nonRetryable: false,
    });
  });
});
