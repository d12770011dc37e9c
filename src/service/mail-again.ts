// A mail of unknown fate that a person sends again: it goes back to whoever sends its kind, who makes every check of a first
// attempt once more, and only where it would leave. A step inside the transaction of mail-doubts.
import { plan, type Plan } from '../domain/reminder';
import { isOver, type JourneyStep, type ReminderFacts } from '../domain/reminder-facts';
import { AppError } from '../errors';
import type { Mail } from '../store/mail-store';
import type { CarriedReminder, Recipient } from '../store/reminder-store';
import type { Stores } from '../store/stores';
import { readSituation } from './reminder-situation';

/** What is sent again. The mail's row, and its reminder's, say already that it waits. */
export interface Again {
  readonly mail: Mail;
  /** Whom a journey's mail goes to, locked. */
  readonly person: Recipient | undefined;
  /** The reminder it carries; an invitation carries none. */
  readonly reminder: CarriedReminder | undefined;
  readonly mailsPerSecond: number;
  readonly at: Date;
}

/** Queues it. @throws input.invalid with what stands in the way */
export async function queueAgain(stores: Stores, it: Again): Promise<void> {
  const { mail, at } = it;
  if (mail.kind === 'report') throw refusal('a report goes out by a run of its own, `report run SLUG`');
  if (mail.kind === 'invitation' || mail.kind === 'reminder') {
    const obstacle = await findObstacle(stores, it);
    if (obstacle !== undefined) throw refusal(obstacle);
    const event = { topic: 'JourneyStale' as const, userId: mail.userId ?? '' };
    return stores.outbox.add([{ event, lane: 1 }], at);
  }
  await stores.outbox.add([{ event: { topic: 'MailQueued', mailId: mail.id }, lane: 0 }], at);
}

/** Why the journey would not send it, now or at its next hour; undefined = it will. */
async function findObstacle(stores: Stores, { mail, person, reminder, ...rest }: Again): Promise<string | undefined> {
  if (person === undefined) return 'the person is gone';
  const { facts, policy } = await readSituation(stores, person, rest);
  const next = plan(facts, policy, rest.at);
  const step = mail.kind === 'invitation' ? invitationOf(facts) : reminder;
  if (step === undefined || next.kind === 'end')
    return `the journey is over (${next.kind === 'end' ? next.reason : 'no_license'})`;
  return leads(next, step, facts) ? undefined : 'the journey has gone on, or holds mails back now';
}

function invitationOf({ seat }: ReminderFacts): JourneyStep | undefined {
  return seat === null ? undefined : { stage: 'activation', episode: seat.assignmentId, step: 0 };
}

/** Whether the plan is this very step: to be sent now, or waited for. */
function leads(next: Plan, { stage, episode, step }: JourneyStep, facts: ReminderFacts): boolean {
  if (next.kind === 'send') return next.stage === stage && next.episode === episode && next.step === step;
  const isSame = next.kind === 'wait' && next.action === 'remind' && next.stage === stage;
  const own = facts.reminders.filter((row) => row.stage === stage && row.episode === episode);
  return (
    isSame && step > 0 && facts.seat?.assignmentId === episode && !own.some((row) => row.step > step && isOver(row))
  );
}

function refusal(why: string): AppError {
  return new AppError('input.invalid', { reason: `This mail cannot be sent again: ${why}. Nothing was changed.` });
}
