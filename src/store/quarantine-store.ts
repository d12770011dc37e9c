// Events whose person is not known yet. They wait seven days and are matched whenever a user appears or changes.
// Called by service/ingestion.
import type { IncomingEvent } from '../domain/activity';
import type { InstantText } from '../domain/instant';
import { jsonOf, type Connection, type Row } from './connection';

/** An event as it waits. Its time is already held against the moment it arrived. */
export interface WaitingEvent {
  readonly event: IncomingEvent;
  readonly sentOccurredAt: InstantText | null;
}

/** An event about to wait. */
export interface NewWaitingEvent extends WaitingEvent {
  readonly source: string;
  readonly payloadHash: string;
  readonly reason: 'unknown_user' | 'ambiguous_user';
  /** The names of its person in the form users are compared by. */
  readonly userId: string | null;
  readonly externalId: string | null;
  readonly emailKey: string | null;
}

/** A waiting event with its row. */
export interface WaitingRow extends WaitingEvent {
  readonly id: number;
  readonly source: string;
  readonly payloadHash: string;
}

/** The names a user answers to. */
export interface WaitedFor {
  readonly userId: string;
  readonly externalId: string | null;
  readonly emailKey: string | null;
}

/** Quarantined events of one organization. */
export function createQuarantineStore({ organizationId, run, insertMany }: Connection) {
  return {
    add: async (rows: readonly NewWaitingEvent[], receivedAt: InstantText, expiresAt: InstantText): Promise<void> => {
      await insertMany(
        'INSERT INTO event_quarantine (organization_id, source, event_id, payload, payload_hash, reason, received_at, expires_at, user_ref, external_id, email_key) VALUES ?',
        rows.map((it) => [
          organizationId,
          it.source,
          it.event.eventId,
          JSON.stringify({ event: it.event, sentOccurredAt: it.sentOccurredAt }),
          it.payloadHash,
          it.reason,
          receivedAt,
          expiresAt,
          it.userId,
          it.externalId,
          it.emailKey,
        ]),
      );
    },
    /** The events that wait for one of the user's names, locked. */
    lockFor: async ({ userId, externalId, emailKey }: WaitedFor, at: InstantText): Promise<WaitingRow[]> => {
      const open = 'organization_id = ? AND resolved_at IS NULL AND expires_at > ?';
      const names = [
        ['user_ref', userId],
        ['external_id', externalId],
        ['email_key', emailKey],
      ].filter((name): name is [string, string] => name[1] !== null);
      const found = names.map(([column]) => `SELECT id FROM event_quarantine WHERE ${open} AND ${column} = ?`);
      const { rows } = await run(
        `SELECT id, source, payload, payload_hash FROM event_quarantine WHERE organization_id = ? AND id IN (SELECT id FROM (${found.join(' UNION ')}) f) ORDER BY id FOR UPDATE`,
        [organizationId, ...names.flatMap(([, value]) => [organizationId, at, value])],
      );
      return rows.map(toWaitingRow);
    },
    /** Ends the wait. */
    resolve: async (ids: readonly number[], outcome: 'matched' | 'dropped', at: InstantText): Promise<void> => {
      if (ids.length === 0) return;
      await run('UPDATE event_quarantine SET resolved_at = ?, outcome = ? WHERE organization_id = ? AND id IN (?)', [
        at,
        outcome,
        organizationId,
        ids,
      ]);
    },
  };
}

function toWaitingRow(row: Row): WaitingRow {
  const payload = jsonOf(row['payload']) as WaitingEvent;
  return {
    id: row['id'] as number,
    source: row['source'] as string,
    payloadHash: row['payload_hash'] as string,
    event: payload.event,
    sentOccurredAt: payload.sentOccurredAt,
  };
}
