// The SCIM request log as it is read and shortened: each question has a key of its own, newest first, a page at a time.
// Called by service/request-history.
import type { RequestedChange, RequestRecord } from '../domain/request-record';
import type { Json } from '../domain/user';
import { fold } from '../domain/user';
import { jsonOf, type Connection, type Row, type Value } from './connection';

/** A request as it stands in the log. */
export interface PastRequest extends Omit<RequestRecord, 'organizationId'> {
  readonly id: number;
}

/** Who asked, and when. */
export type RequestSpan = Pick<PastRequest, 'requestId' | 'credentialId' | 'receivedAt' | 'durationMs'>;

/** Where a page begins: before this one. */
export interface RequestMark {
  readonly receivedAt: Date;
  readonly id: number;
}

/** What is asked for. */
export interface RequestFilter {
  readonly subjectId?: string;
  readonly statusCode?: number;
  readonly before?: RequestMark;
  readonly limit: number;
}

const columns = `l.id, l.request_id, l.credential_id, l.client_request_id, l.received_at, l.method, l.path, l.subject_id,
  l.status_code, l.scim_type, l.decision, l.affected, l.warnings, l.payload_redacted, l.duration_ms`;
/** How much longer than its answer a request's entries are looked for, in milliseconds. */
const slackMs = 1000;

/** The log of one organization. */
export function createRequestHistoryView(connection: Connection) {
  return { ...reading(connection), ...shortening(connection) };
}

function reading(connection: Connection) {
  const { organizationId, prepared } = connection;
  const { listOwn, listBeside } = listing(connection);
  return {
    find: async (requestId: string): Promise<PastRequest | undefined> => {
      const { rows } = await prepared(
        `SELECT ${columns} FROM scim_request_log l WHERE organization_id = ? AND request_id = ?`,
        [organizationId, requestId],
      );
      return rows[0] && toRequest(rows[0]);
    },
    /** By subject also those that concern it beside their own. */
    list: async (filter: RequestFilter): Promise<PastRequest[]> => {
      const own = await listOwn(filter);
      return filter.subjectId === undefined ? own : newest([...own, ...(await listBeside(filter))], filter.limit);
    },
    /** The audit entries a request wrote: its credential's, from its arrival to its answer. */
    listChanges: async (it: RequestSpan): Promise<RequestedChange[]> => {
      const until = new Date(it.receivedAt.getTime() + it.durationMs + slackMs);
      const { rows } = await prepared(
        `SELECT action, target_kind, target_id, detail FROM audit_entries
         WHERE organization_id = ? AND actor_id = ? AND happened_at BETWEEN ? AND ? AND request_id = ? ORDER BY id`,
        [organizationId, it.credentialId, it.receivedAt, until, it.requestId],
      );
      return rows.map((row) => ({
        action: row['action'] as string,
        targetKind: row['target_kind'] as string,
        targetId: row['target_id'] as string | null,
        detail: jsonOf(row['detail']) as Json,
      }));
    },
    /** Ids of users who have, or had, a userName; the newest first. */
    idsOfName: async (userName: string): Promise<string[]> => {
      const { rows } = await prepared(
        'SELECT id FROM users WHERE organization_id = ? AND user_name_key = ? ORDER BY id DESC LIMIT 10',
        [organizationId, fold(userName)],
      );
      return rows.map((row) => row['id'] as string);
    },
  };
}

