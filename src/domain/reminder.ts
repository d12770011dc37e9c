// The whole judgment of a journey: what comes next and when, and whether a mail may still leave. Pure; called by
// service/reminders, before a wait and again in the transaction that claims a mail.
import { addSpan, isOpen, placeInWindow } from './calendar';
import { fraction } from './fraction';
import {
  enteredAt,
  isInvitation,
  isInvited,
  isOver,
  stageOf,
  type JourneyStep,
  type ReminderFacts,
  type ReminderRow,
  type Suppression,
} from './reminder-facts';
import type { ActivePolicy, OnboardingStage } from './reminder-policy';

/** Why a mail does not leave now. */
export type SkipCode =
  | 'stage_left'
  | 'not_enabled'
  | 'no_license'
  | 'no_address'
  | 'hard_bounce'
  | 'soft_bounce'
  | 'complaint'
  | 'opted_out'
  | 'never_list';

/** Why a mail waits. */
export type WaitCode = 'organization_paused' | 'policy_paused' | 'snoozed' | 'over_cap' | 'outside_window';

/** The answer of the nine checks. */
export type Verdict =
  | { readonly kind: 'go' }
  | { readonly kind: 'skip'; readonly code: SkipCode }
  | { readonly kind: 'wait'; readonly code: WaitCode; readonly until: Date | null }
  | { readonly kind: 'hold_out' }
  | { readonly kind: 'duplicate' };

/** What comes next. `action` and `stage` of a wait are what it waits for. */
export type Plan =
  | { readonly kind: 'end'; readonly reason: string }
  | ({ readonly kind: 'send' } & JourneyStep)
  | ({ readonly kind: 'note'; readonly note: 'escalate' } & JourneyStep)
  | {
      readonly kind: 'wait';
      readonly until: Date;
      readonly stage: string;
      readonly action: 'remind' | 'escalate' | 'wait';
    };

const longestWaitMs = 30 * 86_400_000;

/** Plans the next step; never one in the past. `policy` is the one in force for the person's stage. */
export function plan(facts: ReminderFacts, policy: ActivePolicy | undefined, asOf: Date): Plan {
  const stage = stageOf(facts);
  if (facts.user.accountState !== 'enabled') return { kind: 'end', reason: facts.user.accountState };
  if (facts.seat === null) return { kind: 'end', reason: 'no_license' };
  if (stage === undefined) return { kind: 'end', reason: 'using' };
  const invitation = { stage: 'activation', episode: facts.seat.assignmentId, step: 0 };
  if (mayStillSend(facts, policy, invitation, asOf).kind === 'go') return { kind: 'send', ...invitation };
  if (isSuppressed(facts, asOf, 'opt_out')) return { kind: 'end', reason: 'opted_out' };
  if (facts.organization.mailPausedAt || !policy) return wait(null, asOf, stage, 'wait');
  return planStep({ facts, policy, stage, asOf, seat: facts.seat });
}

interface Situation {
  readonly facts: ReminderFacts;
  readonly policy: ActivePolicy;
  readonly stage: OnboardingStage;
  readonly asOf: Date;
  readonly seat: { readonly assignmentId: string; readonly assignedAt: Date };
}

function planStep(it: Situation): Plan {
  const { facts, policy, stage, asOf } = it;
  const episode = it.seat.assignmentId;
  const rows = facts.reminders.filter((row) => row.stage === stage && row.episode === episode);
  const last = rows.filter(isOver).reduce<ReminderRow | undefined>((a, b) => (a && a.step > b.step ? a : b), undefined);
  const step = (last?.step ?? 0) + 1;
  if (step > policy.config.maxCount) return planEnd(it, { stage, episode, step }, last);
  const dueAt = dueTime(it, step, last);
  if (dueAt > asOf) return wait(dueAt, asOf, stage, 'remind');
  const verdict = mayStillSend(facts, policy, { stage, episode, step }, asOf);
  if (verdict.kind === 'wait') return wait(verdict.until, asOf, stage, 'remind');
  // A skip is sent once more for its row; the same reason again only waits for what may lift it.
  const isKnown = verdict.kind === 'skip' && rows.some((row) => row.step === step && row.reason === verdict.code);
  if (isKnown) return wait(liftedAt(facts, asOf), asOf, stage, 'wait');
  return { kind: 'send', stage, episode, step };
}

/** After the last mail: an escalation once, then the end. Somebody held out on purpose is not escalated either. */
function planEnd(
  { facts, policy, stage, asOf, seat }: Situation,
  step: JourneyStep,
  last: ReminderRow | undefined,
): Plan {
  const isNoted = facts.notes.some((note) => note.stage === stage && note.episode === step.episode);
  const { atEnd, escalateAfter } = policy.config;
  const escalates = (atEnd === 'escalate' || atEnd === 'both') && !isHeldOut(policy, stage, facts.user.id);
  if (!escalates || isNoted) return { kind: 'end', reason: 'exhausted' };
  const noteAt = addSpan(last?.at ?? enteredAt(facts, stage, seat.assignedAt), escalateAfter);
  return noteAt > asOf ? wait(noteAt, asOf, stage, 'escalate') : { kind: 'note', note: 'escalate', ...step };
}

/** Stage entry or last mail + interval, cap, end of a snooze; then into the window, spread by person and step. */
function dueTime({ facts, policy, stage, asOf, seat }: Situation, step: number, last: ReminderRow | undefined): Date {
  const { firstAfter, intervals } = policy.config;
  const interval = intervals[step - 2] ?? intervals.at(-1) ?? firstAfter;
  const first = addSpan(enteredAt(facts, stage, seat.assignedAt), firstAfter);
  const base = latest(last ? addSpan(last.at, interval) : first, capEnd(facts, policy), snoozeEnd(facts, asOf));
  return place(facts, policy, { stage, step, dueAt: base });
}

