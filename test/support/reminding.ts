// The reminder services over a suite's database, and short looks at what they wrote.
import { newId } from '../../src/ids';
import { createJourneys } from '../../src/service/journeys';
import { createMailClaims } from '../../src/service/mail-claim';
import { createMails } from '../../src/service/mails';
import { createPolicies } from '../../src/service/policies';
import type { ReminderClaim } from '../../src/service/reminder-claim';
import { createReminders } from '../../src/service/reminders';
import { createSuppression } from '../../src/service/suppression';
import { systemCaller, type Caller } from '../../src/domain/caller';
import { testClock } from './builders';
import type { TestDatabase } from './database';
import { addPeople, type Person, type PlacedPerson } from './people';

/** What a policy of a test wants: the contract's, in seconds. */
export const quickWish = { first: 'PT2S', repeat: 'PT3S', max: 2, window: 'always', cap: 'off' } as const;

/** How long a claim lasts in the suites. */
export const leaseMs = 300_000;

/** Builds the services over a database; the clock is the suite's own. */
export function useReminding(db: TestDatabase) {
  const clock = testClock();
  const faults: string[] = [];
  const failures: object[] = [];
  const fault = async (point: string): Promise<void> => void faults.push(point);
  const build = () => {
    const { database } = db;
    const claims = createMailClaims({ leaseMs, messageDomain: 'example.com', newId });
    const shared = { database, clock, newId, claims, mailsPerSecond: 10, fault };
    const keys = { secretKey: 'a test key of more than 32 characters', publicUrl: 'https://uptake.example.com' };
    return {
      reminders: createReminders(shared),
      mails: createMails(shared),
      journeys: createJourneys({ database, clock, log: { error: (facts) => void failures.push(facts) } }),
      policies: createPolicies({ database, clock, newId }),
      suppression: createSuppression({ database, clock, newId, ...keys }),
    };
  };
  const rows = async (sql: string, values: unknown[] = []): Promise<Record<string, unknown>[]> => {
    const [found] = await db.sql.query(sql, values);
    return found as Record<string, unknown>[];
  };
  return {
    clock,
    faults,
    /** What journeys logged as failed. */
    failures,
    build,
    rows,
    caller: (): Caller => systemCaller(db.organizationId, 'onboarding/test'),
    /** A person with a seat since the clock's instant; more may be said. */
    addLicensed: async (more: Partial<Person> = {}): Promise<PlacedPerson> => {
      const since = '2026-03-02 09:00:00.000000';
      const person: Person = { name: 'pending.user', since, seat: { poolId: db.poolId, from: since }, ...more };
      const [placed] = await addPeople(db.sql, db.organizationId, [person]);
      return placed as PlacedPerson;
    },
    /** The open assignment: the episode of a journey. */
    episodeOf: async (userId: string): Promise<string> => {
      const [seat] = await rows('SELECT id FROM license_assignments WHERE user_id = ? AND app_open = 1', [userId]);
      return seat?.['id'] as string;
    },
    mails: () =>
      rows(
        'SELECT id, kind, status, attempts, dedupe_key, message_id, lease_until, next_attempt_at, smtp_code FROM mails ORDER BY id',
      ),
    reminderRows: () => rows('SELECT stage, step_no, status, reason, mail_id FROM reminders ORDER BY id'),
    counts: () => rows('SELECT stage, sent FROM user_reminder_counts'),
    topics: async () => (await rows('SELECT topic FROM outbox ORDER BY id')).map((row) => row['topic']),
  };
}

/** A claim that must have been made. */
export function claimed(claim: ReminderClaim) {
  if (claim.kind !== 'claimed') throw new Error(`no claim but ${JSON.stringify(claim)}`);
  return claim;
}
