import type { UserListValues } from '../../src/domain/user-list';
import { userListColumns } from '../../src/report/user-list';

const toneOf = (key: string, text: string) => userListColumns.find((column) => column.key === key)?.toneOf?.(text);

describe('the columns of the user list', () => {
  it('are the 24 of the export, in its order', () => {
    expect(userListColumns.map(({ key }) => key).join(', ')).toBe(
      'user_id, name, email, source, groups, department, manager_email, account_state, license, license_assigned_at, ' +
        'status, stage, activated_at, onboarded_at, items_added_at, extension_connected_at, autofill_first_used_at, ' +
        'last_used_at, activity_30d, never_used, hub_authenticated, devices, reminders_total, last_reminder_at',
    );
  });

  it('have as many places as a row', () => {
    const width: UserListValues['length'] = 24;

    expect(userListColumns).toHaveLength(width);
  });

  it('tint the three words of status as the console does, whatever the product is called', () => {
    expect(toneOf('status', 'No License')).toBe('neutral');
    expect(toneOf('status', 'Pending User Action')).toBe('wait');
    expect(toneOf('status', 'Using Anything at all')).toBe('good');
    expect(toneOf('account_state', 'deactivated')).toBe('neutral');
    expect(toneOf('account_state', 'enabled')).toBeUndefined();
    expect(toneOf('activity_30d', 'inactive')).toBe('wait');
  });
});
