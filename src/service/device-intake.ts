// Devices of accepted events: which row each event belongs to, and what the rows become. A step of service/ingestion,
// inside its transaction and under the locks of the users.
import { isActivity } from '../domain/activity';
import { deviceSpans, type DeviceEvent, type DeviceSpan } from '../domain/device';
import { later, type InstantText } from '../domain/instant';
import type { NewId } from '../ids';
import type { NewEvent } from '../store/activity-store';
import type { Device, HubInterval, KeptDeviceEvent } from '../store/device-store';
import type { Stores } from '../store/stores';
import type { ActivityUser } from '../store/user-activity-store';

/** An event that is taken, before its device row is known. */
export type TakenEvent = Omit<NewEvent, 'deviceId'>;

/** One device of one person in a batch. */
interface Intake {
  readonly user: ActivityUser;
  readonly externalId: string;
  readonly events: DeviceEvent[];
  readonly rows: Device[];
}

/** The key an event is told apart by, whatever its source. */
export function eventKey({ source, eventId }: Pick<NewEvent, 'source' | 'eventId'>): string {
  return `${source}\n${eventId}`;
}

/** Writes the devices the events speak of; answers the device row of each such event by its key. */
export async function takeDevices(
  stores: Stores,
  newId: NewId,
  events: readonly TakenEvent[],
  users: ReadonlyMap<string, ActivityUser>,
  at: InstantText,
): Promise<Map<string, string>> {
  const intakes = gather(events, users);
  const userIds = [...new Set(intakes.map(({ user }) => user.id))];
  const externalIds = [...new Set(intakes.map(({ externalId }) => externalId))];
  const byDevice = new Map(intakes.map((intake) => [deviceKey(intake.user.id, intake.externalId), intake]));
  for (const row of await stores.devices.listOf(userIds, externalIds)) {
    byDevice.get(deviceKey(row.userId, row.externalId))?.rows.push(row);
  }
  const deviceOf = new Map<string, string>();
  const changes: Change[] = [];
  for (const intake of intakes) {
    const made = isInOrder(intake) ? goOn(intake, newId) : await lookBack(stores, intake, newId);
    for (const [key, id] of made.deviceOf) deviceOf.set(key, id);
    changes.push(made);
  }
  await write(stores, changes, at);
  return deviceOf;
}

function gather(events: readonly TakenEvent[], users: ReadonlyMap<string, ActivityUser>): Intake[] {
  const intakes = new Map<string, Intake>();
  for (const event of events) {
    const user = users.get(event.userId);
    if (event.device === null || user === undefined) continue;
    const key = deviceKey(user.id, event.device.id);
    const intake = intakes.get(key) ?? { user, externalId: event.device.id, events: [], rows: [] };
    intake.events.push(toDeviceEvent({ ...event, isSample: event.data.is_sample === true, device: event.device }));
    intakes.set(key, intake);
  }
  return [...intakes.values()];
}

/** Rows and intervals to write, intervals to drop, events to move, and where each event belongs. */
interface Change {
  readonly devices: readonly Device[];
  readonly dropped: readonly HubInterval[];
  readonly moved: readonly KeptDeviceEvent[];
  readonly deviceOf: ReadonlyMap<string, string>;
}

/**
 * Whether all events come after what is known of the device: then they go on from its last row. A second removal goes
 * on from nothing.
 */
function isInOrder({ events, rows }: Intake): boolean {
  const last = rows.at(-1);
  const knownAt = last && later(last.removedAt, last.lastSeenAt ?? last.registeredAt);
  if (last?.removedAt != null && events.some(({ type }) => type === 'device.removed')) return false;
  return knownAt == null || events.every((event) => event.occurredAt > knownAt);
}

function goOn(intake: Intake, newId: NewId): Change {
  const last = intake.rows.at(-1);
  const open = last?.removedAt === null ? last : undefined;
  const spans = deviceSpans(intake.events, open && toSpan(open));
  return change(intake, spans, open ? [open] : [], newId);
}

/** Late events: the rows are made anew from everything that is kept of the device. */
async function lookBack(stores: Stores, intake: Intake, newId: NewId): Promise<Change> {
  const kept = await stores.devices.listEvents(
    intake.user.id,
    intake.rows.map(({ id }) => id),
  );
  const history = kept.map(toDeviceEvent);
  const spans = deviceSpans([...remembered(intake, history), ...history, ...intake.events]);
  const made = change(intake, spans, intake.rows, newId);
  return { ...made, moved: kept.filter((event) => made.deviceOf.get(eventKey(event)) !== event.deviceId) };
}

