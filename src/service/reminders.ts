// Reminders of journeys: plan what comes next, claim one mail, record what came of it. Called by activities; the rules are
// in domain/reminder, the state machine of the mail in mail-claim.
import type { Clock } from '../clock';
import type { Caller } from '../domain/caller';
import type { MailOutcome, Settlement } from '../domain/mail';
import { plan, type Plan } from '../domain/reminder';
import type { JourneyStep } from '../domain/reminder-facts';
import { AppError } from '../errors';
import type { NewId } from '../ids';
import type { Database } from '../store/database';
import type { Stores } from '../store/stores';
import type { ClaimOptions, MailClaims } from './mail-claim';
import { claimStep, type ClaimedReminder, type ReminderClaim } from './reminder-claim';
import { readSituation } from './reminder-situation';
import { dedupeKey, followMail } from './reminder-state';

/** Whose journey, and the instant the workflow thinks it is; the later of it and the clock counts. */
export interface JourneyMoment {
  readonly userId: string;
  readonly journey: string;
  readonly asOf: Date;
}

/** One step of a journey at a moment. */
export type StepMoment = JourneyMoment & JourneyStep;

/** A plan as a workflow reads it. */
export type NextStep =
  | { kind: 'wait'; untilIso: string }
  | { kind: 'send'; stage: string; episode: string; step: number }
  | { kind: 'note'; note: 'escalate'; stage: string; episode: string; step: number }
  | { kind: 'end'; reason: string };

/** The verbs of reminders. */
export interface Reminders {
  /** Plans, and keeps the plan in the person's journey. @param version id of the newest outbox row the workflow knows */
  planNextStep(caller: Caller, moment: JourneyMoment & { readonly version: number }): Promise<NextStep>;
  /**
   * Makes the nine checks again and claims the mail of a step, in one transaction.
   * `isRetry`: an earlier try of the same work is over; what it left `sending` becomes `unknown`. `mayTake`: false = that alone.
   */
  claim(caller: Caller, moment: StepMoment & ClaimOptions): Promise<ReminderClaim>;
  /** Records what came of a claimed mail. Undefined = the claim was over; nothing was changed. */
  settle(
    caller: Caller,
    claimed: ClaimedReminder,
    outcome: MailOutcome,
    contentSha: string | null,
  ): Promise<Settlement | undefined>;
  /** Records an escalation; a repeat changes nothing. */
  recordStep(caller: Caller, moment: StepMoment): Promise<void>;
}

interface Dependencies {
  readonly database: Pick<Database, 'inTransaction'>;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly claims: MailClaims;
  readonly mailsPerSecond: number;
  /** Fault point `mail.beforeCommit`. */
  readonly fault: (point: 'mail.beforeCommit') => Promise<void>;
}

/** The service of reminders. */
export function createReminders(deps: Dependencies): Reminders {
  const { database, clock, newId, claims, mailsPerSecond, fault } = deps;
  const now = (asOf: Date): Date => new Date(Math.max(asOf.getTime(), clock.now().getTime()));
  return {
    planNextStep: (caller, moment) =>
      database.inTransaction(caller.organizationId, async (stores) => {
        checkKind(moment.journey);
        const person = await stores.reminders.lockRecipient(moment.userId);
        const at = now(moment.asOf);
        const situation = person && (await readSituation(stores, person, { mailsPerSecond }));
        const next: Plan = situation ? plan(situation.facts, situation.policy, at) : { kind: 'end', reason: 'removed' };
        await keep(stores, { ...moment, newId, at }, next);
        return toStep(next);
      }),
    claim: (caller, moment) =>
      database.inTransaction(caller.organizationId, (stores) => {
        checkKind(moment.journey);
        return claimStep(stores, { newId, claims, mailsPerSecond }, { ...moment, asOf: now(moment.asOf) });
      }),
    settle: (caller, claimed, outcome, contentSha) =>
      database.inTransaction(caller.organizationId, async (stores) => {
        const at = clock.now();
        await stores.reminders.lockRecipient(claimed.userId);
        const settlement = await claims.settle(stores, claimed.mail, outcome, { caller, at, contentSha });
        if (settlement) await followMail(stores, claimed, settlement.status, at);
        await fault('mail.beforeCommit');
        return settlement;
      }),
    recordStep: (caller, moment) =>
      database.inTransaction(caller.organizationId, async (stores) => {
        if (!(await stores.reminders.lockRecipient(moment.userId))) return;
        const { userId, stage } = moment;
        await stores.reminders.addNote({ id: newId(), userId, stage, dedupeKey: dedupeKey(moment) }, now(moment.asOf));
      }),
  };
}

type Kept = JourneyMoment & { readonly version: number; readonly newId: NewId; readonly at: Date };

/** Keeps the newest plan in the open journey; opens it at the first plan and closes it at the end. */
async function keep(stores: Stores, { userId, journey, version, newId, at }: Kept, next: Plan): Promise<void> {
  if (next.kind === 'end') return stores.journeys.end(userId, journey, next.reason, at);
  const action = next.kind === 'wait' ? next.action : next.kind === 'note' ? next.note : 'remind';
  const nextAt = next.kind === 'wait' ? next.until : at;
  await stores.journeys.savePlan(
    {
      id: newId(),
      userId,
      kind: journey,
      workflowId: `${journey}/${userId}`,
      nextStage: next.stage,
      nextAction: action,
      nextAt,
      planVersion: version,
    },
    at,
  );
}

function toStep(next: Plan): NextStep {
  if (next.kind === 'wait') return { kind: 'wait', untilIso: next.until.toISOString() };
  return next;
}

function checkKind(journey: string): void {
  if (journey !== 'onboarding') throw new AppError('bug', { journey });
}
