// The rows by which Temporal is told again what MySQL knows. Called by journeys and journey-rebuild.
import type { OutboxEvent } from '../domain/event';
import type { OpenJourney } from '../store/journey-store';
import type { Stores } from '../store/stores';

/** Rows written by one pass. */
export interface Healed {
  readonly journeys: number;
  readonly mails: number;
}

/** Most journeys, and most mails, of one transaction. */
export const journeyPage = 1000;

/** Lane 2, under the locks of the people, so that versions grow in commit order. */
export async function tell(stores: Stores, journeys: readonly OpenJourney[], at: Date): Promise<void> {
  await stores.journeys.lockUsers(journeys.map((it) => it.userId));
  const rows = journeys.map(({ userId }) => ({
    event: { topic: 'JourneyStale', userId } as OutboxEvent,
    lane: 2 as const,
  }));
  await stores.outbox.add(rows, at);
}

/** Open mails outside journeys that were left before an instant are queued again. Answers how many. */
export async function deliverAgain(stores: Stores, before: Date, now: Date): Promise<number> {
  const mailIds = await stores.mails.listStuck(before, now, journeyPage);
  const rows = mailIds.map((mailId) => ({ event: { topic: 'MailQueued', mailId } as OutboxEvent, lane: 2 as const }));
  await stores.outbox.add(rows, now);
  return mailIds.length;
}
