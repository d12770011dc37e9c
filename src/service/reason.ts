// Why somebody did something by hand: one line, kept beside the audit entry and apart from it, since it may name people.
// Called by license-switch and mail-doubts.
import { AppError } from '../errors';
import type { PersonalValue } from '../store/audit-store';

const longest = 300;

/**
 * A reason as the audit trail keeps it.
 * @param subjectUserId with whom it is erased; null = it is about nobody in particular
 * @throws input.invalid
 */
export function personalReason(subjectUserId: string | null, reason: string): PersonalValue {
  const value = reason.trim();
  if (value === '' || value.length > longest || /[\p{Cc}\p{Cs}]/u.test(value))
    throw new AppError('input.invalid', { reason: `A reason is one line of 1 to ${longest} characters.` });
  return { field: 'reason', value, subjectUserId };
}
