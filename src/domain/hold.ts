// When so many people are deactivated at once that an admin is asked first; what a held user looks like meanwhile.
// Called by service/mass-change-guard and service/holds.
import type { User } from './user';

/** Changes of this span are counted together, in milliseconds. */
export const massWindowMs = 60 * 60 * 1000;

/** As many are always let through within the span. */
export const massFloor = 50;

/** Without an answer a hold is rejected after this, in milliseconds. */
export const holdExpiryMs = 7 * 24 * 60 * 60 * 1000;

/** Where a hold stands. */
export type HoldState = 'open' | 'approved' | 'rejected' | 'expired';

/**
 * How many changes one span may have: 50, or a tenth of the people who were enabled when it began. Whoever left within it
 * is not among the `enabled` of now, so a tenth of then is a ninth of what is left. `@example massLimit(540) // 60, of 600`
 */
export function massLimit(enabled: number): number {
  return Math.max(massFloor, Math.ceil(enabled / 9));
}

/** Whether the directory has deactivated the user and the change waits: read back as sent, account and seat as they were. */
export function isHeld(user: Pick<User, 'accountState' | 'profile'>): boolean {
  return user.accountState === 'enabled' && !user.profile.active;
}

/** Whether an edit takes away an account that is enabled and wanted. */
export function isDeactivation(before: User, after: User): boolean {
  return before.accountState === 'enabled' && before.profile.active && !after.profile.active;
}

/** The edit without its effect on the account. */
export function held(before: User, after: User): User {
  return { ...after, accountState: before.accountState, stateSince: before.stateSince };
}
