// What taken events move, whatever the order and the batches they arrive in: a property over the real services.
import * as fc from 'fast-check';
import type { IncomingEvent } from '../../src/domain/activity';
import { instantText } from '../../src/domain/instant';
import { newId } from '../../src/ids';
import { createIngestion } from '../../src/service/ingestion';
import { scimCaller, testClock } from '../support/builders';
import { useDatabase } from '../support/database';
import { addPeople } from '../support/people';

describe('taking events', () => {
  const db = useDatabase();
  const clock = testClock('2026-03-02T09:00:00Z');
  const since = '2026-01-05 08:00:00.000000';
  const laptop = { id: 'laptop', name: 'Laptop', platform: 'Windows', appVersion: '6.11' };
  const rows = async (sql: string, values: unknown[] = []): Promise<Record<string, unknown>[]> =>
    (await db.sql.query(sql, values))[0] as Record<string, unknown>[];
  const place = () =>
    addPeople(db.sql, db.organizationId, [{ name: 'user-1', since, seat: { poolId: db.poolId, from: since } }]);
  const send = (...events: IncomingEvent[]) =>
    createIngestion({ database: db.database, clock, newId }).ingest(scimCaller(db.organizationId), {
      source: 'desktop-app',
      events,
    });

  const state = async () => {
    const used = await rows(
      `SELECT activated_at, onboarded_at, items_added_at, extension_connected_at, autofill_used_at, returned_at, hub_authenticated_at,
         last_used_at, extension_connected_now, shared_vaults_managed, flags FROM users WHERE organization_id = ?`,
      [db.organizationId],
    );
    const days = await rows('SELECT day_on, first_at, last_at, events FROM user_activity_days ORDER BY day_on');
    const milestones = await rows(
      'SELECT milestone, MIN(occurred_at) AS at FROM user_milestones GROUP BY milestone ORDER BY milestone',
    );
    const devices = await rows(
      `SELECT external_device_id, name, app_version, registered_at, last_used_at, last_seen_at, hub_authenticated_at, removed_at,
         (SELECT COUNT(*) FROM activity_events e WHERE e.device_id = d.id) AS events FROM devices d ORDER BY external_device_id, registered_at`,
    );
    const hub = await rows('SELECT started_at, ended_at FROM device_hub_intervals ORDER BY started_at, ended_at');
    const counts = await rows(
      `SELECT flags, SUM(n) AS people FROM (SELECT to_flags AS flags, 1 AS n FROM adoption_deltas UNION ALL SELECT from_flags, -1 FROM adoption_deltas) d
        GROUP BY flags HAVING SUM(n) <> 0 ORDER BY flags`,
    );
    return { used, days, milestones, devices, hub, counts };
  };
  const forget = async () => {
    const tables = ['device_hub_intervals', 'devices', 'activity_events', 'user_milestones', 'user_activity_days'];
    for (const table of [
      ...tables,
      'adoption_deltas',
      'outbox',
      'license_assignments',
      'user_state_intervals',
      'users',
    ])
      await db.sql.query(`DELETE FROM ${table}`);
  };

  it('ends in the same state in whatever order and batches the same events arrive', async () => {
    const types = [
      'license.activated',
      'vault.created',
      'item.added',
      'extension.connected',
      'extension.disconnected',
      'autofill.used',
      'app.opened',
      'device.registered',
      'device.removed',
      'device.heartbeat',
      'hub.authenticated',
      'hub.keys_reset',
      'hub.shared_vaults',
    ] as const;
    const anyEvent = fc
      .record({
        type: fc.constantFrom(...types),
        minute: fc.integer({ min: 0, max: 4000 }),
        launchId: fc.constantFrom(null, 'a', 'b'),
        device: fc.constantFrom(null, 'laptop', 'phone'),
        name: fc.constantFrom(null, 'Old', 'New'),
        managed: fc.nat(5),
      })
      .map(({ type, minute, launchId, device, name, managed }) => ({
        type,
        occurredAt: instantText(new Date(Date.UTC(2026, 1, 26) + minute * 60_000)),
        launchId,
        device: device === null && !/^(device|hub)/.test(type) ? null : { ...laptop, id: device ?? 'laptop', name },
        data: type === 'hub.shared_vaults' ? { managed } : {},
      }));
    const user = { id: null, externalId: null, email: 'user-1@example.com' };
    const anyBatch = fc.array(anyEvent, { minLength: 2, maxLength: 9 });

    await fc.assert(
      fc.asyncProperty(anyBatch, fc.infiniteStream(fc.nat()), fc.boolean(), async (given, order, isOneByOne) => {
        const events = given.map((part, index) => ({ ...part, user, eventId: `p-${index}` }));
        const shuffled = events.map((it) => ({ it, at: order.next().value as number })).toSorted((a, b) => a.at - b.at);
        await forget();
        await place();
        await send(...events.toSorted((a, b) => (a.occurredAt < b.occurredAt ? -1 : 1)));
        const inOrder = await state();
        await forget();
        await place();

        if (isOneByOne) for (const { it } of shuffled) await send(it);
        else await send(...shuffled.map(({ it }) => it));

        expect(await state()).toEqual(inOrder);
      }),
      { numRuns: 60 },
    );
  }, 120_000);

  it('puts a sign of life that comes late between two removals onto a device of its own', async () => {
    const user = { id: null, externalId: null, email: 'user-1@example.com' };
    const on = (eventId: string, type: 'device.removed' | 'hub.authenticated', hour: number) => ({
      eventId,
      user,
      type,
      occurredAt: instantText(new Date(Date.UTC(2026, 1, 26, hour))),
      launchId: null,
      device: laptop,
      data: {},
    });
    await place();

    for (const event of [
      on('first', 'device.removed', 3),
      on('second', 'device.removed', 16),
      on('late', 'hub.authenticated', 8),
    ])
      await send(event);

    const { devices } = await state();
    expect(devices.map((row) => (row['removed_at'] as Date | null)?.toISOString())).toEqual([
      '2026-02-26T03:00:00.000Z',
      '2026-02-26T16:00:00.000Z',
    ]);
  });
});
