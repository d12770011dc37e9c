// Hands a run's files to one destination: looks that the folder has them, or mails them to each recipient on its own.
// Called by report-activities; a retry goes on with the recipients that have nothing final yet.
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApplicationFailure, TemporalFailure } from '@temporalio/common';
import { encloseFiles, type Enclosure, toAttachment } from '../delivery/enclosure';
import { findDamage } from '../delivery/intact';
import type { Caller } from '../domain/caller';
import type { DeliveryStatus, ReportArtifact } from '../domain/report';
import { AppError, toAppError } from '../errors';
import { toMailbox } from '../mail/address';
import type { Mails as MailTexts } from '../mail/mails';
import type { ClaimedMail } from '../service/mail-claim';
import type { Mails } from '../service/mails';
import type { MailPlan, ReportDeliveries, ReportMailFacts } from '../service/report-deliveries';
import { handOver, type HandOverTools } from './mail-hand-over';
import type { DeliverRun } from './report-activities';

interface Dependencies extends HandOverTools {
  readonly deliveries: ReportDeliveries;
  /** Claims and settles, of the service. */
  readonly mails: Pick<Mails, 'claimFor' | 'settle'>;
  /** Words, of the mail room. */
  readonly texts: Pick<MailTexts, 'reportDelivered'>;
  /** Address mails come from. */
  readonly from: string;
}

/** Delivers runs. */
export function createReportDelivery(dependencies: Dependencies): DeliverRun {
  const { deliveries } = dependencies;
  return async (caller, runId, destinationId, beat) => {
    const plan = await deliveries.begin(caller, runId, destinationId);
    if (plan.kind === 'over') return plan.status;
    try {
      if (plan.kind === 'folder')
        return await deliveries.finishFolder(caller, runId, destinationId, await folderOf(plan.files));
      const failure = await mailAll(dependencies, caller, plan, beat);
      return endOrRepeat(await deliveries.finishMails(caller, runId, destinationId, plan), failure);
    } catch (error) {
      if (!(error instanceof TemporalFailure))
        await deliveries.fail(caller, runId, destinationId, toAppError(error).code);
      throw error;
    }
  };
}

const damages = { file_missing: 'a file of the run is gone', file_changed: 'a file of the run was changed' } as const;

/** Nothing is called delivered, and nothing is mailed, that is not what the run wrote. */
async function assertIntact(files: readonly ReportArtifact[]): Promise<void> {
  const damage = await findDamage(files);
  if (damage) throw new AppError('destination.unavailable', { reason: damages[damage] });
}

/** The folder that holds the files, after a look that they lie there whole. */
async function folderOf(files: readonly ReportArtifact[]): Promise<string> {
  const [first] = files;
  if (!first) throw new AppError('destination.unavailable', { reason: 'the run has no files' });
  await assertIntact(files);
  return dirname(first.path);
}

/** A final state is the answer; else the attempt fails as the first mail did that is still open. */
function endOrRepeat(status: DeliveryStatus, failure: TemporalFailure | undefined): string {
  if (status === 'delivered' || status === 'unknown') return status;
  if (status === 'sending' && failure) throw failure;
  throw ApplicationFailure.nonRetryable(`delivery.${status}`, 'DestinationError');
}

/** Mails to each recipient that has nothing final yet; answers why the first of those that remain did not go out. */
async function mailAll(
  it: Dependencies,
  caller: Caller,
  plan: MailPlan,
  beat: (detail: unknown) => void,
): Promise<TemporalFailure | undefined> {
  const enclosure = encloseFiles(plan.facts.files);
  if (enclosure.attached.length === 0) throw new AppError('report.too_large', { limit: '10 MB for a mail' });
  await assertIntact(enclosure.attached);
  const tools = { ...it, takeToken: () => takeTurn(it.takeToken) };
  let failure: TemporalFailure | undefined;
  for (const [index, mail] of plan.mails.entries()) {
    beat(index);
    try {
      await handOver<Claimed>(tools, {
        claim: async (options) => {
          const claim = await it.mails.claimFor(caller, mail, options);
          return claim.kind === 'over' ? { kind: 'over', code: claim.status } : claim;
        },
        compose: async (claimed) => compose(it, claimed.mail, plan.facts, enclosure),
        settle: (claimed, outcome, contentSha) => it.mails.settle(caller, claimed.mail, outcome, contentSha),
      });
    } catch (error) {
      if (!(error instanceof TemporalFailure)) throw error;
      failure ??= error;
    }
  }
  return failure;
}

/** Waits for the mail rate instead of failing: one attempt serves all recipients. */
async function takeTurn(takeToken: HandOverTools['takeToken']): Promise<number> {
  for (let waitMs = await takeToken(); waitMs > 0; waitMs = await takeToken()) await sleep(waitMs);
  return 0;
}

type Claimed = { readonly kind: 'claimed'; readonly mail: ClaimedMail };

function compose({ texts, from }: Dependencies, mail: ClaimedMail, facts: ReportMailFacts, { attached }: Enclosure) {
  const files = facts.files.map((file) => {
    const { fileName: name, sizeBytes, sha256 } = file;
    return { name, sizeBytes, sha256, isAttached: attached.includes(file) };
  });
  const content = texts.reportDelivered({ ...facts, files });
  const { mailId, messageId, date, kind, toAddress } = mail;
  const boxes = { from: toMailbox(facts.organizationName, from), to: toMailbox('', toAddress) };
  const outgoing = { mailId, messageId, date, kind, ...boxes, ...content, attachments: attached.map(toAttachment) };
  return { content, outgoing };
}
