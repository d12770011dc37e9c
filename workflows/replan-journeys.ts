// After a policy came into force: one outbox row for each open journey, by pages. Waits for nothing; ends when all pages
// are written. A page may repeat: a journey that is told twice to plan again only plans again.
import { continueAsNew, proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { ReplanActivities, ReplanJourneysArgs } from './contract';

/** Id `replan-journeys/<policyId>`; `after` is where the run before stopped. */
export async function replanJourneys(args: ReplanJourneysArgs): Promise<void> {
  const { replanPage } = proxyActivities<ReplanActivities>({
    startToCloseTimeout: '10 minutes',
    heartbeatTimeout: '60s',
    retry: { initialInterval: '2s', maximumInterval: '5 minutes', maximumAttempts: 20 },
  });
  let after = args.after;
  do {
    const page = await replanPage({ organizationId: args.organizationId, policyId: args.policyId, after });
    after = page.after;
    if (after !== undefined && workflowInfo().continueAsNewSuggested)
      await continueAsNew<typeof replanJourneys>({ ...args, after });
  } while (after !== undefined);
}
