// What activity knows and writes of a user: who an event names, and the current copy of milestones and last use.
// Called by service/ingestion; the columns here are written by nobody else.
import type { MilestoneName } from '../domain/activity';
import type { InstantText } from '../domain/instant';
import type { MilestoneTimes } from '../domain/milestone';
import type { AccountState } from '../domain/user';
import type { Connection, Row } from './connection';
import { instantOf, instantSql } from './instant-sql';

/** A user that an event may name. */
export interface NamedUser {
  readonly id: string;
  readonly externalId: string | null;
  readonly emailKey: string | null;
  readonly isRemoved: boolean;
}

/** A user as activity sees it: locked, with microseconds. */
export interface ActivityUser {
  readonly id: string;
  readonly accountState: AccountState;
  readonly licensedAt: InstantText | null;
  readonly removedAt: InstantText | null;
  readonly milestoneTimes: MilestoneTimes;
  readonly lastUsedAt: InstantText | null;
  readonly isExtensionConnected: boolean;
  readonly sharedVaultsManaged: number | null;
}

/** The names events of a batch use. E-mail addresses are folded. */
export interface UserNames {
  readonly ids: readonly string[];
  readonly externalIds: readonly string[];
  readonly emailKeys: readonly string[];
}

const milestoneColumns: Readonly<Record<MilestoneName, string>> = {
  activated: 'activated_at',
  onboarded: 'onboarded_at',
  items_added: 'items_added_at',
  extension_connected: 'extension_connected_at',
  autofill_used: 'autofill_used_at',
  returned: 'returned_at',
  hub_authenticated: 'hub_authenticated_at',
};
const milestones = Object.entries(milestoneColumns) as [MilestoneName, string][];
const instants = ['licensed_at', 'removed_at', 'last_used_at', ...Object.values(milestoneColumns)];
const columns = `id, account_state, extension_connected_now, shared_vaults_managed, ${instants.map((name) => `${instantSql(name)} AS ${name}`).join(', ')}`;

/** Users of one organization, for activity. */
export function createUserActivityStore(connection: Connection) {
  const { organizationId, run } = connection;
  const named = (column: string, values: readonly string[]): Promise<readonly Row[]> =>
    values.length === 0
      ? Promise.resolve([])
      : run(
          `SELECT id, external_id, email_key, account_state FROM users WHERE organization_id = ? AND ${column} IN (?)`,
          [organizationId, values],
        ).then(({ rows }) => rows);
  return {
    /** Everybody, removed people included, whom one of the names may mean. */
    findNamed: async ({ ids, externalIds, emailKeys }: UserNames): Promise<NamedUser[]> => {
      const byId = await named('id', ids);
      const byExternalId = await named('external_id', externalIds);
      const byEmail = await named('email_key', emailKeys);
      const rows = new Map([...byId, ...byExternalId, ...byEmail].map((row) => [row['id'] as string, row]));
      return [...rows.values()].map(toNamedUser);
    },
    /** The users, locked in the order of their ids, removed ones included. */
    lock: async (ids: readonly string[]): Promise<Map<string, ActivityUser>> => {
      if (ids.length === 0) return new Map();
      const { rows } = await run(
        `SELECT ${columns} FROM users WHERE organization_id = ? AND id IN (?) ORDER BY id FOR UPDATE`,
        [organizationId, ids],
      );
      return new Map(rows.map((row) => [row['id'] as string, toActivityUser(row)]));
    },
    /** Writes the current copy of many users by one statement. */
    save: async (users: readonly ActivityUser[]): Promise<void> => {
      if (users.length === 0) return;
      const written = [...Object.values(milestoneColumns), 'last_used_at'];
      const paths = written.map((name, index) => `${name} DATETIME(6) PATH '$[${index + 3}]'`);
      await run(
        `UPDATE users u JOIN JSON_TABLE(?, '$[*]' COLUMNS (id CHAR(36) PATH '$[0]', connected INT PATH '$[1]', managed INT PATH '$[2]', ${paths.join(', ')})) v
           ON u.id = CONVERT(v.id USING ascii) COLLATE ascii_bin
         SET u.extension_connected_now = v.connected, u.shared_vaults_managed = v.managed, ${written.map((name) => `u.${name} = v.${name}`).join(', ')}
         WHERE u.organization_id = ?`,
        [JSON.stringify(users.map(toValues)), organizationId],
      );
    },
  };
}

function toValues(user: ActivityUser): unknown[] {
  return [
    user.id,
    user.isExtensionConnected ? 1 : 0,
    user.sharedVaultsManaged,
    ...milestones.map(([name]) => user.milestoneTimes[name]),
    user.lastUsedAt,
  ];
}

function toNamedUser(row: Row): NamedUser {
  return {
    id: row['id'] as string,
    externalId: row['external_id'] as string | null,
    emailKey: row['email_key'] as string | null,
    isRemoved: row['account_state'] === 'removed',
  };
}

function toActivityUser(row: Row): ActivityUser {
  return {
    id: row['id'] as string,
    accountState: row['account_state'] as AccountState,
    licensedAt: instantOf(row['licensed_at']),
    removedAt: instantOf(row['removed_at']),
    milestoneTimes: Object.fromEntries(
      milestones.map(([name, column]) => [name, instantOf(row[column])]),
    ) as MilestoneTimes,
    lastUsedAt: instantOf(row['last_used_at']),
    isExtensionConnected: row['extension_connected_now'] === 1,
    sharedVaultsManaged: row['shared_vaults_managed'] as number | null,
  };
}
