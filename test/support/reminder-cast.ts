// The cast of the reminder tests: one pending person, a policy in seconds, rows of what was sent.
import type { ReminderFacts, ReminderRow } from '../../src/domain/reminder-facts';
import type { ActivePolicy, PolicyConfig } from '../../src/domain/reminder-policy';

export const assignedAt = new Date('2027-01-04T08:00:00Z');
export const episode = '01900000-0000-7000-8000-000000000001';
export const after = (ms: number): Date => new Date(assignedAt.getTime() + ms);
export const seconds = (count: number): Date => after(count * 1000);
export const day = 86_400_000;

const quick: PolicyConfig = {
  firstAfter: 'PT2S',
  intervals: ['PT3S'],
  maxCount: 2,
  cap: 'off',
  atEnd: 'stop',
  escalateAfter: 'P7D',
  window: 'always',
  holdOut: null,
  templateKey: 'reminder',
};
export const policyOf = (config: Partial<PolicyConfig> = {}): ActivePolicy => ({
  id: 'p',
  version: 1,
  config: { ...quick, ...config },
});

export function aSituation(
  edit: Partial<ReminderFacts> = {},
  user: Partial<ReminderFacts['user']> = {},
): ReminderFacts {
  return {
    organization: { timeZone: 'UTC', mailPausedAt: null },
    user: {
      id: 'u1',
      accountState: 'enabled',
      email: 'pending@example.com',
      timeZone: null,
      milestones: { activatedAt: null, onboardedAt: null, itemsAddedAt: null },
      ...user,
    },
    seat: { assignmentId: episode, assignedAt },
    invitation: { isOn: true, status: 'sent' },
    reminders: [],
    lastMailAt: null,
    notes: [],
    suppressions: [],
    spreadMs: 900_000,
    ...edit,
  };
}

export const row = (step: number, at: Date, edit: Partial<ReminderRow> = {}): ReminderRow => {
  return { stage: 'activation', episode, step, status: 'sent', reason: null, at, ...edit };
};
export const stepOne = { stage: 'activation', episode, step: 1 };
