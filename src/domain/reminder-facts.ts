// What the planner looks at: one person, their seat, what was sent and what holds mail back. Read by service/reminders in
// one transaction; judged by reminder.ts.
import type { MailStatus } from './mail';
import type { OnboardingStage } from './reminder-policy';
import type { AccountState, Milestones } from './user';

/** What keeps us from writing to somebody. */
export type SuppressionKind = 'hard_bounce' | 'soft_bounce' | 'complaint' | 'opt_out' | 'never_list' | 'snooze';

/** A suppression that is not released; one whose end has come counts no more. */
export interface Suppression {
  readonly kind: SuppressionKind;
  readonly expiresAt: Date | null;
}

/** States of a reminder row. */
export type ReminderStatus =
  'queued' | 'sending' | 'sent' | 'bounced' | 'failed' | 'skipped' | 'held_out' | 'unknown' | 'cancelled';

/** An automatic reminder of the person. `at` = when it was sent, else claimed, else written. */
export interface ReminderRow {
  readonly stage: string;
  readonly episode: string;
  readonly step: number;
  readonly status: ReminderStatus;
  readonly reason: string | null;
  readonly at: Date;
}

/** One step of a journey, as the planner names it. */
export interface JourneyStep {
  readonly stage: string;
  readonly episode: string;
  readonly step: number;
}

/** Everything a plan rests on. */
export interface ReminderFacts {
  readonly organization: { readonly timeZone: string; readonly mailPausedAt: Date | null };
  readonly user: {
    readonly id: string;
    readonly accountState: AccountState;
    /** A usable address, else null. */
    readonly email: string | null;
    readonly timeZone: string | null;
    readonly milestones: Pick<Milestones, 'activatedAt' | 'onboardedAt' | 'itemsAddedAt'>;
  };
  /** The open app assignment; its id is the episode. */
  readonly seat: { readonly assignmentId: string; readonly assignedAt: Date } | null;
  /** `isOn` = the organization invites people of this source; `status` of the one invitation, null = none yet. */
  readonly invitation: { readonly isOn: boolean; readonly status: MailStatus | null };
  readonly reminders: readonly ReminderRow[];
  /** Newest reminder that left or may have left, manual ones and all stages included. */
  readonly lastMailAt: Date | null;
  readonly notes: readonly JourneyStep[];
  readonly suppressions: readonly Suppression[];
  /** How far mails of the stage are spread inside a window. */
  readonly spreadMs: number;
}

/** The stage of an enabled, licensed person; undefined = using the app. */
export function stageOf(facts: ReminderFacts): OnboardingStage | undefined {
  const { activatedAt, onboardedAt, itemsAddedAt } = facts.user.milestones;
  if (itemsAddedAt) return undefined;
  if (onboardedAt) return 'usage';
  return activatedAt ? 'app_setup' : 'activation';
}

/** Since when the person stands in the stage: the later of assignment and the milestone before. */
export function enteredAt(facts: ReminderFacts, stage: OnboardingStage, assignedAt: Date): Date {
  const { activatedAt, onboardedAt } = facts.user.milestones;
  const reached = { activation: null, app_setup: activatedAt, usage: onboardedAt }[stage];
  return reached && reached > assignedAt ? reached : assignedAt;
}

/** Whether a reminder row stands for a step that is over; the others may still be sent. */
export function isOver(row: Pick<ReminderRow, 'status'>): boolean {
  return !['queued', 'sending', 'skipped', 'cancelled'].includes(row.status);
}

/** Whether the one invitation of a life is over. */
export function isInvited(facts: ReminderFacts): boolean {
  const { status } = facts.invitation;
  return status !== null && !['pending', 'sending', 'cancelled'].includes(status);
}

/** Step 0 of `activation` is the invitation: no reminder, and without any policy. */
export function isInvitation(step: JourneyStep): boolean {
  return step.step === 0;
}
