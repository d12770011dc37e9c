// The rows of the report "Users and adoption" as of an instant, in keyset batches. Called by service/report-content inside
// one snapshot. Where the current copy of a user is older than the instant it decides; else the history does.
import type { InstantText } from '../domain/instant';
import type { UserListValues } from '../domain/user-list';
import type { Connection, Row } from './connection';
import { createHistory, type BatchHistory } from './report-history-view';

/** What the rows are true for. */
export interface UserListQuestion {
  readonly asOf: Date;
  /** The organization's name of the app; stands in the status "Using …". */
  readonly productName: string;
  /** People read at once, 5,000 by default. */
  readonly batchSize?: number;
}

const milestones = [
  'activated_at',
  'onboarded_at',
  'items_added_at',
  'extension_connected_at',
  'autofill_used_at',
  'returned_at',
  'hub_authenticated_at',
] as const;

const people = `SELECT u.id, u.source, u.display_name, NULLIF(TRIM(CONCAT_WS(' ', u.given_name, u.family_name)), '') AS full_name, u.user_name, u.email, u.department, u.manager_user_id, m.email AS manager_email, u.account_state,
    u.state_since <= c.t AS state_holds, u.licensed_at <= c.t AS license_holds, CAST(u.licensed_at AS CHAR) AS licensed_at, p.code AS license,
    ${milestones.map((name) => `CASE WHEN u.${name} <= c.t THEN CAST(u.${name} AS CHAR) END AS ${name}`).join(', ')},
    u.last_used_at > c.t AS used_later, CASE WHEN u.last_used_at <= c.t THEN CAST(u.last_used_at AS CHAR) END AS last_used_at,
    u.last_used_at >= c.t - INTERVAL 30 DAY AS used_30d
  FROM users u CROSS JOIN (SELECT CAST(? AS DATETIME(6)) AS t) c
  LEFT JOIN users m ON m.organization_id = u.organization_id AND m.id = u.manager_user_id
  LEFT JOIN license_pools p ON p.organization_id = u.organization_id AND p.id = u.app_pool_id
  WHERE u.organization_id = ? AND u.id > ? AND NOT (u.account_state = 'removed' AND u.state_since <= c.t)
  ORDER BY u.id LIMIT ?`;

/** Rows of reports over one organization; to be read inside one snapshot. */
export function createReportRowsView(connection: Connection) {
  return {
    /** Everyone who was enabled or deactivated at the instant, by id. */
    userList: (question: UserListQuestion): AsyncIterable<readonly UserListValues[]> => batchesOf(connection, question),
  };
}

async function* batchesOf(connection: Connection, question: UserListQuestion) {
  const batchSize = question.batchSize ?? 5000;
  const asOf = instantText(question.asOf);
  const history = createHistory(connection, asOf);
  for (let after = '', isLast = false; !isLast;) {
    const { rows } = await connection.run(people, [asOf, connection.organizationId, after, batchSize]);
    isLast = rows.length < batchSize;
    after = (rows.at(-1)?.['id'] as string | undefined) ?? after;
    const past = rows.length > 0 ? await history.of(rows) : undefined;
    if (past) yield rows.flatMap((row) => toValues(row, past, question.productName));
  }
}

/** A person's row, or none when there was no such person at the instant. */
function toValues(row: Row, past: BatchHistory, productName: string): UserListValues[] {
  const id = row['id'] as string;
  const state = row['state_holds'] ? (row['account_state'] as string) : past.states.get(id);
  if (state !== 'enabled' && state !== 'deactivated') return [];
  const profile = profileOf(row, past);
  const seat = row['license_holds']
    ? { license: row['license'] as string | null, assignedAt: text(row['licensed_at']) }
    : past.seats.get(id);
  const isCounted = state === 'enabled' && row['onboarded_at'] !== null;
  const use = row['used_later']
    ? past.uses.get(id)
    : { at: text(row['last_used_at']), in30d: Boolean(row['used_30d']) };
  return [
    [
      id,
      profile.name,
      profile.email,
      row['source'] as string,
      past.groups.get(id)?.join(', ') ?? null,
      profile.department,
      profile.managerEmail,
      state,
      seat?.license ?? null,
      seat?.assignedAt ?? null,
      statusOf(row, seat !== undefined, productName),
      seat === undefined ? null : stageOf(row),
      ...(milestones.slice(0, 5).map((name) => text(row[name])) as FiveMilestones),
      use?.at ?? null,
      isCounted ? (use?.in30d ? 'active' : 'inactive') : null,
      isCounted ? row['returned_at'] === null : null,
      past.hubOpen.has(id) ? 'authenticated' : row['hub_authenticated_at'] === null ? 'never' : 'lapsed',
      past.devices.get(id) ?? 0,
      past.reminders.get(id)?.total ?? 0,
      past.reminders.get(id)?.lastAt ?? null,
    ],
  ];
}

type Moment = InstantText | null;
type FiveMilestones = [Moment, Moment, Moment, Moment, Moment];

function profileOf(row: Row, past: BatchHistory) {
  const older = past.profiles.get(row['id'] as string);
  const managerId = older ? older.managerId : text(row['manager_user_id']);
  const known = older ? older.managerEmail : text(row['manager_email']);
  return {
    // Entra's own example sends no displayName; a report without names serves nobody.
    name: (older ? older.name : text(row['display_name'])) ?? text(row['full_name']) ?? text(row['user_name']),
    email: older ? older.email : text(row['email']),
    department: older ? older.department : text(row['department']),
    managerEmail: (managerId !== null && past.managerEmails.get(managerId)) || known,
  };
}

function statusOf(row: Row, isLicensed: boolean, productName: string): string {
  if (!isLicensed) return 'No License';
  return row['items_added_at'] === null ? 'Pending User Action' : `Using ${productName}`;
}

function stageOf(row: Row): string {
  if (row['activated_at'] === null) return 'activation_pending';
  if (row['onboarded_at'] === null) return 'app_setup_pending';
  return row['items_added_at'] === null ? 'usage_pending' : 'using';
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function instantText(at: Date): string {
  return `${at.toISOString().slice(0, -1).replace('T', ' ')}000`;
}
