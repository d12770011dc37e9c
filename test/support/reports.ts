// What the suites of reports, snapshots and schedules share: people with a past, a log that says nothing.
import type { Connection } from 'mysql2/promise';
import { newId } from '../../src/ids';
import type { Log } from '../../src/log';

/** A log for suites that do not look at it. */
export const quietLog: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** A person as rows: what is left out is the plainest. Instants are UTC text of MySQL. */
export interface PersonRows {
  readonly id?: string;
  readonly displayName?: string;
  readonly email?: string;
  readonly department?: string;
  readonly managerId?: string;
  readonly accountState?: 'enabled' | 'deactivated' | 'removed';
  readonly since?: string;
  readonly licensedAt?: string;
  readonly milestones?: Partial<
    Record<'activated' | 'onboarded' | 'items_added' | 'returned' | 'hub_authenticated', string>
  >;
  readonly lastUsedAt?: string;
}

/** Adds a person to an organization straight into the tables; answers the id. */
export async function addPerson(
  sql: Connection,
  place: { organizationId: number; poolId: string },
  it: PersonRows = {},
): Promise<string> {
  const id = it.id ?? newId();
  const since = it.since ?? '2026-01-01 00:00:00';
  const at = it.milestones ?? {};
  await sql.query('INSERT INTO users SET ?', {
    organization_id: place.organizationId,
    id,
    source: 'scim',
    user_name: `${id}@example.com`,
    user_name_key: `${id}@example.com`,
    email: it.email ?? `${id}@example.com`,
    display_name: it.displayName ?? 'Active User',
    department: it.department ?? null,
    manager_user_id: it.managerId ?? null,
    account_state: it.accountState ?? 'enabled',
    state_since: since,
    licensed_at: it.licensedAt ?? null,
    app_pool_id: it.licensedAt ? place.poolId : null,
    activated_at: at.activated ?? null,
    onboarded_at: at.onboarded ?? null,
    items_added_at: at.items_added ?? null,
    returned_at: at.returned ?? null,
    hub_authenticated_at: at.hub_authenticated ?? null,
    last_used_at: it.lastUsedAt ?? null,
    row_version: 1,
    updated_at: since,
    created_at: since,
  });
  return id;
}
