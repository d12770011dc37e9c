// What holds for every plan: never in the past, inside the window, each step once, evenly spread.
import { fc } from '@fast-check/jest';
import { isOpen } from '../../src/domain/calendar';
import { plan } from '../../src/domain/reminder';
import type { ReminderRow } from '../../src/domain/reminder-facts';
import { after, aSituation, assignedAt, day, policyOf, row } from '../support/reminder-cast';

describe('every plan', () => {
  const anyAsOf = fc.integer({ min: 0, max: 400 * day }).map(after);
  const anyPolicy = fc.record({
    firstAfter: fc.constantFrom('PT0S', 'PT2S', 'P3D', 'P14D'),
    intervals: fc.constantFrom(['PT3S'], ['P7D', 'P14D']),
    maxCount: fc.integer({ min: 1, max: 4 }),
    cap: fc.constantFrom('off', 'P7D'),
    window: fc.constantFrom('always' as const, 'office' as const),
    atEnd: fc.constantFrom('stop' as const, 'escalate' as const),
  });
  const anyRows = fc.array(fc.record({ step: fc.integer({ min: 1, max: 3 }), at: anyAsOf, isSent: fc.boolean() }), {
    maxLength: 4,
  });
  const anyZone = fc.constantFrom('Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata');

  it('is never in the past, at most thirty days away, and sends inside the window alone', () => {
    fc.assert(
      fc.property(anyPolicy, anyRows, anyAsOf, anyZone, fc.uuid(), (config, rows, asOf, timeZone, id) => {
        const reminders = rows
          .filter((it) => it.at <= asOf)
          .map((it) => row(it.step, it.at, it.isSent ? {} : { status: 'skipped', reason: 'no_address' }));
        const policy = policyOf(config);

        const next = plan(aSituation({ reminders }, { timeZone, id }), policy, asOf);

        const waitMs = next.kind === 'wait' ? next.until.getTime() - asOf.getTime() : 1;
        const mayLeave = next.kind !== 'send' || config.window === 'always' || isOpen(asOf, timeZone);
        expect(waitMs).toBeGreaterThan(0);
        expect(waitMs).toBeLessThanOrEqual(30 * day);
        expect(mayLeave).toBe(true);
      }),
    );
  });

  it('followed from wake-up to wake-up sends each step once and ends', () => {
    fc.assert(
      fc.property(anyPolicy, anyZone, fc.uuid(), (config, timeZone, id) => {
        const policy = policyOf({ ...config, atEnd: 'stop' });
        const sent: ReminderRow[] = [];
        let asOf = assignedAt;
        let reason = '';

        for (let wakeUps = 0; wakeUps < 100 && reason === ''; wakeUps += 1) {
          const facts = aSituation({ reminders: sent, lastMailAt: sent.at(-1)?.at ?? null }, { timeZone, id });
          const next = plan(facts, policy, asOf);
          if (next.kind === 'end') reason = next.reason;
          if (next.kind === 'send') sent.push(row(next.step, asOf));
          if (next.kind === 'wait') asOf = next.until;
        }

        expect(reason).toBe('exhausted');
        expect(sent.map((it) => it.step)).toEqual(Array.from({ length: config.maxCount }, (_, index) => index + 1));
      }),
    );
  });
});

describe('the jitter', () => {
  it('leaves no minute with more than twice the mean', () => {
    const policy = policyOf({ window: 'office', firstAfter: 'P3D' });
    const spreadMs = 7.5 * 3_600_000;
    const minutes = new Map<number, number>();

    for (let index = 0; index < 20_000; index += 1) {
      const facts = aSituation({ spreadMs }, { id: `01900000-0000-7000-8000-${String(index).padStart(12, '0')}` });
      const next = plan(facts, policy, assignedAt);
      const minute = next.kind === 'wait' ? Math.floor(next.until.getTime() / 60_000) : 0;
      minutes.set(minute, (minutes.get(minute) ?? 0) + 1);
    }

    expect(Math.max(...minutes.values())).toBeLessThanOrEqual((2 * 20_000) / minutes.size);
    expect(minutes.size).toBe(450);
  });
});
