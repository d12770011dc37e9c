// A database that refuses some rows of the outbox, as a damaged one might; it is whole again afterwards.
import type { Connection } from 'mysql2/promise';

/** Does the work while rows fail for which the condition holds. `whileOutboxRefuses(db.sql, 'NEW.organization_id = 1', …)` */
export async function whileOutboxRefuses<T>(sql: Connection, condition: string, work: () => Promise<T>): Promise<T> {
  await sql.query(
    `CREATE TRIGGER outbox_refuses BEFORE INSERT ON outbox FOR EACH ROW IF ${condition} THEN SIGNAL SQLSTATE '45000'; END IF`,
  );
  try {
    return await work();
  } finally {
    await sql.query('DROP TRIGGER outbox_refuses');
  }
}
