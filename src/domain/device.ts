// Devices as events tell of them: spans between removals, what is known of each, and when its Hub keys were valid.
// Pure; service/device-intake folds new events onto what is kept, or a whole history when events come late.
import { activityTypes, type ActivityType, type DeviceReference } from './activity';
import { later, type InstantText } from './instant';

/** An event of one device of one person. */
export interface DeviceEvent {
  /** Decides between events of the same instant, whatever order they come in. */
  readonly eventKey: string;
  readonly type: ActivityType;
  readonly occurredAt: InstantText;
  readonly isActivity: boolean;
  readonly device: DeviceReference;
}

/** A span in which the device's Hub keys were valid; `endedAt` null while they are. */
export interface HubSpan {
  readonly startedAt: InstantText;
  readonly endedAt: InstantText | null;
}

/** A device from its first event to its removal. The same device coming back is a new span. */
export interface DeviceSpan {
  readonly name: string | null;
  readonly platform: string | null;
  readonly appVersion: string | null;
  readonly registeredAt: InstantText;
  readonly lastUsedAt: InstantText | null;
  readonly lastSeenAt: InstantText;
  readonly hubAuthenticatedAt: InstantText | null;
  readonly removedAt: InstantText | null;
  readonly hub: readonly HubSpan[];
  /** The events of the span, by their keys. */
  readonly eventKeys: readonly string[];
}

/** The spans of one device from events in any order; `open` is the span they go on from. */
export function deviceSpans(events: readonly DeviceEvent[], open?: DeviceSpan): DeviceSpan[] {
  const spans: DeviceSpan[] = open ? [open] : [];
  for (const event of events.toSorted(byTime)) {
    const last = spans.at(-1);
    const isGone = last === undefined || last.removedAt !== null;
    // A removal of what is gone already says nothing new, except that it was heard of: an event between the two is late.
    if (isGone && event.type === 'device.removed' && last !== undefined) {
      spans[spans.length - 1] = {
        ...last,
        lastSeenAt: event.occurredAt,
        eventKeys: [...last.eventKeys, event.eventKey],
      };
      continue;
    }
    const span = isGone ? begin(event) : last;
    spans.splice(isGone ? spans.length : -1, isGone ? 0 : 1, goOn(span, event));
  }
  return spans;
}

function begin({ occurredAt }: DeviceEvent): DeviceSpan {
  return {
    name: null,
    platform: null,
    appVersion: null,
    registeredAt: occurredAt,
    lastUsedAt: null,
    lastSeenAt: occurredAt,
    hubAuthenticatedAt: null,
    removedAt: null,
    hub: [],
    eventKeys: [],
  };
}

function goOn(span: DeviceSpan, event: DeviceEvent): DeviceSpan {
  const { type, occurredAt, device } = event;
  const isRemoved = type === 'device.removed';
  return {
    ...span,
    ...described(span, type, device),
    lastUsedAt: event.isActivity ? later(span.lastUsedAt, occurredAt) : span.lastUsedAt,
    lastSeenAt: occurredAt,
    hubAuthenticatedAt: span.hubAuthenticatedAt ?? (type === 'hub.authenticated' ? occurredAt : null),
    removedAt: isRemoved ? occurredAt : null,
    hub: hubAfter(span.hub, type, occurredAt),
    eventKeys: [...span.eventKeys, event.eventKey],
  };
}

/** What an event says of its device; a heartbeat only fills in what nobody said yet. */
function described(span: DeviceSpan, type: ActivityType, device: DeviceReference) {
  const [first, second] = type === 'device.heartbeat' ? [span, device] : [device, span];
  return {
    name: first.name ?? second.name,
    platform: first.platform ?? second.platform,
    appVersion: first.appVersion ?? second.appVersion,
  };
}

/** Authentication opens a span; a reset of the keys or the removal of the device closes it. */
function hubAfter(hub: readonly HubSpan[], type: ActivityType, at: InstantText): readonly HubSpan[] {
  const last = hub.at(-1);
  const isOpen = last !== undefined && last.endedAt === null;
  if (type === 'hub.authenticated') return isOpen ? hub : [...hub, { startedAt: at, endedAt: null }];
  if (!isOpen || (type !== 'hub.keys_reset' && type !== 'device.removed')) return hub;
  return [...hub.slice(0, -1), { ...last, endedAt: at }];
}

const typeOrder = Object.keys(activityTypes);

function byTime(one: DeviceEvent, other: DeviceEvent): number {
  if (one.occurredAt !== other.occurredAt) return one.occurredAt < other.occurredAt ? -1 : 1;
  const order = typeOrder.indexOf(one.type) - typeOrder.indexOf(other.type);
  if (order !== 0) return order;
  return one.eventKey < other.eventKey ? -1 : 1;
}
