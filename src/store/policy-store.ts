// Reminder policies by stage and version. Called by service/policies and service/reminders.
import type { ActivePolicy, PolicyConfig } from '../domain/reminder-policy';
import { jsonOf, type Connection, type Row } from './connection';

/** A version of a policy. */
export interface PolicyRow extends ActivePolicy {
  readonly stage: string;
  readonly state: 'draft' | 'active' | 'paused' | 'retired';
  readonly activatedAt: Date | null;
  readonly createdAt: Date;
}

const columns = 'id, stage, version, state, config, activated_at, created_at';

/** Policies of one organization. */
export function createPolicyStore(connection: Connection) {
  const { organizationId, prepared } = connection;
  return {
    /** The policy in force for a stage. */
    findActive: async (stage: string): Promise<ActivePolicy | undefined> => {
      const { rows } = await prepared(
        `SELECT ${columns} FROM reminder_policies WHERE organization_id = ? AND stage = ? AND state = 'active'`,
        [organizationId, stage],
      );
      return rows[0] && toPolicy(rows[0]);
    },
    find: async (id: string): Promise<PolicyRow | undefined> => {
      const { rows } = await prepared(`SELECT ${columns} FROM reminder_policies WHERE organization_id = ? AND id = ?`, [
        organizationId,
        id,
      ]);
      return rows[0] && toPolicy(rows[0]);
    },
    /** All versions, newest first within a stage. */
    list: async (): Promise<PolicyRow[]> => {
      const { rows } = await prepared(
        `SELECT ${columns} FROM reminder_policies WHERE organization_id = ? ORDER BY stage, version DESC`,
        [organizationId],
      );
      return rows.map(toPolicy);
    },
    /** The newest version number of a stage, 0 = none; its rows are locked. */
    lockNewestVersion: async (stage: string): Promise<number> => {
      const { rows } = await prepared(
        'SELECT version FROM reminder_policies WHERE organization_id = ? AND stage = ? ORDER BY version DESC FOR UPDATE',
        [organizationId, stage],
      );
      return (rows[0]?.['version'] as number | undefined) ?? 0;
    },
    /** Takes the version in force out of force. */
    retireActive: async (stage: string): Promise<void> => {
      await prepared(
        `UPDATE reminder_policies SET state = 'retired' WHERE organization_id = ? AND stage = ? AND state = 'active'`,
        [organizationId, stage],
      );
    },
    add: async (it: PolicyRow & { readonly createdBy: string | null }): Promise<void> => {
      await prepared(
        'INSERT INTO reminder_policies (organization_id, id, stage, version, state, config, activated_at, created_by, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
        [
          organizationId,
          it.id,
          it.stage,
          it.version,
          it.state,
          JSON.stringify(toJson(it.config)),
          it.activatedAt,
          it.createdBy,
          it.createdAt,
        ],
      );
    },
  };
}

function toPolicy(row: Row): PolicyRow {
  return {
    id: row['id'] as string,
    stage: row['stage'] as string,
    version: row['version'] as number,
    state: row['state'] as PolicyRow['state'],
    config: fromJson(jsonOf(row['config']) as Record<string, unknown>),
    activatedAt: row['activated_at'] as Date | null,
    createdAt: row['created_at'] as Date,
  };
}

function toJson(config: PolicyConfig): object {
  return {
    first_after: config.firstAfter,
    intervals: config.intervals,
    max_count: config.maxCount,
    cap: config.cap,
    at_end: config.atEnd,
    escalate_after: config.escalateAfter,
    window: config.window,
    hold_out: config.holdOut,
    template_key: config.templateKey,
  };
}

function fromJson(json: Record<string, unknown>): PolicyConfig {
  return {
    firstAfter: json['first_after'] as string,
    intervals: json['intervals'] as string[],
    maxCount: json['max_count'] as number,
    cap: json['cap'] as string,
    atEnd: json['at_end'] as PolicyConfig['atEnd'],
    escalateAfter: json['escalate_after'] as string,
    window: json['window'] as PolicyConfig['window'],
    holdOut: json['hold_out'] as PolicyConfig['holdOut'],
    templateKey: json['template_key'] as string,
  };
}