/** Each list is read by a key of its own, newest first. */
function listing({ organizationId, run }: Connection) {
  return {
    listOwn: async ({ subjectId, statusCode, before, limit }: RequestFilter): Promise<PastRequest[]> => {
      const terms: [string, Value[]][] = [['organization_id = ?', [organizationId]]];
      if (subjectId !== undefined) terms.push(['subject_id = ?', [subjectId]]);
      if (statusCode !== undefined) terms.push(['status_code = ?', [statusCode]]);
      if (before !== undefined) {
        const { receivedAt, id } = before;
        terms.push(['received_at <= ? AND (received_at < ? OR id < ?)', [receivedAt, receivedAt, id]]);
      }
      const where = terms.map(([sql]) => sql).join(' AND ');
      const { rows } = await run(
        `SELECT ${columns} FROM scim_request_log l WHERE ${where} ORDER BY received_at DESC, id DESC LIMIT ?`,
        [...terms.flatMap(([, values]) => values), limit],
      );
      return rows.map(toRequest);
    },
    listBeside: async ({ subjectId = '', statusCode, before, limit }: RequestFilter): Promise<PastRequest[]> => {
      const terms: [string, Value[]][] = [['s.organization_id = ? AND s.subject_id = ?', [organizationId, subjectId]]];
      if (statusCode !== undefined) terms.push(['l.status_code = ?', [statusCode]]);
      if (before !== undefined) {
        const { receivedAt, id } = before;
        terms.push(['s.received_at <= ? AND (s.received_at < ? OR s.log_id < ?)', [receivedAt, receivedAt, id]]);
      }
      const where = terms.map(([sql]) => sql).join(' AND ');
      const { rows } = await run(
        `SELECT STRAIGHT_JOIN ${columns} FROM scim_request_subjects s
         JOIN scim_request_log l ON l.id = s.log_id AND l.organization_id = s.organization_id
         WHERE ${where} ORDER BY s.received_at DESC, s.log_id DESC LIMIT ?`,
        [...terms.flatMap(([, values]) => values), limit],
      );
      return rows.map(toRequest);
    },
  };
}

/** The newest of several lists, each once. */
function newest(found: readonly PastRequest[], limit: number): PastRequest[] {
  const once = [...new Map(found.map((it) => [it.id, it])).values()];
  return once.toSorted((a, b) => Number(b.receivedAt) - Number(a.receivedAt) || b.id - a.id).slice(0, limit);
}

function shortening({ organizationId, run }: Connection) {
  return {
    /** Requests after a mark and before an instant, oldest first: where payloads are still to be taken out. */
    listOldest: async (after: RequestMark, until: Date, limit: number): Promise<RequestMark[]> => {
      const { rows } = await run(
        `SELECT id, received_at FROM scim_request_log WHERE organization_id = ? AND received_at >= ? AND received_at < ?
           AND (received_at > ? OR id > ?) ORDER BY received_at, id LIMIT ?`,
        [organizationId, after.receivedAt, until, after.receivedAt, after.id, limit],
      );
      return rows.map((row) => ({ id: row['id'] as number, receivedAt: row['received_at'] as Date }));
    },
    clearPayloads: async (ids: readonly number[]): Promise<void> => {
      await run('UPDATE scim_request_log SET payload_redacted = NULL WHERE organization_id = ? AND id IN (?)', [
        organizationId,
        ids,
      ]);
    },
    /** Deletes the oldest rows before an instant; answers how many. */
    deleteBefore: async (before: Date, limit: number): Promise<number> => {
      const { affectedRows } = await run(
        'DELETE FROM scim_request_log WHERE organization_id = ? AND received_at < ? ORDER BY received_at LIMIT ?',
        [organizationId, before, limit],
      );
      return affectedRows;
    },
    /** The same of whom they concerned. */
    deleteSubjectsBefore: async (before: Date, limit: number): Promise<number> => {
      const { affectedRows } = await run(
        'DELETE FROM scim_request_subjects WHERE organization_id = ? AND received_at < ? ORDER BY received_at LIMIT ?',
        [organizationId, before, limit],
      );
      return affectedRows;
    },
  };
}

function toRequest(row: Row): PastRequest {
  return {
    id: row['id'] as number,
    requestId: row['request_id'] as string,
    credentialId: row['credential_id'] as string | null,
    clientRequestId: row['client_request_id'] as string | null,
    receivedAt: row['received_at'] as Date,
    method: row['method'] as string,
    path: row['path'] as string,
    subjectId: row['subject_id'] as string | null,
    statusCode: row['status_code'] as number,
    scimType: row['scim_type'] as string | null,
    decision: row['decision'] as string | null,
    affected: jsonOf(row['affected']) as Json,
    warnings: jsonOf(row['warnings']) as Json,
    payload: row['payload_redacted'] as string | null,
    durationMs: row['duration_ms'] as number,
  };
}