function change(intake: Intake, spans: readonly DeviceSpan[], rows: readonly Device[], newId: NewId): Change {
  const deviceOf = new Map<string, string>();
  const devices = spans.map((span, index) => {
    const row = rows[index];
    const id = row?.id ?? newId();
    for (const key of span.eventKeys) deviceOf.set(key, id);
    return toDevice(intake, id, span, row?.hub ?? [], newId);
  });
  const keptHub = new Set(devices.flatMap(({ hub }) => hub.map(({ id }) => id)));
  const dropped = rows.flatMap(({ hub }) => hub.filter(({ id }) => !keptHub.has(id)));
  return { devices, dropped, moved: [], deviceOf };
}

function toDevice(intake: Intake, id: string, span: DeviceSpan, hub: readonly HubInterval[], newId: NewId): Device {
  const { eventKeys: _, hub: hubSpans, ...facts } = span;
  return {
    ...facts,
    id,
    userId: intake.user.id,
    externalId: intake.externalId,
    // The devices of a removed person stay removed, whatever is still heard of them.
    removedAt: span.removedAt ?? intake.user.removedAt,
    hub: hubSpans.map((it, index) => ({
      id: hub[index]?.id ?? newId(),
      startedAt: it.startedAt,
      endedAt: it.endedAt ?? intake.user.removedAt,
    })),
  };
}

async function write(stores: Stores, changes: readonly Change[], at: InstantText): Promise<void> {
  const devices = changes.flatMap((it) => it.devices);
  await stores.devices.save(devices, at);
  await stores.devices.deleteHub(changes.flatMap((it) => it.dropped.map(({ id }) => id)));
  await stores.devices.saveHub(
    devices.flatMap(({ id, userId, hub }) => hub.map((interval) => ({ ...interval, deviceId: id, userId }))),
    at,
  );
  for (const { moved, deviceOf } of changes) {
    for (const event of moved) {
      await stores.devices.moveEvents(event.source, [event.eventId], deviceOf.get(eventKey(event)) ?? event.deviceId);
    }
  }
}

/** What rows tell of the time before the kept events: those of a long-past or imported device are gone or were never kept. */
function remembered({ externalId, rows }: Intake, history: readonly DeviceEvent[]): DeviceEvent[] {
  const first = history.map(({ occurredAt }) => occurredAt).toSorted()[0];
  const device = { id: externalId, name: null, platform: null, appVersion: null };
  const told = rows.flatMap((row, index): DeviceEvent[] => {
    const event = (type: DeviceEvent['type'], occurredAt: InstantText | null, part: object = {}): DeviceEvent[] =>
      occurredAt === null
        ? []
        : [{ eventKey: '', type, occurredAt, isActivity: type === 'app.opened', device: { ...device, ...part } }];
    const { name, platform, appVersion } = row;
    return [
      ...event('device.registered', row.registeredAt, { name, platform, appVersion }),
      ...event('app.opened', row.lastUsedAt),
      ...row.hub.flatMap((it) => [...event('hub.authenticated', it.startedAt), ...event('hub.keys_reset', it.endedAt)]),
      ...(index < rows.length - 1 || row.removedAt !== null ? event('device.removed', row.removedAt) : []),
    ];
  });
  return told.filter(({ occurredAt }) => first === undefined || occurredAt < first);
}

function toSpan({ id: _id, userId: _userId, externalId: _externalId, ...row }: Device): DeviceSpan {
  return { ...row, lastSeenAt: row.lastSeenAt ?? row.registeredAt, eventKeys: [] };
}

function toDeviceEvent(
  event: Pick<KeptDeviceEvent, 'source' | 'eventId' | 'type' | 'occurredAt' | 'isSample' | 'device'>,
): DeviceEvent {
  const { type, occurredAt, device } = event;
  return { eventKey: eventKey(event), type, occurredAt, isActivity: isActivity(event), device };
}

function deviceKey(userId: string, externalId: string): string {
  return `${userId}\n${externalId.trimEnd()}`;
}
