// What an organization has set, by name; values are JSON. Called by administration and by whoever reads a setting.
import type { Json } from '../domain/user';
import type { Connection } from './connection';
import { jsonOf } from './connection';

/** Settings of one organization. */
export function createSettingStore(connection: Connection) {
  const { organizationId, prepared } = connection;
  return {
    /** The value of a setting; undefined = never set. */
    find: async (setting: string): Promise<Json | undefined> => {
      const { rows } = await prepared(
        'SELECT value_json FROM organization_settings WHERE organization_id = ? AND setting = ?',
        [organizationId, setting],
      );
      return rows[0] && (jsonOf(rows[0]['value_json']) as Json);
    },
    /** All settings by name. */
    list: async (): Promise<ReadonlyMap<string, Json>> => {
      const { rows } = await prepared(
        'SELECT setting, value_json FROM organization_settings WHERE organization_id = ?',
        [organizationId],
      );
      return new Map(rows.map((row) => [row['setting'] as string, jsonOf(row['value_json']) as Json]));
    },
    save: async (setting: string, value: Json, updatedBy: string | null, at: Date): Promise<void> => {
      await prepared(
        `INSERT INTO organization_settings (organization_id, setting, value_json, updated_at, updated_by) VALUES (?, ?, ?, ?, ?)
         ON DUPLICATE KEY UPDATE value_json = VALUES(value_json), updated_at = VALUES(updated_at), updated_by = VALUES(updated_by)`,
        [organizationId, setting, JSON.stringify(value), at, updatedBy],
      );
    },
  };
}
