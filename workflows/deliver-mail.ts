// One mail outside a journey: claimed, handed over, recorded by one activity, as often as it takes. Ends with the mail's
// final state: sent, rejected, unknown or cancelled. May run again under its id: the row decides, not the workflow.
import {
  ActivityFailure,
  continueAsNew,
  isCancellation,
  proxyActivities,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import { queues, type DeliverMailArgs, type MailActivities } from './contract';

/** Id `mail/<mailId>`. */
export async function deliverMail(args: DeliverMailArgs): Promise<string> {
  const { sendMail } = proxyActivities<MailActivities>({
    taskQueue: queues.mail,
    startToCloseTimeout: '2 minutes',
    heartbeatTimeout: '10s',
    priority: { fairnessKey: String(args.organizationId), priorityKey: 1 },
    retry: {
      initialInterval: '10s',
      maximumInterval: '15 minutes',
      nonRetryableErrorTypes: ['TemplateError', 'ConfigError'],
    },
  });
  while (!workflowInfo().continueAsNewSuggested) {
    const status = await sendMail({ organizationId: args.organizationId, mailId: args.mailId }).catch(orUndefined);
    if (status !== undefined) return status;
    // A template or a setting is broken: somebody has to mend it. No signal cuts this wait short.
    await sleep('1 hour');
  }
  return continueAsNew<typeof deliverMail>(args);
}

function orUndefined(error: unknown): undefined {
  if (isCancellation(error) || !(error instanceof ActivityFailure)) throw error;
}
