// Which journeys are open and what they wait for. Written by service/reminders at every plan; read by the watch, the
// rebuild and re-plans. The workflow itself is Temporal's.
import type { Connection, Row } from './connection';

/** A plan as it is kept. */
export interface PlannedJourney {
  /** Id of the row, should it be the first plan. */
  readonly id: string;
  readonly userId: string;
  readonly kind: string;
  readonly workflowId: string;
  readonly nextStage: string | null;
  readonly nextAction: 'remind' | 'escalate' | 'wait' | null;
  readonly nextAt: Date;
  readonly planVersion: number;
}

/** An open journey, for pages. */
export interface OpenJourney {
  readonly id: string;
  readonly organizationId: number;
  readonly userId: string;
  readonly kind: string;
}

/** Journeys of one organization. */
export function createJourneyStore(connection: Connection) {
  const { organizationId, prepared } = connection;
  return {
    /** The open journey of a person. */
    findOpen: async (userId: string, kind: string): Promise<string | undefined> => {
      const { rows } = await prepared(
        'SELECT id FROM journeys WHERE organization_id = ? AND user_id = ? AND kind = ? AND is_open = 1',
        [organizationId, userId, kind],
      );
      return rows[0] && (rows[0]['id'] as string);
    },
    /** Opens the journey, or keeps its newest plan. */
    savePlan: async (it: PlannedJourney, at: Date): Promise<void> => {
      await prepared(
        `INSERT INTO journeys (organization_id, id, user_id, kind, workflow_id, started_at, next_stage, next_action, next_at, plan_version, created_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
         ON DUPLICATE KEY UPDATE next_stage = VALUES(next_stage), next_action = VALUES(next_action), next_at = VALUES(next_at),
           plan_version = VALUES(plan_version)`,
        [
          organizationId,
          it.id,
          it.userId,
          it.kind,
          it.workflowId,
          at,
          it.nextStage,
          it.nextAction,
          it.nextAt,
          it.planVersion,
          at,
        ],
      );
    },
    /** Closes the open journey; none open is fine. */
    end: async (userId: string, kind: string, reason: string, at: Date): Promise<void> => {
      await prepared(
        `UPDATE journeys SET ended_at = ?, end_reason = ?, next_stage = NULL, next_action = NULL, next_at = NULL
         WHERE organization_id = ? AND user_id = ? AND kind = ? AND is_open = 1`,
        [at, reason, organizationId, userId, kind],
      );
    },
    /** Locks people in the order of their ids, so that versions written afterwards grow in commit order. */
    lockUsers: async (userIds: readonly string[]): Promise<void> => {
      if (userIds.length === 0) return;
      await connection.run('SELECT id FROM users WHERE organization_id = ? AND id IN (?) ORDER BY id FOR UPDATE', [
        organizationId,
        userIds,
      ]);
    },
    /** Open journeys in the order of their ids, after one. */
    listOpen: async (kind: string, after: string, limit: number): Promise<OpenJourney[]> => {
      const { rows } = await prepared(
        `SELECT organization_id, id, user_id, kind FROM journeys WHERE organization_id = ? AND id > ? AND kind = ? AND ended_at IS NULL
         ORDER BY id LIMIT ${Math.trunc(limit)}`,
        [organizationId, after, kind],
      );
      return rows.map(toOpenJourney);
    },
    /**
     * Journeys that should have woken before an instant. Left out are people whose mail waits for its next attempt and has
     * been tried since `triedSince`: their journey is at work.
     */
    listOverdue: async (before: Date, triedSince: Date, limit: number): Promise<OpenJourney[]> => {
      const { rows } = await prepared(
        `SELECT j.organization_id, j.id, j.user_id, j.kind FROM journeys j
         WHERE j.organization_id = ? AND j.next_at < ? AND j.ended_at IS NULL
           AND NOT EXISTS (SELECT 1 FROM mails m WHERE m.organization_id = j.organization_id AND m.user_id = j.user_id
             AND m.status = 'pending' AND COALESCE(m.next_attempt_at, m.date_header, m.created_at) >= ?)
         ORDER BY j.next_at LIMIT ${Math.trunc(limit)}`,
        [organizationId, before, triedSince],
      );
      return rows.map(toOpenJourney);
    },
    /** Moves the wake-up of journeys that were just told to plan again, so that the next watch leaves them alone. */
    postpone: async (ids: readonly string[], nextAt: Date): Promise<void> => {
      if (ids.length === 0) return;
      await connection.run(
        'UPDATE journeys SET next_at = ? WHERE organization_id = ? AND id IN (?) AND ended_at IS NULL',
        [nextAt, organizationId, ids],
      );
    },
  };
}

function toOpenJourney(row: Row): OpenJourney {
  return {
    organizationId: row['organization_id'] as number,
    id: row['id'] as string,
    userId: row['user_id'] as string,
    kind: row['kind'] as string,
  };
}
