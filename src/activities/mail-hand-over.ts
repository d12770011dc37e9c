// The three steps of every mail: claim, hand over, record; and what the outcome means for Temporal. Called by
// reminder-activities and mail-activities. At most one delivery by our own doing: docs/guarantees.md.
import { createHash } from 'node:crypto';
import { Context } from '@temporalio/activity';
import type { ApplicationFailure } from '@temporalio/common';
import type { Clock } from '../clock';
import { isAddress } from '../domain/address';
import type { MailOutcome, Settlement } from '../domain/mail';
import { toAppError } from '../errors';
import type { Log } from '../log';
import type { Mailer, OutgoingMail } from '../mail/outgoing';
import type { RenderedMail } from '../mail/mails';
import type { ClaimedMail, ClaimOptions } from '../service/mail-claim';
import { finalFailure, retryAfter } from './activity-error';

/** Moments at which a test may stop the process. */
export type MailFault = 'mail.afterClaim' | 'mail.beforeSmtp' | 'mail.afterAccept';

/** What the steps need besides the mail. */
export interface HandOverTools {
  readonly mailer: Mailer;
  readonly clock: Clock;
  readonly log: Pick<Log, 'info' | 'warn' | 'error'>;
  readonly fault: (point: MailFault) => Promise<void>;
  /** Takes the right to send one mail; 0, or milliseconds to wait. */
  readonly takeToken: () => Promise<number>;
  /** How long an unreachable relay and a database that does not take the outcome are waited for, at first. */
  readonly pauseMs?: { readonly relay: number; readonly record: number };
}

type Refused = { readonly kind: 'later'; readonly at: Date } | { readonly kind: 'over'; readonly code: string };

/** A mail in our hands, whatever else its steps know of it. */
interface Claimed {
  readonly kind: 'claimed';
  readonly mail: ClaimedMail;
}

/** The mail's own part of the steps. */
export interface HandOverSteps<C extends Claimed> {
  claim(options: ClaimOptions): Promise<C | Refused>;
  /** @throws AppError `template.failed` */
  compose(claimed: C): Promise<{ content: RenderedMail; outgoing: OutgoingMail }>;
  settle(claimed: C, outcome: MailOutcome, contentSha: string | null): Promise<Settlement | undefined>;
}

/** Longest wait between two tries of a relay that does not answer. */
const relayWaitMs = { first: 60_000, longest: 15 * 60_000 };
/** The outcome is kept in memory and written again for this long, before the mail becomes `unknown`. */
const recordWaitMs = { first: 500, total: 45_000 };

/** Delivers one mail, or says why not. Answers the mail's state, or the code of the check that failed. */
export async function handOver<C extends Claimed>(tools: HandOverTools, steps: HandOverSteps<C>): Promise<string> {
  const isRetry = Context.current().info.attempt > 1;
  await waitForTurn(tools, steps, isRetry);
  const claimed = await steps.claim({ isRetry, mayTake: true });
  if (claimed.kind === 'later') throw retryAfter('mail.later', claimed.at.getTime() - tools.clock.now().getTime());
  if (claimed.kind === 'over') return claimed.code;
  await tools.fault('mail.afterClaim');
  const { outcome, contentSha } = await send(tools, steps, claimed);
  if (outcome.kind === 'accepted') await tools.fault('mail.afterAccept');
  const settlement = await record(tools, () => steps.settle(claimed, outcome, contentSha));
  return conclude(tools, outcome, settlement);
}

/** Before any claim: the relay takes mail and there is a token. A claim that an earlier try lost ends all the same. */
async function waitForTurn<C extends Claimed>(
  tools: HandOverTools,
  steps: HandOverSteps<C>,
  isRetry: boolean,
): Promise<void> {
  const waitMs = tools.mailer.ready() ? await tools.takeToken() : relayDelayMs(tools);
  if (waitMs === 0) return;
  if (isRetry) await steps.claim({ isRetry, mayTake: false });
  throw retryAfter(tools.mailer.ready() ? 'mail.rate' : 'mail.unreachable', waitMs);
}

