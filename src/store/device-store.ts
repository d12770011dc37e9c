// Devices of users and the intervals of their Hub keys, as events tell of them. Called by service/device-intake.
import type { ActivityType, DeviceReference } from '../domain/activity';
import type { InstantText } from '../domain/instant';
import { jsonOf, type Connection, type Row } from './connection';
import { instantOf, instantSql } from './instant-sql';

/** An interval of a device's Hub keys. */
export interface HubInterval {
  readonly id: string;
  readonly startedAt: InstantText;
  readonly endedAt: InstantText | null;
}

/** A device row with its Hub intervals, oldest first. */
export interface Device {
  readonly id: string;
  readonly userId: string;
  readonly externalId: string;
  readonly name: string | null;
  readonly platform: string | null;
  readonly appVersion: string | null;
  readonly registeredAt: InstantText;
  readonly lastUsedAt: InstantText | null;
  readonly lastSeenAt: InstantText | null;
  readonly hubAuthenticatedAt: InstantText | null;
  readonly removedAt: InstantText | null;
  readonly hub: readonly HubInterval[];
}

/** A kept event of a device. */
export interface KeptDeviceEvent {
  readonly source: string;
  readonly eventId: string;
  readonly deviceId: string;
  readonly type: ActivityType;
  readonly occurredAt: InstantText;
  readonly isSample: boolean;
  readonly device: DeviceReference;
}

const instants = ['registered_at', 'last_used_at', 'last_seen_at', 'hub_authenticated_at', 'removed_at'];
const columns = `id, user_id, external_device_id, name, platform, app_version, ${instants.map((name) => `${instantSql(name)} AS ${name}`).join(', ')}`;

/** Devices of one organization. */
export function createDeviceStore(connection: Connection) {
  return { ...reading(connection), ...writing(connection) };
}

function reading({ organizationId, run }: Connection) {
  return {
    /** All rows of the users' devices with these ids, removed ones included, oldest first. */
    listOf: async (userIds: readonly string[], externalIds: readonly string[]): Promise<Device[]> => {
      if (userIds.length === 0 || externalIds.length === 0) return [];
      const { rows } = await run(
        `SELECT ${columns} FROM devices WHERE organization_id = ? AND user_id IN (?) AND external_device_id IN (?) ORDER BY registered_at, id`,
        [organizationId, userIds, externalIds],
      );
      if (rows.length === 0) return [];
      const found = await run(
        `SELECT id, device_id, ${instantSql('started_at')} AS started_at, ${instantSql('ended_at')} AS ended_at
           FROM device_hub_intervals WHERE organization_id = ? AND device_id IN (?) ORDER BY device_hub_intervals.started_at, id`,
        [organizationId, rows.map((row) => row['id'] as string)],
      );
      const hub = new Map<unknown, Row[]>(rows.map((row) => [row['id'], []]));
      for (const row of found.rows) hub.get(row['device_id'])?.push(row);
      return rows.map((row) => toDevice(row, hub.get(row['id']) ?? []));
    },
    /** The kept events of some devices of a user. */
    listEvents: async (userId: string, deviceIds: readonly string[]): Promise<KeptDeviceEvent[]> => {
      if (deviceIds.length === 0) return [];
      const { rows } = await run(
        `SELECT source, event_id, device_id, event_type, ${instantSql('occurred_at')} AS occurred_at, data
           FROM activity_events WHERE organization_id = ? AND user_id = ? AND device_id IN (?)`,
        [organizationId, userId, deviceIds],
      );
      return rows.map(toKeptEvent);
    },
  };
}

