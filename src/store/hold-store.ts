// Held deactivations and who waits in them; the recent changes, numbered, so that "were there N within the hour" is one
// look at one row whatever N is. Called by service/mass-change-guard and service/holds.
import type { HoldState } from '../domain/hold';
import type { NewId } from '../ids';
import { dateOf, type Connection, type Row } from './connection';

/** What is counted. */
export type MassChangeKind = 'deactivate' | 'delete';

/** A hold with the number of people it is about. */
export interface Hold {
  readonly id: string;
  readonly openedAt: Date;
  readonly threshold: number;
  readonly state: HoldState;
  readonly decidedBy: string | null;
  readonly decidedAt: Date | null;
  readonly waiting: number;
  readonly applied: number;
  readonly dropped: number;
}

/** Holds of one organization. */
export function createHoldStore(connection: Connection) {
  return { ...counting(connection), ...holding(connection), ...items(connection) };
}

function counting({ organizationId, prepared, run }: Connection) {
  return {
    /** Takes the next number of a kind; whoever asks next waits until this transaction ends. */
    takeNumber: async (kind: MassChangeKind): Promise<number> => {
      const { insertId } = await prepared(
        `INSERT INTO provisioning_guards (organization_id, kind, last_no) VALUES (?, ?, LAST_INSERT_ID(1))
         ON DUPLICATE KEY UPDATE last_no = LAST_INSERT_ID(last_no + 1)`,
        [organizationId, kind],
      );
      return insertId;
    },
    /** Gives back a number whose change is not made. */
    giveBackNumber: async (kind: MassChangeKind): Promise<void> => {
      await prepared('UPDATE provisioning_guards SET last_no = last_no - 1 WHERE organization_id = ? AND kind = ?', [
        organizationId,
        kind,
      ]);
    },
    noteChange: async (kind: MassChangeKind, changeNo: number, at: Date): Promise<void> => {
      await prepared(
        'INSERT INTO provisioning_changes (organization_id, kind, change_no, happened_at) VALUES (?, ?, ?, ?)',
        [organizationId, kind, changeNo, at],
      );
    },
    /** Whether the change with that number was made after an instant. */
    isAfter: async (kind: MassChangeKind, changeNo: number, since: Date): Promise<boolean> => {
      const { rows } = await prepared(
        'SELECT 1 AS found FROM provisioning_changes WHERE organization_id = ? AND kind = ? AND change_no = ? AND happened_at > ?',
        [organizationId, kind, changeNo, since],
      );
      return rows.length > 0;
    },
    /** Changes since an instant, as far as they are remembered. */
    countChanges: async (kind: MassChangeKind, since: Date): Promise<number> => {
      const { rows } = await prepared(
        'SELECT COUNT(*) AS n FROM provisioning_changes WHERE organization_id = ? AND kind = ? AND happened_at > ?',
        [organizationId, kind, since],
      );
      return Number(rows[0]?.['n']);
    },
    /** Enabled people by the histogram and its open moves. */
    countEnabled: async (): Promise<number> => {
      const { rows } = await prepared(
        `SELECT (SELECT COALESCE(SUM(CAST(people AS SIGNED)), 0) FROM adoption_counts WHERE organization_id = ? AND flags & 1 = 1)
          + (SELECT COALESCE(SUM(CAST(COALESCE(to_flags, 0) & 1 AS SIGNED) - CAST(COALESCE(from_flags, 0) & 1 AS SIGNED)), 0)
             FROM adoption_deltas WHERE organization_id = ?) AS n`,
        [organizationId, organizationId],
      );
      return Number(rows[0]?.['n']);
    },
    /** Marks that a mass change was reported; false when it was since then already. */
    noteAlert: async (kind: MassChangeKind, at: Date, since: Date): Promise<boolean> => {
      const { affectedRows } = await prepared(
        'UPDATE provisioning_guards SET alerted_at = ? WHERE organization_id = ? AND kind = ? AND (alerted_at IS NULL OR alerted_at <= ?)',
        [at, organizationId, kind, since],
      );
      return affectedRows === 1;
    },
    /** Forgets changes before an instant; answers how many. */
    purgeChanges: async (before: Date, limit: number): Promise<number> => {
      const { affectedRows } = await run(
        `DELETE FROM provisioning_changes WHERE organization_id = ? AND kind IN ('deactivate', 'delete') AND happened_at < ?
         ORDER BY kind, change_no LIMIT ?`,
        [organizationId, before, limit],
      );
      return affectedRows;
    },
  };
}

const counted = (mark: string, name: string): string =>
  `(SELECT COUNT(*) FROM provisioning_hold_items i WHERE i.organization_id = h.organization_id AND i.hold_id = h.id AND ${mark}) AS ${name}`;
const holdColumns = `h.id, h.opened_at, h.threshold, h.state, h.decided_by, h.decided_at, ${counted('i.is_open = 1', 'waiting')},
  ${counted('i.applied_at IS NOT NULL', 'applied')}, ${counted('i.dropped_at IS NOT NULL', 'dropped')}`;

