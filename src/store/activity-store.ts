// Events as taken, the days of use and the milestones that follow from them. Called by service/ingestion.
import type { ActivityType, DeviceReference, EventData, MilestoneName, UseEvent } from '../domain/activity';
import type { InstantText } from '../domain/instant';
import { jsonOf, type Connection, type Row } from './connection';
import { instantSql } from './instant-sql';

/** An event about to be kept. */
export interface NewEvent {
  readonly source: string;
  readonly eventId: string;
  readonly type: ActivityType;
  readonly userId: string;
  readonly deviceId: string | null;
  readonly occurredAt: InstantText;
  /** The time as sent, where it lay too far ahead to be believed. */
  readonly sentOccurredAt: InstantText | null;
  readonly launchId: string | null;
  readonly data: EventData;
  readonly device: DeviceReference | null;
  readonly payloadHash: string;
}

/** The first and last use of a UTC day and how often. */
export interface ActivityDay {
  readonly userId: string;
  readonly dayOn: string;
  readonly firstAt: InstantText;
  readonly lastAt: InstantText;
  readonly events: number;
}

/** A milestone row about to be kept; rows are never changed, the earliest counts. */
export interface NewMilestone {
  readonly id: string;
  readonly userId: string;
  readonly milestone: MilestoneName;
  readonly occurredAt: InstantText;
  readonly isInferred: boolean;
  readonly eventRow: number | null;
}

/** A kept event of a user. */
export interface KeptEvent extends UseEvent {
  readonly userId: string;
  readonly data: EventData;
}

const isSampleSql = `COALESCE(JSON_UNQUOTE(JSON_EXTRACT(data, '$.is_sample')), 'false') = 'true'`;

/** Activity of one organization. */
export function createActivityStore(connection: Connection) {
  return { ...eventWriting(connection), ...eventReading(connection), ...factWriting(connection) };
}

function eventWriting({ organizationId, insertMany }: Connection) {
  return {
    /** Keeps events; `receivedAt` is when they became known to us. */
    addEvents: async (events: readonly NewEvent[], receivedAt: InstantText): Promise<void> => {
      await insertMany(
        `INSERT INTO activity_events (organization_id, source, event_id, event_type, user_id, device_id, occurred_at, received_at, sent_occurred_at, clamped, launch_id, data, payload_hash) VALUES ?`,
        events.map((it) => [
          organizationId,
          it.source,
          it.eventId,
          it.type,
          it.userId,
          it.deviceId,
          it.occurredAt,
          receivedAt,
          it.sentOccurredAt,
          it.sentOccurredAt === null ? 0 : 1,
          it.launchId,
          dataText(it),
          it.payloadHash,
        ]),
      );
    },
  };
}

function eventReading({ organizationId, run }: Connection) {
  const hashes = async (table: string, source: string, eventIds: readonly string[]): Promise<[string, string][]> => {
    const { rows } = await run(
      `SELECT event_id, payload_hash FROM ${table} WHERE organization_id = ? AND source = ? AND event_id IN (?)`,
      [organizationId, source, eventIds],
    );
    return rows.map((row) => [row['event_id'] as string, row['payload_hash'] as string]);
  };
  return {
    /** The content hashes of events that are known already, kept or in quarantine. */
    findHashes: async (source: string, eventIds: readonly string[]): Promise<Map<string, string>> => {
      if (eventIds.length === 0) return new Map();
      const waiting = await hashes('event_quarantine', source, eventIds);
      return new Map([...waiting, ...(await hashes('activity_events', source, eventIds))]);
    },
    /** The row numbers of kept events of a source. */
    findRows: async (source: string, eventIds: readonly string[]): Promise<Map<string, number>> => {
      if (eventIds.length === 0) return new Map();
      const { rows } = await run(
        'SELECT id, event_id FROM activity_events WHERE organization_id = ? AND source = ? AND event_id IN (?)',
        [organizationId, source, eventIds],
      );
      return new Map(rows.map((row) => [row['event_id'] as string, row['id'] as number]));
    },
    /** All kept events of the types, for some users. */
    listOf: async (userIds: readonly string[], types: readonly ActivityType[]): Promise<KeptEvent[]> => {
      if (userIds.length === 0) return [];
      const { rows } = await run(
        `SELECT user_id, event_type, ${instantSql('occurred_at')} AS occurred_at, launch_id, data, ${isSampleSql} AS is_sample
           FROM activity_events WHERE organization_id = ? AND user_id IN (?) AND event_type IN (?)`,
        [organizationId, userIds, types],
      );
      return rows.map(toKeptEvent);
    },
  };
}

function factWriting({ organizationId, insertMany }: Connection) {
  return {
    /** Widens the days of use. */
    addDays: async (days: readonly ActivityDay[]): Promise<void> => {
      await insertMany(
        `INSERT INTO user_activity_days (organization_id, user_id, day_on, first_at, last_at, events) VALUES ?
         ON DUPLICATE KEY UPDATE first_at = LEAST(first_at, VALUES(first_at)), last_at = GREATEST(last_at, VALUES(last_at)), events = events + VALUES(events)`,
        days.map((day) => [organizationId, day.userId, day.dayOn, day.firstAt, day.lastAt, day.events]),
      );
    },
    /** Keeps milestones; each is earlier than all of its kind before. */
    addMilestones: async (rows: readonly NewMilestone[], recordedAt: InstantText): Promise<void> => {
      await insertMany(
        'INSERT INTO user_milestones (organization_id, id, user_id, milestone, occurred_at, recorded_at, inferred, event_row, created_at) VALUES ?',
        rows.map((it) => [
          organizationId,
          it.id,
          it.userId,
          it.milestone,
          it.occurredAt,
          recordedAt,
          it.isInferred ? 1 : 0,
          it.eventRow,
          recordedAt,
        ]),
      );
    },
  };
}

/** What the event says beside its time; what it says of its device is kept with it, for a later look back. */
function dataText({ data, device }: NewEvent): string | null {
  const all = device === null ? data : { ...data, device };
  return Object.keys(all).length === 0 ? null : JSON.stringify(all);
}

function toKeptEvent(row: Row): KeptEvent {
  return {
    userId: row['user_id'] as string,
    type: row['event_type'] as ActivityType,
    occurredAt: row['occurred_at'] as InstantText,
    launchId: row['launch_id'] as string | null,
    isSample: Number(row['is_sample']) === 1,
    data: jsonOf(row['data']) ?? {},
  };
}
