// Oddities of provisioning: accepted, but shown. One open row per kind, user and fact; a repeat only counts.
import type { Finding, FindingKind, OpenFinding } from '../domain/finding';
import type { NewId } from '../ids';
import { jsonOf, type Connection, type Row } from './connection';
import { inChunks } from './id-chunks';

/** The store of findings. */
export function createFindingStore(connection: Connection) {
  const { organizationId } = connection;
  return {
    /** Notes a finding that was seen so many times; an open one of the same kind, user and detail is counted up. */
    note: async (newId: NewId, it: Finding, at: Date, times = 1): Promise<void> => {
      const { rows } = await connection.run(
        'SELECT id, detail FROM provisioning_findings WHERE organization_id = ? AND kind = ? AND user_id <=> ? AND resolved_at IS NULL ORDER BY id',
        [organizationId, it.kind, it.userId],
      );
      const known = rows.find((row) => factOf(jsonOf(row['detail'])) === factOf(it.detail));
      if (known !== undefined) {
        await connection.run(
          'UPDATE provisioning_findings SET last_seen_at = ?, seen = seen + ? WHERE organization_id = ? AND id = ?',
          [at, times, organizationId, known['id'] as string],
        );
        return;
      }
      await connection.run(
        `INSERT INTO provisioning_findings (organization_id, id, kind, user_id, detail, first_seen_at, last_seen_at, seen, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        [organizationId, newId(), it.kind, it.userId, JSON.stringify(it.detail), at, at, times, at],
      );
    },
    /** Notes a finding without a detail about each of some users; one that is open already stays as it is. */
    noteEach: async (newId: NewId, kind: FindingKind, userIds: readonly string[], at: Date): Promise<void> => {
      const open = await inChunks(userIds, async (chunk) => {
        const { rows } = await connection.run(
          'SELECT user_id FROM provisioning_findings WHERE organization_id = ? AND user_id IN (?) AND kind = ? AND resolved_at IS NULL',
          [organizationId, chunk, kind],
        );
        return rows.map((row) => row['user_id'] as string);
      });
      const known = new Set(open);
      await connection.insertMany(
        'INSERT INTO provisioning_findings (organization_id, id, kind, user_id, detail, first_seen_at, last_seen_at, seen, created_at) VALUES ?',
        userIds
          .filter((userId) => !known.has(userId))
          .map((userId) => [organizationId, newId(), kind, userId, '{}', at, at, 1, at]),
      );
    },
    /** Open findings about no one user. */
    countOfMapping: async (): Promise<number> => {
      const { rows } = await connection.run(
        'SELECT COUNT(*) AS n FROM provisioning_findings WHERE organization_id = ? AND resolved_at IS NULL AND user_id IS NULL',
        [organizationId],
      );
      return Number(rows[0]?.['n']);
    },
    /** Open findings in the order of their first sight, after the one with the id `after`. */
    list: async (limit: number, after: string | undefined): Promise<OpenFinding[]> => {
      const { rows } = await connection.run(
        `SELECT id, kind, user_id, detail, first_seen_at, last_seen_at, seen FROM provisioning_findings
         WHERE organization_id = ? AND resolved_at IS NULL AND id > ? ORDER BY id LIMIT ?`,
        [organizationId, after ?? '', limit],
      );
      return rows.map(toFinding);
    },
    /** Open findings about people that are no longer true: the person is gone, has an address, or has it alone. */
    listOver: async (limit: number): Promise<string[]> => {
      const { rows } = await connection.run(
        `SELECT STRAIGHT_JOIN f.id FROM provisioning_findings f JOIN users u ON u.organization_id = f.organization_id AND u.id = f.user_id
         WHERE f.organization_id = ? AND f.resolved_at IS NULL AND (u.account_state = 'removed' OR (f.kind = 'no_email' AND u.email_key IS NOT NULL)
           OR (f.kind = 'duplicate_email' AND NOT EXISTS (SELECT 1 FROM users t WHERE t.organization_id = u.organization_id
             AND t.email_key = u.email_key AND t.id <> u.id AND t.account_state <> 'removed'))) LIMIT ?`,
        [organizationId, limit],
      );
      return rows.map((row) => row['id'] as string);
    },
    /** Closes one; false when no open one has the id. */
    resolveOne: async (id: string, at: Date): Promise<boolean> => {
      const { affectedRows } = await connection.run(
        'UPDATE provisioning_findings SET resolved_at = ? WHERE organization_id = ? AND id = ? AND resolved_at IS NULL',
        [at, organizationId, id],
      );
      return affectedRows === 1;
    },
    /** Users with an open finding of a kind, those not looked at for longest first. */
    listUsers: async (kind: FindingKind, limit: number): Promise<string[]> => {
      const { rows } = await connection.run(
        `SELECT user_id FROM provisioning_findings WHERE organization_id = ? AND kind = ? AND resolved_at IS NULL AND user_id IS NOT NULL ORDER BY last_seen_at LIMIT ?`,
        [organizationId, kind, limit],
      );
      return rows.map((row) => row['user_id'] as string);
    },
    /** Closes the open findings of a kind about a user. */
    resolve: async (kind: FindingKind, userId: string, at: Date): Promise<void> => {
      await connection.run(
        'UPDATE provisioning_findings SET resolved_at = ? WHERE organization_id = ? AND kind = ? AND user_id = ? AND resolved_at IS NULL',
        [at, organizationId, kind, userId],
      );
    },
    /** Closes every open finding about a user. */
    resolveAll: async (userId: string, at: Date): Promise<void> => {
      await connection.run(
        'UPDATE provisioning_findings SET resolved_at = ? WHERE organization_id = ? AND user_id = ? AND resolved_at IS NULL',
        [at, organizationId, userId],
      );
    },
  };
}

/** What a detail says, whatever the case and the order of its names: the servers print JSON differently. */
function factOf(detail: unknown): string {
  return JSON.stringify(Object.entries(detail as object).toSorted()).toLowerCase();
}

function toFinding(row: Row): OpenFinding {
  return {
    id: row['id'] as string,
    kind: row['kind'] as FindingKind,
    userId: row['user_id'] as string | null,
    detail: jsonOf(row['detail']) as OpenFinding['detail'],
    firstSeenAt: row['first_seen_at'] as Date,
    lastSeenAt: row['last_seen_at'] as Date,
    seen: Number(row['seen']),
  };
}
