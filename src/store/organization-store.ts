// The organization's own row. Made and changed by administration and by the first start.
import type { Connection, Row, ScanConnection } from './connection';

/** The owner of every row. */
export interface Organization {
  readonly organizationId: number;
  readonly slug: string;
  readonly name: string;
  readonly productName: string;
  readonly timeZone: string;
  readonly locale: string;
  readonly privacyMode: 'named' | 'pseudonymous' | 'aggregate';
  readonly automaticMailPausedAt: Date | null;
  readonly status: 'active' | 'suspended' | 'closed';
  readonly createdAt: Date;
}

const columns = `organization_id, slug, name, product_name, time_zone, locale, privacy_mode, automatic_mail_paused_at, status, created_at`;

/** The organization of the connection. */
export function createOrganizationStore(connection: Connection) {
  return {
    /** The organization itself; its row is there as long as the connection is bound to it. */
    get: async (): Promise<Organization> => {
      const { rows } = await connection.prepared(`SELECT ${columns} FROM organizations WHERE organization_id = ?`, [
        connection.organizationId,
      ]);
      return toOrganization(rows[0] as Row);
    },
    /** Holds the organization's row until the end of the transaction: for what is counted before it is added. */
    lock: async (): Promise<void> => {
      await connection.prepared('SELECT organization_id FROM organizations WHERE organization_id = ? FOR UPDATE', [
        connection.organizationId,
      ]);
    },
    /** Changes the name, product name, zone or locale. */
    save: async (next: Pick<Organization, 'name' | 'productName' | 'timeZone' | 'locale'>): Promise<void> => {
      await connection.run(
        'UPDATE organizations SET name = ?, product_name = ?, time_zone = ?, locale = ? WHERE organization_id = ?',
        [next.name, next.productName, next.timeZone, next.locale, connection.organizationId],
      );
    },
    /** Pauses (an instant) or resumes (null) all automatic mail. */
    pauseMail: async (at: Date | null): Promise<void> => {
      await connection.run('UPDATE organizations SET automatic_mail_paused_at = ? WHERE organization_id = ?', [
        at,
        connection.organizationId,
      ]);
    },
  };
}

/** Across organizations: the list for the worker, and the making of one. */
export function createOrganizationScan(connection: ScanConnection) {
  return {
    list: async (): Promise<Organization[]> => {
      const { rows } = await connection.run(`SELECT ${columns} FROM organizations ORDER BY organization_id`);
      return rows.map(toOrganization);
    },
    findBySlug: async (slug: string): Promise<Organization | undefined> => {
      const { rows } = await connection.run(`SELECT ${columns} FROM organizations WHERE slug = ?`, [slug]);
      return rows[0] && toOrganization(rows[0]);
    },
    /** Makes an organization; answers its number. */
    create: async (
      it: Omit<Organization, 'organizationId' | 'automaticMailPausedAt' | 'status' | 'privacyMode'>,
    ): Promise<number> => {
      const { insertId } = await connection.run(
        `INSERT INTO organizations (slug, name, product_name, time_zone, locale, privacy_mode, status, created_at) VALUES (?, ?, ?, ?, ?, 'named', 'active', ?)`,
        [it.slug, it.name, it.productName, it.timeZone, it.locale, it.createdAt],
      );
      return insertId;
    },
  };
}

function toOrganization(row: Row): Organization {
  return {
    organizationId: row['organization_id'] as number,
    slug: row['slug'] as string,
    name: row['name'] as string,
    productName: row['product_name'] as string,
    timeZone: row['time_zone'] as string,
    locale: row['locale'] as string,
    privacyMode: row['privacy_mode'] as Organization['privacyMode'],
    automaticMailPausedAt: row['automatic_mail_paused_at'] as Date | null,
    status: row['status'] as Organization['status'],
    createdAt: row['created_at'] as Date,
  };
}