function holding({ organizationId, prepared, run }: Connection) {
  const open = async (): Promise<string | undefined> => {
    const { rows } = await prepared(
      'SELECT id FROM provisioning_holds WHERE organization_id = ? AND is_open = 1 FOR UPDATE',
      [organizationId],
    );
    return rows[0]?.['id'] as string | undefined;
  };
  return {
    /** The id of the open hold, locked. */
    lockOpen: open,
    open: async (id: string, threshold: number, at: Date): Promise<void> => {
      await prepared(
        `INSERT INTO provisioning_holds (organization_id, id, opened_at, threshold, state, created_at) VALUES (?, ?, ?, ?, 'open', ?)`,
        [organizationId, id, at, threshold, at],
      );
    },
    find: async (id: string): Promise<Hold | undefined> => {
      const { rows } = await prepared(
        `SELECT ${holdColumns} FROM provisioning_holds h WHERE h.organization_id = ? AND h.id = ?`,
        [organizationId, id],
      );
      return rows[0] && toHold(rows[0]);
    },
    /** Where a hold stands, without counting its people. */
    stateOf: async (id: string): Promise<HoldState | undefined> => {
      const { rows } = await prepared('SELECT state FROM provisioning_holds WHERE organization_id = ? AND id = ?', [
        organizationId,
        id,
      ]);
      return rows[0]?.['state'] as HoldState | undefined;
    },
    /** Newest first. */
    list: async (limit: number): Promise<Hold[]> => {
      const { rows } = await run(
        `SELECT ${holdColumns} FROM provisioning_holds h WHERE h.organization_id = ? ORDER BY h.opened_at DESC, h.id DESC LIMIT ?`,
        [organizationId, limit],
      );
      return rows.map(toHold);
    },
    /** Decides an open hold; false when it is decided already or not there. */
    decide: async (id: string, state: HoldState, decidedBy: string | null, at: Date): Promise<boolean> => {
      const { affectedRows } = await prepared(
        `UPDATE provisioning_holds SET state = ?, decided_by = ?, decided_at = ? WHERE organization_id = ? AND id = ? AND state = 'open'`,
        [state, decidedBy, at, organizationId, id],
      );
      return affectedRows === 1;
    },
    /** Open holds that were opened at or before an instant. */
    listOpenedBefore: async (at: Date): Promise<string[]> => {
      const { rows } = await prepared(
        `SELECT id FROM provisioning_holds WHERE organization_id = ? AND state = 'open' AND opened_at <= ?`,
        [organizationId, at],
      );
      return rows.map((row) => row['id'] as string);
    },
    /** Decided holds with people still to be dealt with: what a process that died has left. */
    listUnfinished: async (): Promise<string[]> => {
      const { rows } = await prepared(
        `SELECT DISTINCT h.id FROM provisioning_hold_items i
         JOIN provisioning_holds h ON h.organization_id = i.organization_id AND h.id = i.hold_id
         WHERE i.organization_id = ? AND i.is_open = 1 AND h.state <> 'open'`,
        [organizationId],
      );
      return rows.map((row) => row['id'] as string);
    },
  };
}

function items({ organizationId, prepared, run }: Connection) {
  const end = async (column: 'applied_at' | 'dropped_at', userId: string, at: Date): Promise<boolean> => {
    const { affectedRows } = await prepared(
      `UPDATE provisioning_hold_items SET ${column} = ? WHERE organization_id = ? AND user_id = ? AND is_open = 1`,
      [at, organizationId, userId],
    );
    return affectedRows === 1;
  };
  return {
    /** Puts a user into a hold, or back into it. */
    addItem: async (newId: NewId, holdId: string, userId: string, requestId: string, at: Date): Promise<void> => {
      await prepared(
        `INSERT INTO provisioning_hold_items (organization_id, id, hold_id, user_id, request_id, requested_at, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)
         ON DUPLICATE KEY UPDATE request_id = VALUES(request_id), requested_at = VALUES(requested_at), dropped_at = NULL, applied_at = NULL`,
        [organizationId, newId(), holdId, userId, requestId, at, at],
      );
    },
    /** The deactivation is made; false when it does not wait any more. */
    applyItem: (userId: string, at: Date) => end('applied_at', userId, at),
    /** The deactivation is given up; false when it does not wait any more. */
    dropItem: (userId: string, at: Date) => end('dropped_at', userId, at),
    /** People who wait in a hold, some at a time. */
    listWaiting: async (holdId: string, limit: number): Promise<string[]> => {
      const { rows } = await run(
        'SELECT user_id FROM provisioning_hold_items WHERE organization_id = ? AND is_open = 1 AND hold_id = ? ORDER BY user_id LIMIT ?',
        [organizationId, holdId, limit],
      );
      return rows.map((row) => row['user_id'] as string);
    },
  };
}

function toHold(row: Row): Hold {
  return {
    id: row['id'] as string,
    openedAt: row['opened_at'] as Date,
    threshold: row['threshold'] as number,
    state: row['state'] as HoldState,
    decidedBy: row['decided_by'] as string | null,
    decidedAt: dateOf(row['decided_at']),
    waiting: Number(row['waiting']),
    applied: Number(row['applied']),
    dropped: Number(row['dropped']),
  };
}
