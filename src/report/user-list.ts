// The columns of the report "Users and adoption" (kind user_list), shared with the export of the users list.
// The store's rows view selects its values in this order.
import type { Column, Tone } from './table';

/** An instant: a Date, or UTC text `YYYY-MM-DD HH:MM:SS.ffffff`; null = never. */
type Instant = Date | string | null;

/** One row of the user list; array order is column order. */
export type UserListRow = readonly [
  userId: string,
  name: string | null,
  email: string | null,
  /** `scim`, `manual` or `csv`. */
  source: string,
  /** Display names, joined by ", ". */
  groups: string | null,
  department: string | null,
  managerEmail: string | null,
  /** `enabled` or `deactivated`. */
  accountState: string,
  /** Code of the app pool whose seat the user holds. */
  license: string | null,
  licenseAssignedAt: Instant,
  /** `No License`, `Pending User Action` or `Using <product name>`. */
  status: string,
  /** The funnel stage, null without a license. */
  stage: string | null,
  activatedAt: Instant,
  onboardedAt: Instant,
  itemsAddedAt: Instant,
  extensionConnectedAt: Instant,
  autofillFirstUsedAt: Instant,
  lastUsedAt: Instant,
  /** `active` or `inactive` in the 30 days before as of; null = not onboarded. */
  activity30d: string | null,
  /** Onboarded and not used again since; null = not onboarded. */
  neverUsed: boolean | null,
  /** `authenticated`, `lapsed` or `never`. */
  hubAuthenticated: string,
  devices: number,
  remindersTotal: number,
  lastReminderAt: Instant,
];

/** The 24 columns of the user list. */
export const userListColumns: readonly Column[] = [
  { key: 'user_id', label: 'User ID', kind: 'id' },
  { key: 'name', label: 'Name', kind: 'name' },
  { key: 'email', label: 'E-mail', kind: 'email' },
  { key: 'source', label: 'Source', kind: 'tag' },
  { key: 'groups', label: 'Groups', kind: 'text' },
  { key: 'department', label: 'Department', kind: 'text' },
  { key: 'manager_email', label: 'Manager e-mail', kind: 'email' },
  { key: 'account_state', label: 'Account', kind: 'tag', toneOf: accountTone },
  { key: 'license', label: 'License', kind: 'tag' },
  { key: 'license_assigned_at', label: 'License since', kind: 'datetime' },
  { key: 'status', label: 'Status', kind: 'tag', toneOf: statusTone },
  { key: 'stage', label: 'Stage', kind: 'tag' },
  { key: 'activated_at', label: 'Activated', kind: 'datetime' },
  { key: 'onboarded_at', label: 'Onboarded', kind: 'datetime' },
  { key: 'items_added_at', label: 'Items added', kind: 'datetime' },
  { key: 'extension_connected_at', label: 'Extension', kind: 'datetime' },
  { key: 'autofill_first_used_at', label: 'Autofill used', kind: 'datetime' },
  { key: 'last_used_at', label: 'Last used', kind: 'datetime' },
  { key: 'activity_30d', label: 'Activity in 30 days', kind: 'tag', toneOf: activityTone },
  { key: 'never_used', label: 'Never used', kind: 'boolean' },
  { key: 'hub_authenticated', label: 'Hub authentication', kind: 'tag' },
  { key: 'devices', label: 'Devices', kind: 'number' },
  { key: 'reminders_total', label: 'Reminders', kind: 'number' },
  { key: 'last_reminder_at', label: 'Last reminder', kind: 'datetime' },
];

function accountTone(text: string): Tone | undefined {
  return text === 'enabled' ? undefined : 'neutral';
}

function statusTone(text: string): Tone | undefined {
  if (text === 'No License') return 'neutral';
  if (text === 'Pending User Action') return 'wait';
  return text.startsWith('Using ') ? 'good' : undefined;
}

function activityTone(text: string): Tone | undefined {
  if (text === 'active') return 'good';
  return text === 'inactive' ? 'wait' : undefined;
}
