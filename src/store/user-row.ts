// How a user stands in its row: columns <-> domain. Private to the user stores.
import {
  countryOf,
  emailOf,
  fold,
  type Json,
  type Milestones,
  type ProfileValue,
  type User,
  type UserProfile,
} from '../domain/user';
import { dateOf, jsonOf, type Row, type Value } from './connection';
import { valueKey } from './value-key';

/** Multi-valued attributes as one JSON list of lists, so that reading a user stays one statement. */
const valueList = `(SELECT JSON_ARRAYAGG(JSON_ARRAY(v.ordinal, v.attribute, v.type_key, v.value, v.is_primary, v.display, v.extra)) FROM user_values v WHERE v.organization_id = u.organization_id AND v.user_id = u.id)`;

/** Open memberships as one JSON list of lists. */
const groupList = `(SELECT JSON_ARRAYAGG(JSON_ARRAY(g.id, g.display_name)) FROM directory_group_members gm JOIN directory_groups g ON g.organization_id = gm.organization_id AND g.id = gm.group_id WHERE gm.organization_id = u.organization_id AND gm.user_id = u.id AND gm.is_open = 1)`;

/** The columns of a user, over alias `u`. */
export const userColumns = `u.id, u.source, u.external_id, u.user_name, u.email, u.display_name, u.given_name, u.family_name, u.title, u.department,
  u.cost_center, u.employee_number, u.country, u.manager_user_id, u.manager_raw, u.locale, u.time_zone, u.scim_active, u.scim_extra, u.account_state,
  u.state_since, u.licensed_at, u.app_pool_id, u.activated_at, u.onboarded_at, u.items_added_at, u.extension_connected_at, u.autofill_used_at,
  u.returned_at, u.hub_authenticated_at, u.last_used_at, u.row_version, u.created_at, u.updated_at, ${valueList} AS value_list, ${groupList} AS group_list,
  (SELECT m.display_name FROM users m WHERE m.organization_id = u.organization_id AND m.id = u.manager_user_id) AS manager_display_name`;

/** Row -> user. */
export function toUser(row: Row): User {
  return {
    id: row['id'] as string,
    source: row['source'] as User['source'],
    profile: toProfile(row),
    email: row['email'] as string | null,
    country: row['country'] as string | null,
    managerUserId: row['manager_user_id'] as string | null,
    managerDisplayName: row['manager_display_name'] as string | null,
    accountState: row['account_state'] as User['accountState'],
    stateSince: row['state_since'] as Date,
    licensedAt: dateOf(row['licensed_at']),
    appPoolId: row['app_pool_id'] as string | null,
    milestones: toMilestones(row),
    lastUsedAt: dateOf(row['last_used_at']),
    groups: toGroups(jsonOf(row['group_list'])),
    rowVersion: row['row_version'] as number,
    createdAt: row['created_at'] as Date,
    updatedAt: row['updated_at'] as Date,
  };
}

function toProfile(row: Row): UserProfile {
  const text = (column: string): string | null => row[column] as string | null;
  return {
    userName: text('user_name') ?? '',
    externalId: text('external_id'),
    active: row['scim_active'] === 1,
    displayName: text('display_name'),
    givenName: text('given_name'),
    familyName: text('family_name'),
    title: text('title'),
    department: text('department'),
    costCenter: text('cost_center'),
    employeeNumber: text('employee_number'),
    managerRaw: text('manager_raw'),
    locale: text('locale'),
    timeZone: text('time_zone'),
    extra: (jsonOf(row['scim_extra']) ?? {}) as UserProfile['extra'],
    values: toValues(jsonOf(row['value_list'])),
  };
}

