// The key of a journey's step, and the reminder row that follows its mail. Called by reminders and reminder-claim.
import type { Settlement } from '../domain/mail';
import type { JourneyStep } from '../domain/reminder-facts';
import type { Stores } from '../store/stores';

/** The key that makes a step of a journey unique for its person. */
export function dedupeKey({ journey, stage, episode, step }: JourneyStep & { readonly journey: string }): string {
  return `a:${journey}:${stage}:${episode}:${step}`;
}

/** The reminder row says what became of its mail; only accepted reminders are counted. */
export async function followMail(
  stores: Stores,
  { reminderId, userId, stage }: { reminderId: string | null; userId: string; stage: string },
  status: Settlement['status'],
  at: Date,
): Promise<void> {
  if (reminderId === null) return;
  const states = { sent: 'sent', pending: 'queued', rejected: 'failed', unknown: 'unknown' } as const;
  await stores.reminders.settle(reminderId, states[status], status === 'sent' ? at : null);
  if (status === 'sent') await stores.reminders.count(userId, stage, at);
}
