// One event of the wire -> an event of the domain, or the code it is refused with. Called by event-routes.ts.
import { z } from 'zod';
import {
  activityTypes,
  type DeviceReference,
  type IncomingEvent,
  type RefusedEvent,
  type RejectionCode,
} from '../domain/activity';
import { parseInstant } from '../domain/instant';
import { dataShapes, eventShape } from './shapes';

const noData = z.strictObject({});

/** Reads one event; never throws, since one bad event does not spoil its batch. */
export function readEvent(input: unknown): IncomingEvent | RefusedEvent {
  const found = eventShape.safeParse(input);
  if (!found.success) return refused(input, codeOf(found.error.issues));
  const event = found.data;
  const data = (dataShapes[event.type] ?? noData).safeParse(event.data ?? {});
  if (!data.success) return refused(input, codeOf(data.error.issues));
  const occurredAt = parseInstant(event.occurred_at);
  if (occurredAt === undefined) return refused(input, 'bad_time');
  const user = {
    id: event.user.id ?? null,
    externalId: event.user.external_id ?? null,
    email: event.user.email ?? null,
  };
  const isNamed = Object.values(user).some((name) => name !== null);
  const device = event.device ? toDevice(event.device) : null;
  if (!isNamed || (activityTypes[event.type].needsDevice && device === null)) return refused(input, 'bad_field');
  return {
    eventId: event.event_id,
    type: event.type,
    occurredAt,
    user,
    device,
    launchId: event.launch_id ?? null,
    data: data.data,
  };
}

function toDevice(device: NonNullable<z.output<typeof eventShape>['device']>): DeviceReference {
  return {
    id: device.id,
    name: device.name ?? null,
    platform: device.platform ?? null,
    appVersion: device.app_version ?? null,
  };
}

/** The first that applies: a type we do not know explains everything else. */
function codeOf(issues: readonly z.core.$ZodIssue[]): RejectionCode {
  if (issues.some(({ path }) => path[0] === 'type')) return 'bad_type';
  if (issues.some(({ code }) => code === 'unrecognized_keys')) return 'unknown_field';
  return issues.some(({ path }) => path[0] === 'occurred_at') ? 'bad_time' : 'bad_field';
}

/** The id is repeated only where it is one, so that the sender can find the event. */
function refused(input: unknown, code: RejectionCode): RefusedEvent {
  const id = typeof input === 'object' && input !== null ? (input as { event_id?: unknown }).event_id : undefined;
  return { eventId: typeof id === 'string' && id.length <= 128 ? id : null, code };
}
