// Activities of journeys and of re-plans. Called by Temporal; each is one or two calls of a service, and the mail.
import { Context } from '@temporalio/activity';
import { systemCaller, type Caller } from '../domain/caller';
import { isInvitation } from '../domain/reminder-facts';
import type { Mails, ReminderStage, RenderedMail } from '../mail/mails';
import { toMailbox } from '../mail/address';
import type { OutgoingMail } from '../mail/outgoing';
import type { Journeys } from '../service/journeys';
import type { ClaimedReminder } from '../service/reminder-claim';
import type { Reminders } from '../service/reminders';
import type { SuppressionService } from '../service/suppression';
import type { JourneyActivities, ReplanActivities, SendReminderArgs } from '../../workflows/contract';
import { createGuard } from './activity-error';
import { withHeartbeat } from './heartbeat';
import { handOver, type HandOverTools } from './mail-hand-over';

/** What the activities are made of. */
export interface ReminderActivityDeps extends HandOverTools {
  readonly reminders: Reminders;
  readonly journeys: Pick<Journeys, 'replanPage'>;
  readonly suppression: Pick<SuppressionService, 'optOutUrl'>;
  readonly texts: Pick<Mails, 'invitation' | 'reminder'>;
  /** Address mails come from. */
  readonly from: string;
}

/** Well below the heartbeat time-out of ten seconds. */
const heartbeatMs = 3000;

/** The activities, by the names of the contract. */
export function createReminderActivities(deps: ReminderActivityDeps): JourneyActivities & ReplanActivities {
  const guard = createGuard(deps.log);
  const { reminders, journeys } = deps;
  return {
    planNextStep: guard('planNextStep', ({ organizationId, asOfIso, ...args }) =>
      reminders.planNextStep(callerOf(organizationId), { ...args, asOf: new Date(asOfIso) }),
    ),
    recordStep: guard('recordStep', ({ organizationId, asOfIso, ...args }) =>
      reminders.recordStep(callerOf(organizationId), { ...args, asOf: new Date(asOfIso) }),
    ),
    sendReminder: guard('sendReminder', (args) => withHeartbeat(heartbeatMs, () => sendReminder(deps, args))),
    replanPage: guard('replanPage', ({ organizationId, ...args }) =>
      withHeartbeat(heartbeatMs, () => journeys.replanPage(callerOf(organizationId), args)),
    ),
  };
}

async function sendReminder(deps: ReminderActivityDeps, args: SendReminderArgs): Promise<void> {
  const { organizationId, asOfIso, ...step } = args;
  const caller = callerOf(organizationId);
  await handOver<ClaimedReminder>(deps, {
    claim: (options) => deps.reminders.claim(caller, { ...step, ...options, asOf: new Date(asOfIso) }),
    compose: async (claimed) => {
      const optOutUrl = deps.suppression.optOutUrl(organizationId, claimed.userId, claimed.mail.date);
      const content = render(deps.texts, claimed, optOutUrl);
      return { content, outgoing: address(deps.from, claimed, content, optOutUrl) };
    },
    settle: (claimed, outcome, contentSha) => deps.reminders.settle(caller, claimed, outcome, contentSha),
  });
}

function render(texts: ReminderActivityDeps['texts'], it: ClaimedReminder, optOutUrl: string): RenderedMail {
  const { locale, organizationName, productName, steps, setupUrl, quickStartUrl } = it;
  const firstName = it.givenName ?? '';
  const model = { locale, organizationName, productName, firstName, steps, setupUrl, quickStartUrl };
  if (isInvitation({ ...it, episode: '' })) return texts.invitation(model);
  return texts.reminder(it.stage as ReminderStage, { ...model, optOutUrl });
}

function address(from: string, it: ClaimedReminder, content: RenderedMail, optOutUrl: string): OutgoingMail {
  const { mailId, messageId, date, kind, toAddress } = it.mail;
  return {
    mailId,
    messageId,
    date,
    kind,
    from: toMailbox(it.organizationName, from),
    to: toMailbox(it.displayName ?? '', toAddress),
    ...content,
    ...(kind === 'reminder' && { listUnsubscribe: optOutUrl }),
    ...(it.inReplyTo && { inReplyTo: it.inReplyTo }),
  };
}

function callerOf(organizationId: number): Caller {
  return systemCaller(organizationId, Context.current().info.workflowExecution?.workflowId ?? 'activity');
}
