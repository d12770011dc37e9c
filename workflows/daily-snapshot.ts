// Keeps the counts of each local day. Started by the Schedule snapshot/<organizationId> at 00:00 and 04:00 of the
// organization's zone; waits for nothing; ends when every complete day has a row. A repeat changes nothing.
import { proxyActivities } from '@temporalio/workflow';
import { queues, type DailySnapshotArgs, type SnapshotActivities } from './contract';
import { nominalTime } from './nominal-time';

/** Builds every complete local day that has no row; answers the days it wrote. */
export async function dailySnapshot(args: DailySnapshotArgs): Promise<{ days: string[] }> {
  const { takeSnapshot } = proxyActivities<SnapshotActivities>({
    taskQueue: queues.main,
    startToCloseTimeout: '10 minutes',
    heartbeatTimeout: '60s',
    retry: { initialInterval: '2s', maximumInterval: '5 minutes', maximumAttempts: 20 },
  });
  return takeSnapshot({ ...args, nominalIso: nominalTime().toISOString() });
}