function place(facts: ReminderFacts, policy: ActivePolicy, it: { stage: string; step: number; dueAt: Date }): Date {
  if (policy.config.window === 'always') return it.dueAt;
  const where = { fraction: fraction(`${facts.user.id}/${it.stage}/${it.step}`), spreadMs: facts.spreadMs };
  return placeInWindow(it.dueAt, zoneOf(facts), where);
}

/**
 * The nine checks, in their order; the first that fails decides. The invitation knows no policy, opt-out, cap, window
 * or hold-out. Source: docs/guarantees.md.
 */
export function mayStillSend(
  facts: ReminderFacts,
  policy: ActivePolicy | undefined,
  step: JourneyStep,
  asOf: Date,
): Verdict {
  const invites = isInvitation(step);
  if (facts.organization.mailPausedAt) return { kind: 'wait', code: 'organization_paused', until: null };
  if (!policy && !invites) return { kind: 'wait', code: 'policy_paused', until: null };
  const skip = skipCode(facts, step, asOf);
  if (skip) return { kind: 'skip', code: skip };
  if (invites) return isInvited(facts) || !facts.invitation.isOn ? { kind: 'duplicate' } : { kind: 'go' };
  return (policy && checkTime(facts, policy, step, asOf)) ?? lastChecks(facts, policy, step);
}

function skipCode(facts: ReminderFacts, step: JourneyStep, asOf: Date): SkipCode | undefined {
  if (stageOf(facts) !== step.stage) return 'stage_left';
  if (facts.user.accountState !== 'enabled') return 'not_enabled';
  if (facts.seat?.assignmentId !== step.episode) return 'no_license';
  if (facts.user.email === null) return 'no_address';
  const kinds = ['hard_bounce', 'soft_bounce', 'complaint', 'opt_out', 'never_list'] as const;
  const found = kinds.find((kind) => isSuppressed(facts, asOf, kind) && !(kind === 'opt_out' && isInvitation(step)));
  return found === 'opt_out' ? 'opted_out' : found;
}

function checkTime(facts: ReminderFacts, policy: ActivePolicy, step: JourneyStep, asOf: Date): Verdict | undefined {
  const snoozed = snoozeEnd(facts, asOf);
  if (snoozed) return { kind: 'wait', code: 'snoozed', until: snoozed };
  const capped = capEnd(facts, policy);
  if (capped && capped > asOf) return { kind: 'wait', code: 'over_cap', until: capped };
  if (policy.config.window === 'always' || isOpen(asOf, zoneOf(facts))) return undefined;
  return { kind: 'wait', code: 'outside_window', until: place(facts, policy, { ...step, dueAt: asOf }) };
}

function lastChecks(facts: ReminderFacts, policy: ActivePolicy | undefined, step: JourneyStep): Verdict {
  if (policy && isHeldOut(policy, step.stage, facts.user.id)) return { kind: 'hold_out' };
  const isSame = (row: JourneyStep): boolean =>
    row.stage === step.stage && row.episode === step.episode && row.step === step.step;
  return facts.reminders.some((row) => isSame(row) && isOver(row)) ? { kind: 'duplicate' } : { kind: 'go' };
}

/** Whether a person is left out of a stage's mails on purpose; steady for as long as the salt is. */
export function isHeldOut(policy: ActivePolicy, stage: string, userId: string): boolean {
  const { holdOut } = policy.config;
  return holdOut !== null && fraction(`${holdOut.salt}/${stage}/${userId}`) < holdOut.percent / 100;
}

function zoneOf(facts: ReminderFacts): string {
  return facts.user.timeZone ?? facts.organization.timeZone;
}

function holds(asOf: Date) {
  return (it: Suppression): boolean => it.expiresAt === null || it.expiresAt > asOf;
}

function isSuppressed(facts: ReminderFacts, asOf: Date, kind: Suppression['kind']): boolean {
  return facts.suppressions.filter(holds(asOf)).some((it) => it.kind === kind);
}

/** The end of the longest running snooze. */
function snoozeEnd(facts: ReminderFacts, asOf: Date): Date | null {
  const running = facts.suppressions.filter(holds(asOf)).filter((it) => it.kind === 'snooze' && it.expiresAt);
  return running.length === 0 ? null : latest(...running.map((it) => it.expiresAt));
}

/** When the next suppression ends by itself; null = none does. */
function liftedAt(facts: ReminderFacts, asOf: Date): Date | null {
  const ends = facts.suppressions.filter(holds(asOf)).flatMap((it) => it.expiresAt ?? []);
  return ends.length === 0 ? null : new Date(Math.min(...ends.map((at) => at.getTime())));
}

function capEnd(facts: ReminderFacts, policy: ActivePolicy): Date | null {
  return policy.config.cap === 'off' || !facts.lastMailAt ? null : addSpan(facts.lastMailAt, policy.config.cap);
}

function latest(...instants: readonly (Date | null)[]): Date {
  return new Date(Math.max(...instants.map((at) => at?.getTime() ?? 0)));
}

/** A wait in the future, of at most 30 days; null = for a signal. */
function wait(until: Date | null, asOf: Date, stage: string, action: 'remind' | 'escalate' | 'wait'): Plan {
  const farthest = asOf.getTime() + longestWaitMs;
  const at = Math.min(Math.max(until?.getTime() ?? farthest, asOf.getTime() + 1), farthest);
  return { kind: 'wait', until: new Date(at), stage, action };
}
