// The audit trail: one entry in the transaction of each change. Personal values stand apart, salted, so that they can
// be erased while the entry (and later its chain) stays.
import { createHash, randomBytes } from 'node:crypto';
import type { Caller } from '../domain/caller';
import type { Json } from '../domain/user';
import { preparable } from './insert-sql';
import type { Connection, Value } from './connection';

/** A personal value of an entry: which field, whose (null = of nobody in particular), and what. */
export interface PersonalValue {
  readonly field: string;
  readonly value: string;
  readonly subjectUserId: string | null;
}

/** One entry. `detail` holds ids, codes and numbers only. */
export interface AuditEntry {
  readonly caller: Caller;
  /** Noun and verb in the past: `user.created`. */
  readonly action: string;
  readonly targetKind: string;
  readonly targetId: string | null;
  readonly detail?: { readonly [key: string]: Json };
  readonly personal?: readonly PersonalValue[];
  readonly at: Date;
}

const atOnce = 1000;

/** Entries of one organization; INSERT and SELECT only. */
export function createAuditStore(connection: Connection) {
  const { organizationId } = connection;
  return {
    /**
     * Writes an entry, and its personal values beside it with a salt of 128 bits each. `further` are entries without
     * personal values about the same change, up to 1,000 written by the same statement.
     */
    add: async (it: AuditEntry, further: readonly AuditEntry[] = []): Promise<void> => {
      const personal = (it.personal ?? []).map((value) => ({ ...value, salt: randomBytes(16) }));
      const hashes = Object.fromEntries(personal.map(({ field, value, salt }) => [field, digest(salt, value)]));
      const first = personal.length > 0 ? { ...it, detail: { ...it.detail, personal: hashes } } : it;
      const sql =
        'INSERT INTO audit_entries (organization_id, happened_at, actor_kind, actor_id, action, target_kind, target_id, detail, request_id) VALUES ?';
      const rows = [first, ...further].map((entry) => toRow(organizationId, entry));
      // The driver answers the id of the first row, which is the one with personal values.
      const few = preparable(sql, rows);
      const { insertId } = await (few === undefined
        ? connection.run(sql, [rows.slice(0, atOnce)])
        : connection.prepared(few.sql, few.values));
      await connection.insertMany(sql, rows.slice(atOnce));
      await connection.insertMany(
        'INSERT INTO audit_personal_values (organization_id, audit_id, field, subject_user_id, value_text, salt) VALUES ?',
        personal.map(({ field, value, salt, subjectUserId }) => [
          organizationId,
          insertId,
          field,
          subjectUserId,
          value.slice(0, 500),
          salt,
        ]),
      );
    },
  };
}

function digest(salt: Buffer, value: string): string {
  return createHash('sha256').update(salt).update(value).digest('hex');
}

function toRow(organizationId: number, it: AuditEntry): Value[] {
  const { actor, requestId } = it.caller;
  return [
    organizationId,
    it.at,
    actor.kind,
    actor.id,
    it.action,
    it.targetKind,
    it.targetId,
    JSON.stringify(it.detail ?? {}),
    requestId,
  ];
}
