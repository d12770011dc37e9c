// Activity events: their types, what each says of a person, and the window in which use counts as recent.
// Called by the events route, service/ingestion and service/adoption.
import { addSeconds, type InstantText } from './instant';

/** A write-once fact of a person. */
export type MilestoneName =
  | 'activated'
  | 'onboarded'
  | 'items_added'
  | 'extension_connected'
  | 'autofill_used'
  | 'returned'
  | 'hub_authenticated';

interface TypeRule {
  /** The milestone an event of this type is. */
  readonly milestone: MilestoneName | null;
  /** Whether it shows that the person used the app. */
  readonly isActivity: boolean;
  readonly needsDevice: boolean;
}

const rule = (milestone: MilestoneName | null, showsUse: boolean, needsDevice = false): TypeRule => ({
  milestone,
  isActivity: showsUse,
  needsDevice,
});

/** Every type an app may send. */
export const activityTypes = {
  'license.activated': rule('activated', false),
  'vault.created': rule('onboarded', true),
  'item.added': rule('items_added', true),
  'extension.connected': rule('extension_connected', false),
  'extension.disconnected': rule(null, false),
  'autofill.used': rule('autofill_used', true),
  'app.opened': rule(null, true),
  'app.unlocked': rule(null, true),
  'device.registered': rule(null, false, true),
  'device.updated': rule(null, false, true),
  'device.removed': rule(null, false, true),
  'device.heartbeat': rule(null, false, true),
  'hub.authenticated': rule('hub_authenticated', false, true),
  'hub.keys_reset': rule(null, false, true),
  'hub.shared_vaults': rule(null, false, true),
} as const satisfies Record<string, TypeRule>;

/** The name of a type. */
export type ActivityType = keyof typeof activityTypes;

/** How an event names its person; tried in this order. */
export interface UserReference {
  readonly id: string | null;
  readonly externalId: string | null;
  readonly email: string | null;
}

/** What an event says of the device it came from. */
export interface DeviceReference {
  readonly id: string;
  readonly name: string | null;
  readonly platform: string | null;
  readonly appVersion: string | null;
}

/** The facts a type may carry beside its time. */
export interface EventData {
  readonly is_sample?: boolean | undefined;
  readonly surface?: 'desktop' | 'mobile' | 'extension' | undefined;
  readonly managed?: number | undefined;
}

/** One event as the edge hands it in, with its time in UTC. */
export interface IncomingEvent {
  readonly eventId: string;
  readonly type: ActivityType;
  readonly occurredAt: InstantText;
  readonly user: UserReference;
  readonly device: DeviceReference | null;
  readonly launchId: string | null;
  readonly data: EventData;
}

/** Why an event is not taken. */
export type RejectionCode =
  | 'bad_type'
  | 'bad_time'
  | 'bad_field'
  | 'unknown_field'
  | 'event_id_reused'
  | 'user_mismatch'
  | 'user_removed'
  | 'too_old';

/** An event the edge could not read. */
export interface RefusedEvent {
  readonly eventId: string | null;
  readonly code: RejectionCode;
}

/** What an event says of use: enough to decide milestones and activity. */
export interface UseEvent {
  readonly type: ActivityType;
  readonly occurredAt: InstantText;
  readonly launchId: string | null;
  readonly isSample: boolean;
}

/** Length of the activity window in seconds: 30 days of 86,400 s, whatever the clocks do. */
export const windowSeconds = 2_592_000;

/** The first instant of the window that ends at `asOf`; both ends belong to it. */
export function windowStart(asOf: InstantText, days = 30): InstantText {
  return addSeconds(asOf, -days * 86_400);
}

/** Whether the event shows use of the app. A sample item shows neither use nor progress. */
export function isActivity(event: Pick<UseEvent, 'type' | 'isSample'>): boolean {
  return activityTypes[event.type].isActivity && !event.isSample;
}

/** The milestone the event is; null for none. */
export function milestoneOf(event: Pick<UseEvent, 'type' | 'isSample'>): MilestoneName | null {
  return event.isSample ? null : activityTypes[event.type].milestone;
}
