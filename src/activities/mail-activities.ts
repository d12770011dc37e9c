// The activity of mails outside a journey. Called by Temporal for `deliverMail`. Who composes which kind is handed in.
import { Context } from '@temporalio/activity';
import { systemCaller } from '../domain/caller';
import type { MailKind } from '../domain/mail';
import { toMailbox } from '../mail/address';
import type { RenderedMail } from '../mail/mails';
import type { ClaimedMail } from '../service/mail-claim';
import type { Mails } from '../service/mails';
import type { MailActivities } from '../../workflows/contract';
import { createGuard } from './activity-error';
import { withHeartbeat } from './heartbeat';
import { cannotCompose, handOver, type HandOverTools } from './mail-hand-over';

/** A composed text and who it is from. */
export interface ComposedMail {
  readonly content: RenderedMail;
  readonly fromName: string;
}

/** Composes the text of one kind; may read what the mail is about. */
export type MailComposer = (organizationId: number, mail: ClaimedMail) => Promise<ComposedMail>;

/** What the activity is made of. */
export interface MailActivityDeps extends HandOverTools {
  readonly mails: Pick<Mails, 'claim' | 'settle'>;
  readonly composers: Partial<Record<MailKind, MailComposer>>;
  /** Address mails come from. */
  readonly from: string;
}

const heartbeatMs = 3000;

/** The activity, by the name of the contract. */
export function createMailActivities(deps: MailActivityDeps): MailActivities {
  const guard = createGuard(deps.log);
  return {
    sendMail: guard('sendMail', (args) => withHeartbeat(heartbeatMs, () => sendMail(deps, args))),
  };
}

type Claimed = { readonly kind: 'claimed'; readonly mail: ClaimedMail };

async function sendMail(
  deps: MailActivityDeps,
  { organizationId, mailId }: { organizationId: number; mailId: string },
): Promise<string> {
  const caller = systemCaller(organizationId, Context.current().info.workflowExecution?.workflowId ?? 'activity');
  return handOver<Claimed>(deps, {
    claim: async (options) => {
      const claim = await deps.mails.claim(caller, mailId, options);
      return claim.kind === 'over' ? { kind: 'over', code: claim.status } : claim;
    },
    compose: async ({ mail }) => {
      const compose = deps.composers[mail.kind];
      if (!compose) throw cannotCompose(mail.kind);
      const { content, fromName } = await compose(organizationId, mail);
      const { mailId: id, messageId, date, kind, toAddress } = mail;
      const outgoing = {
        mailId: id,
        messageId,
        date,
        kind,
        from: toMailbox(fromName, deps.from),
        to: toMailbox('', toAddress),
      };
      return { content, outgoing: { ...outgoing, ...content } };
    },
    settle: ({ mail }, outcome, contentSha) => deps.mails.settle(caller, mail, outcome, contentSha),
  });
}
