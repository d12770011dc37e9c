// Moves of many members whose seats are settled in pages behind the answer: one row each, with the place reached; gone when
// everybody is done. Written by the license engine, worked off by service/group-moves.ts.
import type { ActorKind, Caller } from '../domain/caller';
import type { MoveStep } from '../domain/group';
import type { Connection, Row, ScanConnection } from './connection';

/** A move, and whose it is. */
export interface GroupMoveRow {
  readonly id: string;
  readonly groupId: string;
  /** When its people joined and left, to the microsecond. */
  readonly movedAt: Date;
  readonly step: MoveStep;
  /** The last person done in this step. */
  readonly afterUserId: string;
  /** Who asked: what the worker does is written down as that caller's. */
  readonly caller: Caller;
}

/** Where a move is. */
export interface GroupMoveMark {
  readonly organizationId: number;
  readonly id: string;
  readonly groupId: string;
}

/** Before every id there is. */
const beforeAll = '00000000-0000-0000-0000-000000000000';

/** The store of moves. */
export function createGroupMoveStore(connection: Connection) {
  const { organizationId } = connection;
  return {
    add: async (it: Pick<GroupMoveRow, 'id' | 'groupId' | 'movedAt' | 'step' | 'caller'>): Promise<void> => {
      const { actor, requestId } = it.caller;
      await connection.prepared(
        `INSERT INTO group_moves (organization_id, id, group_id, moved_at, step, after_user_id, actor_kind, actor_id, request_id, created_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        [
          organizationId,
          it.id,
          it.groupId,
          it.movedAt,
          it.step,
          beforeAll,
          actor.kind,
          actor.id,
          requestId,
          it.movedAt,
        ],
      );
    },
    /** The move, its row locked; undefined when somebody else has finished it. Called under the lock of the group. */
    lock: async (id: string): Promise<GroupMoveRow | undefined> => {
      const { rows } = await connection.prepared(
        'SELECT id, group_id, moved_at, step, after_user_id, actor_kind, actor_id, request_id FROM group_moves WHERE organization_id = ? AND id = ? FOR UPDATE',
        [organizationId, id],
      );
      return rows[0] && toMove(organizationId, rows[0]);
    },
    /** Notes how far a move is settled; without a person at the beginning of the step. */
    advance: async (id: string, step: MoveStep, afterUserId = beforeAll): Promise<void> => {
      await connection.prepared(
        'UPDATE group_moves SET step = ?, after_user_id = ? WHERE organization_id = ? AND id = ?',
        [step, afterUserId, organizationId, id],
      );
    },
    /** Takes a move away that is settled. */
    remove: async (id: string): Promise<void> => {
      await connection.prepared('DELETE FROM group_moves WHERE organization_id = ? AND id = ?', [organizationId, id]);
    },
  };
}

/** Across organizations: what is left to do. */
export function createGroupMoveScan(connection: ScanConnection) {
  return {
    /** Oldest first. */
    list: async (): Promise<GroupMoveMark[]> => {
      const { rows } = await connection.run(
        'SELECT organization_id, id, group_id FROM group_moves ORDER BY created_at, id LIMIT 1000',
      );
      return rows.map((row) => ({
        organizationId: row['organization_id'] as number,
        id: row['id'] as string,
        groupId: row['group_id'] as string,
      }));
    },
  };
}

function toMove(organizationId: number, row: Row): GroupMoveRow {
  const actor = { kind: row['actor_kind'] as ActorKind, id: row['actor_id'] as string | null };
  return {
    id: row['id'] as string,
    groupId: row['group_id'] as string,
    movedAt: row['moved_at'] as Date,
    step: row['step'] as MoveStep,
    afterUserId: row['after_user_id'] as string,
    caller: { organizationId, actor, requestId: row['request_id'] as string },
  };
}
