// The outbox events: what must follow a committed change. Written in the transaction of their cause, read by the relay.
// Payloads hold ids and codes, never a name or an address.

/**
 * How soon an event is wanted. 0 interactive (a person waits), 1 signals of single users, 2 bulk: imports, directory
 * cycles, re-plans. Only lane 2 is throttled to the start rate.
 */
export type Lane = 0 | 1 | 2;

/** One consequence. `subject` of the row is the id named first in each member. */
export type OutboxEvent =
  | { readonly topic: 'SeatAssigned'; readonly userId: string }
  | { readonly topic: 'SeatReleased'; readonly userId: string }
  | { readonly topic: 'UserDeactivated'; readonly userId: string }
  | { readonly topic: 'UserReactivated'; readonly userId: string }
  | { readonly topic: 'UserRemoved'; readonly userId: string }
  | { readonly topic: 'StageReached'; readonly userId: string }
  | { readonly topic: 'ProfileChanged'; readonly userId: string }
  | { readonly topic: 'SuppressionChanged'; readonly userId: string }
  | { readonly topic: 'JourneyStale'; readonly userId: string }
  | { readonly topic: 'PolicyActivated'; readonly policyId: string }
  | { readonly topic: 'MailQueued'; readonly mailId: string }
  | { readonly topic: 'ReportScheduleChanged'; readonly reportId: string }
  | { readonly topic: 'ReportRunRequested'; readonly reportId: string; readonly runKey: string }
  | { readonly topic: 'OrganizationScheduleChanged'; readonly organizationId: number };

/** The name of an event. */
export type Topic = OutboxEvent['topic'];

/** A row as the relay claims it; `id` is the version a journey compares. */
export interface OutboxRow {
  readonly id: number;
  readonly organizationId: number;
  readonly lane: Lane;
  readonly attempts: number;
  readonly event: OutboxEvent;
}

/** The id of the row an event is about; the nil UUID where it is the organization. */
export function subjectOf(event: OutboxEvent): string {
  if ('userId' in event) return event.userId;
  if ('policyId' in event) return event.policyId;
  if ('mailId' in event) return event.mailId;
  if ('reportId' in event) return event.reportId;
  return '00000000-0000-0000-0000-000000000000';
}
