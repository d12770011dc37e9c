// The columns of the report "Users and adoption" (kind user_list), shared with the export of the users list.
// They stand in the order of domain/user-list.
import type { Column, Tone } from './table';

/** The 24 columns, one for each place of a row. */
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
