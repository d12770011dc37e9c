// A row of the report "Users and adoption" (kind user_list), as the store reads it and the report room writes it. Pure shape.
import type { InstantText } from './instant';

/** One person. Array order is column order; order and meaning are those of the export (docs/api.md). */
export type UserListValues = readonly [
  userId: string,
  name: string | null,
  email: string | null,
  /** `scim`, `manual` or `csv`. */
  source: string,
  /** Display names, joined by ", ". */
  groups: string | null,
  department: string | null,
  managerEmail: string | null,
  accountState: 'enabled' | 'deactivated',
  /** Code of the app pool whose seat the user holds. */
  license: string | null,
  licenseAssignedAt: InstantText | null,
  /** `No License`, `Pending User Action` or `Using <product name>`. */
  status: string,
  /** The funnel stage, null without a license. */
  stage: string | null,
  activatedAt: InstantText | null,
  onboardedAt: InstantText | null,
  itemsAddedAt: InstantText | null,
  extensionConnectedAt: InstantText | null,
  autofillFirstUsedAt: InstantText | null,
  lastUsedAt: InstantText | null,
  /** In the 30 days before as of; null = not onboarded. */
  activity30d: 'active' | 'inactive' | null,
  /** Onboarded and not used again since; null = not onboarded. */
  neverUsed: boolean | null,
  hubAuthenticated: 'authenticated' | 'lapsed' | 'never',
  devices: number,
  remindersTotal: number,
  lastReminderAt: InstantText | null,
];