function toMilestones(row: Row): Milestones {
  return {
    activatedAt: dateOf(row['activated_at']),
    onboardedAt: dateOf(row['onboarded_at']),
    itemsAddedAt: dateOf(row['items_added_at']),
    extensionConnectedAt: dateOf(row['extension_connected_at']),
    autofillUsedAt: dateOf(row['autofill_used_at']),
    returnedAt: dateOf(row['returned_at']),
    hubAuthenticatedAt: dateOf(row['hub_authenticated_at']),
  };
}

function toGroups(list: unknown): User['groups'] {
  const rows = ((list ?? []) as [string, string][]).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return rows.map(([id, displayName]) => ({ id, displayName }));
}

type ValueRow = [number, string, string | null, string | null, number, string | null, unknown];

/** Names of attributes are ASCII, so their code units will do. */
function byPlace([ordinal, name]: ValueRow, [otherOrdinal, other]: ValueRow): number {
  if (name === other) return ordinal - otherOrdinal;
  return name < other ? -1 : 1;
}

function toValues(list: unknown): ProfileValue[] {
  const rows = ((list ?? []) as ValueRow[]).toSorted(byPlace);
  return rows.map(([, attribute, type, value, isPrimary, display, extra]) => {
    // MariaDB keeps JSON as text, so it comes quoted inside the list; MySQL nests it.
    const parsed = typeof extra === 'string' ? (JSON.parse(extra) as unknown) : extra;
    const rest = parsed as { type?: string; extra?: ProfileValue['extra'] } | null;
    return {
      attribute,
      type: rest?.type ?? type,
      value,
      isPrimary: isPrimary === 1,
      display,
      extra: rest?.extra ?? null,
    };
  });
}

/** User -> columns that the profile and the account decide; milestones are written by the activity store alone. */
export function toColumns(user: User): Record<string, Value> {
  const { profile } = user;
  return {
    source: user.source,
    external_id: profile.externalId,
    user_name: profile.userName,
    user_name_key: fold(profile.userName),
    email: user.email,
    email_key: user.email === null ? null : fold(user.email),
    display_name: profile.displayName,
    given_name: profile.givenName,
    family_name: profile.familyName,
    title: profile.title,
    department: profile.department,
    cost_center: profile.costCenter,
    employee_number: profile.employeeNumber,
    country: user.country,
    manager_user_id: user.managerUserId,
    manager_raw: profile.managerRaw,
    locale: profile.locale,
    time_zone: profile.timeZone,
    scim_active: profile.active ? 1 : 0,
    scim_extra: Object.keys(profile.extra).length === 0 ? null : JSON.stringify(profile.extra),
    account_state: user.accountState,
    state_since: user.stateSince,
    licensed_at: user.licensedAt,
    app_pool_id: user.appPoolId,
    deactivated_at: user.accountState === 'deactivated' ? user.stateSince : null,
    removed_at: user.accountState === 'removed' ? user.stateSince : null,
    row_version: user.rowVersion,
    updated_at: user.updatedAt,
  };
}

/**
 * One element -> the values of a `user_values` row. `type` is compared folded but read back as sent, so where folding
 * changes it the sent text is kept in the JSON beside the further sub-attributes.
 */
export function toValueRow(organizationId: number, userId: string, ordinal: number, it: ProfileValue): Value[] {
  const typeKey = it.type === null ? null : fold(it.type);
  const kept: { type?: string; extra?: { readonly [key: string]: Json } } = {};
  if (it.type !== null && it.type !== typeKey) kept.type = it.type;
  if (it.extra !== null) kept.extra = it.extra;
  const extra = Object.keys(kept).length === 0 ? null : JSON.stringify(kept);
  return [
    organizationId,
    userId,
    it.attribute,
    ordinal,
    typeKey,
    it.value === null ? null : valueKey(it.value),
    it.value,
    it.isPrimary ? 1 : 0,
    it.display,
    extra,
  ];
}

/** What derives from a profile and is stored beside it. */
export function derived(profile: UserProfile): Pick<User, 'email' | 'country'> {
  return { email: emailOf(profile), country: countryOf(profile) };
}
