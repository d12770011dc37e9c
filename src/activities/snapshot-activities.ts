// The activity of dailySnapshot. Composed by the worker.
import type { Log } from '../log';
import type { Snapshots } from '../service/snapshots';
import type { SnapshotActivities } from '../../workflows/contract';
import { createGuard } from './activity-error';
import { beating, workflowCaller } from './beating';

interface Dependencies {
  readonly snapshots: Snapshots;
  readonly log: Log;
}

/** Idempotent by organization, day and version. */
export function createSnapshotActivities({ snapshots, log }: Dependencies): SnapshotActivities {
  const guard = createGuard(log);
  return {
    takeSnapshot: guard('takeSnapshot', async ({ organizationId, nominalIso }) => {
      const caller = workflowCaller(organizationId);
      const nominalAt = new Date(nominalIso);
      return { days: await beating((beat) => snapshots.take(caller, { nominalAt, onDay: beat })) };
    }),
  };
}
