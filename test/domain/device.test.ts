// Devices out of events: spans between removals, the newest word on each field, Hub intervals.
import * as fc from 'fast-check';
import type { ActivityType } from '../../src/domain/activity';
import { deviceSpans, type DeviceEvent } from '../../src/domain/device';

const at = (second: number): string => `2026-03-02 09:00:${String(second).padStart(2, '0')}.000000`;
const event = (type: ActivityType, second: number, told: Partial<DeviceEvent['device']> = {}): DeviceEvent => ({
  eventKey: `${second} ${type}`,
  type,
  occurredAt: at(second),
  isActivity: type === 'app.opened',
  device: { id: 'laptop', name: null, platform: null, appVersion: null, ...told },
});

describe('device spans', () => {
  it('keep the newest word on each field; a heartbeat only fills gaps and is no use', () => {
    const spans = deviceSpans([
      event('device.registered', 1, { name: 'Laptop', platform: 'Windows' }),
      event('app.opened', 2, { appVersion: '6.10' }),
      event('device.heartbeat', 3, { name: 'Other', appVersion: '6.11' }),
    ]);

    expect(spans).toMatchObject([
      {
        name: 'Laptop',
        platform: 'Windows',
        appVersion: '6.10',
        registeredAt: at(1),
        lastUsedAt: at(2),
        lastSeenAt: at(3),
      },
    ]);
  });

  it('begin anew when the device comes back after its removal', () => {
    const spans = deviceSpans([
      event('device.registered', 1),
      event('hub.authenticated', 2),
      event('device.removed', 3),
      event('device.removed', 4),
      event('device.registered', 5),
    ]);

    expect(spans.map(({ registeredAt, removedAt }) => [registeredAt, removedAt])).toEqual([
      [at(1), at(3)],
      [at(5), null],
    ]);
    expect(spans[0]?.hub).toEqual([{ startedAt: at(2), endedAt: at(3) }]);
    expect(spans[1]?.hubAuthenticatedAt).toBeNull();
  });

  it('open a Hub interval once and close it by a reset of the keys', () => {
    const [span] = deviceSpans([
      event('hub.authenticated', 1),
      event('hub.authenticated', 2),
      event('hub.keys_reset', 3),
      event('hub.keys_reset', 4),
      event('hub.authenticated', 5),
    ]);

    expect(span?.hub).toEqual([
      { startedAt: at(1), endedAt: at(3) },
      { startedAt: at(5), endedAt: null },
    ]);
  });

  it('do not depend on the order of arrival, and go on from what is kept as if all had come at once', () => {
    const types = ['device.registered', 'app.opened', 'device.removed', 'hub.authenticated', 'hub.keys_reset'] as const;
    const anyEvent = fc
      .tuple(fc.constantFrom<ActivityType>(...types), fc.integer({ min: 0, max: 59 }), fc.constantFrom(null, 'a', 'b'))
      .map(([type, second, name]) => event(type, second, { name }));
    const distinct = fc.uniqueArray(anyEvent, { selector: ({ eventKey }) => eventKey, maxLength: 10 });

    fc.assert(
      fc.property(distinct, fc.integer({ min: 0, max: 59 }), (events, second) => {
        const whole = deviceSpans(events);
        const early = deviceSpans(events.filter(({ occurredAt }) => occurredAt <= at(second)));
        const late = events.filter(({ occurredAt }) => occurredAt > at(second));
        const last = early.at(-1);
        fc.pre(last?.removedAt === null);

        expect([...early.slice(0, -1), ...deviceSpans(late, last)]).toEqual(whole);
        expect(deviceSpans(events.toReversed())).toEqual(whole);
      }),
      { numRuns: 500 },
    );
  });
});
