// What suites about alerts share: admins to be told, and what the alerts and their mails are.
import { newId } from '../../src/ids';
import type { AdminStatus } from '../../src/store/admin-store';
import type { Role } from '../../src/domain/caller';
import type { TestDatabase } from './database';

/** An admin of the first organization, by the role; the address is the name at example.com. Answers the id. */
export async function addAdmin(
  db: TestDatabase,
  name: string,
  {
    role = 'admin',
    status = 'active',
    userId = null,
  }: { role?: Role; status?: AdminStatus; userId?: string | null } = {},
): Promise<string> {
  const id = newId();
  const email = `${name}@example.com`;
  await db.sql.query(
    `INSERT INTO admins (organization_id, id, user_id, email, email_key, display_name, role, password_hash, status, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, 'x', ?, '2026-01-01')`,
    [db.organizationId, id, userId, email, email, name, role, status],
  );
  return id;
}

/** Alerts as `kind` while open and `kind, ended`, in the order in which they were opened. */
export async function alertsOf(db: TestDatabase): Promise<string[]> {
  const [rows] = await db.sql.query('SELECT kind, closed_at FROM alerts ORDER BY opened_at, id');
  return (rows as { kind: string; closed_at: Date | null }[]).map(({ kind, closed_at: end }) =>
    end === null ? kind : `${kind}, ended`,
  );
}

/** Mails about alerts as `kind to address`, each with its row of the outbox. */
export async function alertMailsOf(db: TestDatabase): Promise<string[]> {
  const [rows] = await db.sql.query(
    `SELECT a.kind, m.to_address FROM mails m JOIN alerts a ON a.id = m.subject_id
     JOIN outbox o ON o.topic = 'MailQueued' AND o.subject_id = m.id AND o.lane = 0
     WHERE m.kind = 'alert' ORDER BY a.opened_at, a.id, m.to_address`,
  );
  return (rows as { kind: string; to_address: string }[]).map((row) => `${row.kind} to ${row.to_address}`);
}