function writing({ organizationId, run, insertMany }: Connection) {
  return {
    /** Adds devices or puts them in the place of their rows. A device that comes back stands after its removed row. */
    save: async (devices: readonly Device[], at: InstantText): Promise<void> => {
      await insertMany(
        `INSERT INTO devices (organization_id, id, user_id, external_device_id, name, platform, app_version, registered_at, last_used_at, last_seen_at, hub_authenticated_at, removed_at, created_at) VALUES ?
         ON DUPLICATE KEY UPDATE name = VALUES(name), platform = VALUES(platform), app_version = VALUES(app_version), registered_at = VALUES(registered_at),
           last_used_at = VALUES(last_used_at), last_seen_at = VALUES(last_seen_at), hub_authenticated_at = VALUES(hub_authenticated_at), removed_at = VALUES(removed_at)`,
        devices.map((it) => [
          organizationId,
          it.id,
          it.userId,
          it.externalId,
          it.name,
          it.platform,
          it.appVersion,
          it.registeredAt,
          it.lastUsedAt,
          it.lastSeenAt,
          it.hubAuthenticatedAt,
          it.removedAt,
          at,
        ]),
      );
    },
    /** Adds Hub intervals or moves their ends. */
    saveHub: async (
      rows: readonly (HubInterval & { deviceId: string; userId: string })[],
      at: InstantText,
    ): Promise<void> => {
      await insertMany(
        `INSERT INTO device_hub_intervals (organization_id, id, device_id, user_id, started_at, ended_at, created_at) VALUES ?
         ON DUPLICATE KEY UPDATE started_at = VALUES(started_at), ended_at = VALUES(ended_at)`,
        rows.map((it) => [organizationId, it.id, it.deviceId, it.userId, it.startedAt, it.endedAt, at]),
      );
    },
    /** Drops Hub intervals that a late event has shown to be none. */
    deleteHub: async (ids: readonly string[]): Promise<void> => {
      if (ids.length === 0) return;
      await run('DELETE FROM device_hub_intervals WHERE organization_id = ? AND id IN (?)', [organizationId, ids]);
    },
    /** Ends all devices of a user who is removed, and their Hub intervals. */
    closeAll: async (userId: string, at: Date): Promise<void> => {
      const own = 'organization_id = ? AND user_id = ?';
      await run(`UPDATE device_hub_intervals SET ended_at = ? WHERE ${own} AND is_open = 1`, [
        at,
        organizationId,
        userId,
      ]);
      await run(`UPDATE devices SET removed_at = ? WHERE ${own} AND is_live = 1`, [at, organizationId, userId]);
    },
    /** Moves kept events to another row of their device. */
    moveEvents: async (source: string, eventIds: readonly string[], deviceId: string): Promise<void> => {
      await run(
        'UPDATE activity_events SET device_id = ? WHERE organization_id = ? AND source = ? AND event_id IN (?)',
        [deviceId, organizationId, source, eventIds],
      );
    },
  };
}

function toDevice(row: Row, hub: readonly Row[]): Device {
  return {
    id: row['id'] as string,
    userId: row['user_id'] as string,
    externalId: row['external_device_id'] as string,
    name: row['name'] as string | null,
    platform: row['platform'] as string | null,
    appVersion: row['app_version'] as string | null,
    registeredAt: row['registered_at'] as InstantText,
    lastUsedAt: instantOf(row['last_used_at']),
    lastSeenAt: instantOf(row['last_seen_at']),
    hubAuthenticatedAt: instantOf(row['hub_authenticated_at']),
    removedAt: instantOf(row['removed_at']),
    hub: hub.map((it) => ({
      id: it['id'] as string,
      startedAt: it['started_at'] as InstantText,
      endedAt: instantOf(it['ended_at']),
    })),
  };
}

function toKeptEvent(row: Row): KeptDeviceEvent {
  const data = jsonOf(row['data']) as { device: DeviceReference; is_sample?: boolean };
  return {
    source: row['source'] as string,
    eventId: row['event_id'] as string,
    deviceId: row['device_id'] as string,
    type: row['event_type'] as ActivityType,
    occurredAt: row['occurred_at'] as InstantText,
    isSample: data.is_sample === true,
    device: data.device,
  };
}
