// Small makers of what tests need again and again: profiles, callers, a settable clock.
import type { Caller } from '../../src/domain/caller';
import type { UserProfile } from '../../src/domain/user';
import type { Clock } from '../../src/clock';

/** A profile with an e-mail; everything may be overridden. `aProfile({ userName: 'active@example.com' })` */
export function aProfile(over: Partial<UserProfile> = {}): UserProfile {
  const userName = over.userName ?? 'active.user@example.com';
  return {
    userName,
    externalId: null,
    active: true,
    displayName: 'Active User',
    givenName: 'Active',
    familyName: 'User',
    title: null,
    department: null,
    costCenter: null,
    employeeNumber: null,
    managerRaw: null,
    locale: null,
    timeZone: null,
    extra: {},
    values: [{ attribute: 'emails', type: 'work', value: userName, isPrimary: true, display: null, extra: null }],
    ...over,
  };
}

/** The directory calling in an organization. */
export function scimCaller(organizationId: number, requestId = 'test-request'): Caller {
  return { organizationId, actor: { kind: 'scim', id: '00000000-0000-7000-8000-000000000001' }, requestId };
}

/** A clock that stands still until it is moved. */
export interface TestClock extends Clock {
  set(at: Date | string): void;
  /** Moves on by milliseconds. */
  advance(ms: number): void;
}

/** A clock at an instant; by default 2026-03-02T09:00Z, a Monday. */
export function testClock(start: Date | string = '2026-03-02T09:00:00Z'): TestClock {
  let at = new Date(start);
  return {
    now: () => new Date(at),
    set: (next) => {
      at = new Date(next);
    },
    advance: (ms) => {
      at = new Date(at.getTime() + ms);
    },
  };
}