interface Sent {
  readonly outcome: MailOutcome;
  readonly contentSha: string | null;
}

async function send<C extends Claimed>(tools: HandOverTools, steps: HandOverSteps<C>, claimed: C): Promise<Sent> {
  if (!isAddress(claimed.mail.toAddress)) return { outcome: unusableAddress, contentSha: null };
  try {
    const { content, outgoing } = await steps.compose(claimed);
    const contentSha = createHash('sha256').update(JSON.stringify([content.subject, content.text, content.html]));
    await tools.fault('mail.beforeSmtp');
    // Temporal gave this try up meanwhile; another may be under way.
    if (Context.current().cancellationSignal.aborted) throw retryAfter('mail.given_up', 1000);
    return { outcome: await handToMailer(tools, outgoing), contentSha: contentSha.digest('hex') };
  } catch (error) {
    // Nothing was handed over: the claim is given back, so that the mail leaves once the fault is mended.
    await record(tools, () => steps.settle(claimed, { kind: 'unreachable', reason: 'not_composed' }, null));
    throw error;
  }
}

/** One attempt. A mailer that throws anything but its refusal of a header may have handed the mail over. */
async function handToMailer({ mailer, log }: HandOverTools, outgoing: OutgoingMail): Promise<MailOutcome> {
  try {
    return await mailer.send(outgoing);
  } catch (error) {
    if (toAppError(error).code === 'input.invalid') throw finalFailure('ConfigError', 'mail.header');
    log.error({ error }, 'the mailer failed');
    return { kind: 'unknown', reason: 'mailer_failed' };
  }
}

/** Never shown to a relay. Source: RFC 3463 3.2, 5.1.3 = bad destination address syntax. */
const unusableAddress: MailOutcome = {
  kind: 'rejected',
  code: 553,
  enhanced: '5.1.3',
  reply: 'not handed over: the address cannot stand in a mail',
};

/** Writes the outcome; while the database is away it is tried again, since nobody else knows what became of the mail. */
async function record<T>(tools: HandOverTools, settle: () => Promise<T>): Promise<T> {
  const until = Date.now() + recordWaitMs.total;
  for (let waitMs = tools.pauseMs?.record ?? recordWaitMs.first; ; waitMs *= 2) {
    try {
      return await settle();
    } catch (error) {
      if (toAppError(error).kind !== 'unavailable' || Date.now() + waitMs > until) throw error;
      tools.log.warn({ error, waitMs }, 'the outcome of a mail cannot be recorded yet');
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
  }
}

function conclude(tools: HandOverTools, outcome: MailOutcome, settlement: Settlement | undefined): string {
  if (!settlement) return 'unknown';
  if (settlement.isSenderRefused)
    tools.log.error({ smtpCode: settlement.smtpCode }, 'the mail relay refuses us as a sender');
  if (settlement.status === 'unknown')
    tools.log.warn({ outcome: outcome.kind }, 'whether a mail was delivered is not known');
  if (settlement.status !== 'pending') return settlement.status;
  const at = settlement.nextAttemptAt;
  throw at
    ? retryAfter('mail.deferred', at.getTime() - tools.clock.now().getTime())
    : retryAfter('mail.unreachable', relayDelayMs(tools));
}

/** From one minute to 15, doubled at each try and spread by a fifth, so that a relay that is back is not stormed. */
function relayDelayMs(tools: HandOverTools): number {
  const { attempt } = Context.current().info;
  const ms = (tools.pauseMs?.relay ?? relayWaitMs.first) * 2 ** Math.min(attempt - 1, 10);
  return Math.min(ms, relayWaitMs.longest) * (0.9 + Math.random() * 0.2);
}

/** A mail nobody can compose. */
export function cannotCompose(kind: string): ApplicationFailure {
  return finalFailure('ConfigError', `mail.kind.${kind}`);
}
