// Alerts: what admins are told, one open row per kind and subject. Called by service/alert-step and service/alerts.
import type { AlertKind } from '../domain/alert';
import { dateOf, jsonOf, type Connection, type Row } from './connection';

/** An alert; `detail` is what was kept of it, ids and figures alone. */
export interface AlertRow {
  readonly id: string;
  readonly kind: AlertKind;
  readonly subjectId: string;
  readonly openedAt: Date;
  readonly closedAt: Date | null;
  readonly detail: AlertDetail;
}

/** What is kept of an alert. */
export type AlertDetail = Readonly<Record<string, string | number | boolean | null>>;

const columns = 'id, kind, subject_id, opened_at, closed_at, detail';

/** Alerts of one organization. */
export function createAlertStore({ organizationId, prepared, run }: Connection) {
  const ofSubject = async (kind: AlertKind, subjectId: string, lock: string): Promise<AlertRow | undefined> => {
    const { rows } = await prepared(
      `SELECT ${columns} FROM alerts WHERE organization_id = ? AND kind = ? AND subject_id = ? AND is_open = 1 ${lock}`,
      [organizationId, kind, subjectId],
    );
    return rows[0] && toAlert(rows[0]);
  };
  return {
    /** The open alert, which stays open until this transaction ends; others may hold it so at the same time. */
    holdOpen: (kind: AlertKind, subjectId: string) => ofSubject(kind, subjectId, 'LOCK IN SHARE MODE'),
    /** The open alert under a lock of its own. */
    lockOpen: (kind: AlertKind, subjectId: string) => ofSubject(kind, subjectId, 'FOR UPDATE'),
    find: async (id: string): Promise<AlertRow | undefined> => {
      const { rows } = await prepared(`SELECT ${columns} FROM alerts WHERE organization_id = ? AND id = ?`, [
        organizationId,
        id,
      ]);
      return rows[0] && toAlert(rows[0]);
    },
    /** Opens an alert; false when another transaction has opened the one of that kind and subject meanwhile. */
    open: async (id: string, it: Omit<AlertRow, 'id' | 'openedAt' | 'closedAt'>, at: Date): Promise<boolean> => {
      const { affectedRows } = await prepared(
        'INSERT IGNORE INTO alerts (organization_id, id, kind, subject_id, opened_at, detail, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
        [organizationId, id, it.kind, it.subjectId, at, JSON.stringify(it.detail), at],
      );
      return affectedRows === 1;
    },
    saveDetail: async (id: string, detail: AlertDetail): Promise<void> => {
      await prepared('UPDATE alerts SET detail = ? WHERE organization_id = ? AND id = ?', [
        JSON.stringify(detail),
        organizationId,
        id,
      ]);
    },
    close: async (id: string, at: Date): Promise<void> => {
      await prepared('UPDATE alerts SET closed_at = ? WHERE organization_id = ? AND id = ? AND is_open = 1', [
        at,
        organizationId,
        id,
      ]);
    },
    /** The open ones of a kind. */
    listOpen: async (kind: AlertKind): Promise<AlertRow[]> => {
      const { rows } = await prepared(
        `SELECT ${columns} FROM alerts WHERE organization_id = ? AND kind = ? AND is_open = 1 ORDER BY subject_id`,
        [organizationId, kind],
      );
      return rows.map(toAlert);
    },
    /** Newest first: the open ones, or all. */
    list: async (isAll: boolean, limit: number): Promise<AlertRow[]> => {
      const { rows } = await run(
        `SELECT ${columns} FROM alerts WHERE organization_id = ? ${isAll ? '' : 'AND is_open = 1'} ORDER BY opened_at DESC, id DESC LIMIT ?`,
        [organizationId, limit],
      );
      return rows.map(toAlert);
    },
  };
}

/** The store of alerts. */
export type AlertStore = ReturnType<typeof createAlertStore>;

function toAlert(row: Row): AlertRow {
  return {
    id: row['id'] as string,
    kind: row['kind'] as AlertKind,
    subjectId: row['subject_id'] as string,
    openedAt: row['opened_at'] as Date,
    closedAt: dateOf(row['closed_at']),
    detail: jsonOf(row['detail']) as AlertDetail,
  };
}
