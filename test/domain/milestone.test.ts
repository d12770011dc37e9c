// Events -> milestones: what implies what, times that only move back, the first return, and pending stages.
import * as fc from 'fast-check';
import { activityTypes, type ActivityType, type MilestoneName, type UseEvent } from '../../src/domain/activity';
import { factsFrom, pendingStages, returnedAt, type MilestoneTimes } from '../../src/domain/milestone';

const nothing: MilestoneTimes = {
  activated: null,
  onboarded: null,
  items_added: null,
  extension_connected: null,
  autofill_used: null,
  returned: null,
  hub_authenticated: null,
};
const at = (minute: number): string =>
  `2026-03-02 ${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}:00.000000`;
const event = (type: ActivityType, minute: number, launchId: string | null = null, isSample = false): UseEvent => ({
  type,
  occurredAt: at(minute),
  launchId,
  isSample,
});
const told = (known: MilestoneTimes, events: UseEvent[]) =>
  factsFrom(known, events).map(({ milestone, occurredAt, isInferred }) => [milestone, occurredAt, isInferred]);
const after = (known: MilestoneTimes, events: UseEvent[]): MilestoneTimes => ({
  ...known,
  ...Object.fromEntries(factsFrom(known, events).map((fact) => [fact.milestone, fact.occurredAt])),
});

describe('milestones', () => {
  it('infers what an event implies, at the same time', () => {
    expect(told(nothing, [event('license.activated', 1)])).toEqual([['activated', at(1), false]]);
    expect(told(nothing, [event('vault.created', 1)])).toEqual([
      ['onboarded', at(1), false],
      ['activated', at(1), true],
    ]);
    for (const type of ['item.added', 'extension.connected', 'autofill.used'] as const) {
      const milestones = told(nothing, [event(type, 1)]).map(([milestone, , isInferred]) => [milestone, isInferred]);

      expect(milestones).toEqual([
        [activityTypes[type].milestone, false],
        ['activated', true],
        ['onboarded', true],
      ]);
    }
    expect(told(nothing, [event('hub.authenticated', 1)])).toEqual([['hub_authenticated', at(1), false]]);
  });

  it('moves nothing for samples, opening, heartbeats and disconnecting', () => {
    const quiet = (['app.opened', 'app.unlocked', 'extension.disconnected', 'device.heartbeat'] as const).map((type) =>
      event(type, 1),
    );

    expect(told(nothing, [event('item.added', 1, null, true), ...quiet])).toEqual([]);
  });

  it('adds a row for an earlier event alone, and calls it sent when it was', () => {
    const known = after(nothing, [event('item.added', 30)]);

    expect(told(known, [event('vault.created', 40)])).toEqual([]);
    expect(told(known, [event('item.added', 30)])).toEqual([]);
    expect(told(known, [event('vault.created', 20)])).toEqual([
      ['onboarded', at(20), false],
      ['activated', at(20), true],
    ]);
    expect(told(nothing, [event('vault.created', 5), event('license.activated', 5)])).toContainEqual([
      'activated',
      at(5),
      false,
    ]);
  });

  it('nests the stages and does not depend on order, whatever is sent', () => {
    const types = Object.keys(activityTypes) as ActivityType[];
    const anyEvent = fc
      .tuple(fc.constantFrom(...types), fc.integer({ min: 0, max: 600 }), fc.boolean())
      .map(([type, minute, isSample]) => event(type, minute, null, isSample && type === 'item.added'));

    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 12 }), fc.integer({ min: 0, max: 12 }), (events, cut) => {
        const atOnce = after(nothing, events);
        const inParts = after(after(nothing, events.slice(cut)), events.slice(0, cut));
        const ordered = (['activated', 'onboarded', 'items_added'] as MilestoneName[]).map(
          (name) => atOnce[name] ?? '~',
        );

        expect(inParts).toEqual(atOnce);
        expect(ordered).toEqual(ordered.toSorted());
      }),
      { numRuns: 500 },
    );
  });
});

describe('the first return', () => {
  it('is use in another launch than the setup', () => {
    const setup = event('vault.created', 10, 'setup');

    expect(returnedAt([setup, event('item.added', 12, 'setup'), event('app.unlocked', 400, 'setup')])).toBeUndefined();
    expect(returnedAt([event('app.opened', 11, 'next'), setup])).toBe(at(11));
  });

  it('is use more than half an hour later where a launch has no name', () => {
    const setup = event('vault.created', 10);

    expect(returnedAt([setup, event('app.opened', 40, 'next')])).toBeUndefined();
    expect(returnedAt([setup, event('app.opened', 41, 'next')])).toBe(at(41));
    expect(returnedAt([event('vault.created', 10, 'setup'), event('app.opened', 41)])).toBe(at(41));
  });

  it('counts from an implied setup, and not before any', () => {
    expect(returnedAt([event('app.opened', 1, 'a'), event('app.opened', 300, 'b')])).toBeUndefined();
    expect(returnedAt([event('extension.connected', 10), event('app.opened', 41)])).toBe(at(41));
    expect(returnedAt([event('extension.connected', 10), event('extension.connected', 300)])).toBeUndefined();
  });

  it('does not take the first session for a return when the extension reports a launch of its own', () => {
    const session = [event('vault.created', 10, 'app'), event('extension.connected', 12, 'browser')];

    expect(returnedAt([...session, event('item.added', 20, 'app')])).toBeUndefined();
  });

  it('only ever gets earlier as more events become known', () => {
    const types = ['vault.created', 'item.added', 'autofill.used', 'extension.connected', 'app.opened'] as const;
    const anyEvent = fc
      .tuple(fc.constantFrom(...types), fc.integer({ min: 0, max: 120 }), fc.constantFrom(null, 'a', 'b', 'c'))
      .map(([type, minute, launch]) => event(type, minute, launch));

    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 10 }), anyEvent, (events, more) => {
        const before = returnedAt(events);
        const later = returnedAt([...events, more]);

        expect((later ?? '~') <= (before ?? '~')).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('pending stages', () => {
  it.each([
    [{}, ['activation']],
    [{ activated: at(1) }, ['app_setup']],
    [{ activated: at(1), onboarded: at(2) }, ['usage']],
    [{ activated: at(1), onboarded: at(2), items_added: at(3) }, ['extension', 'autofill']],
    [{ activated: at(1), onboarded: at(2), items_added: at(3), autofill_used: at(4) }, ['extension']],
  ])('of %j are %j', (reached, pending) => {
    expect(pendingStages({ ...nothing, ...reached })).toEqual(pending);
  });
});
