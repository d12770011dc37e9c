// Events through the service on a real database: verdicts, what each event moves, quarantine, and order of arrival.
import type { IncomingEvent } from '../../src/domain/activity';
import { newId } from '../../src/ids';
import { createIngestion, type IngestResult } from '../../src/service/ingestion';
import { testClock } from '../support/builders';
import { useDatabase } from '../support/database';
import { addPeople, type Person } from '../support/people';

describe('ingestion', () => {
  const db = useDatabase();
  const clock = testClock('2026-03-02T09:00:00Z');
  const since = '2026-01-05 08:00:00.000000';
  const build = () => createIngestion({ database: db.database, clock, newId });
  const caller = () => ({
    organizationId: db.organizationId,
    actor: { kind: 'token' as const, id: '00000000-0000-7000-8000-000000000009' },
    requestId: 'r-1',
  });
  const rows = async (sql: string, values: unknown[] = []): Promise<Record<string, unknown>[]> =>
    (await db.sql.query(sql, values))[0] as Record<string, unknown>[];
  const place = async (...people: Partial<Person>[]) =>
    addPeople(
      db.sql,
      db.organizationId,
      people.map((person, index) => ({
        name: `user-${index + 1}`,
        since,
        seat: { poolId: db.poolId, from: since },
        ...person,
      })),
    );
  let made = 0;
  const event = (over: Partial<IncomingEvent> & Pick<IncomingEvent, 'type'>): IncomingEvent => ({
    eventId: `e-${(made += 1)}`,
    occurredAt: '2026-03-02 08:00:00.000000',
    user: { id: null, externalId: null, email: 'user-1@example.com' },
    device: null,
    launchId: null,
    data: {},
    ...over,
  });
  const send = (...events: IncomingEvent[]): Promise<IngestResult> =>
    build().ingest(caller(), { source: 'desktop-app', events });
  const verdicts = ({ results }: IngestResult) => results.map(({ status, code }) => [status, code]);
  const laptop = { id: 'laptop', name: 'Laptop', platform: 'Windows', appVersion: '6.11' };

  beforeEach(() => clock.set('2026-03-02T09:00:00Z'));

  it('moves milestones, days, last use, counts, journey and audit with an accepted event', async () => {
    const [user] = await place({});

    const result = await send(
      event({ type: 'vault.created', occurredAt: '2026-03-01 23:59:59.999999', launchId: 'setup' }),
      event({ type: 'app.opened', occurredAt: '2026-03-02 07:00:00.000001', launchId: 'next' }),
    );

    expect(result.counts).toEqual({ accepted: 2, duplicate: 0, quarantined: 0, rejected: 0 });
    expect(
      await rows(
        `SELECT milestone, CAST(occurred_at AS CHAR) AS at, inferred, event_row IS NULL AS derived FROM user_milestones ORDER BY milestone`,
      ),
    ).toEqual([
      { milestone: 'activated', at: '2026-03-01 23:59:59.999999', inferred: 1, derived: 0 },
      { milestone: 'onboarded', at: '2026-03-01 23:59:59.999999', inferred: 0, derived: 0 },
      { milestone: 'returned', at: '2026-03-02 07:00:00.000001', inferred: 0, derived: 1 },
    ]);
    expect(
      await rows('SELECT day_on, events FROM user_activity_days WHERE user_id = ? ORDER BY day_on', [user!.id]),
    ).toEqual([
      { day_on: '2026-03-01', events: 1 },
      { day_on: '2026-03-02', events: 1 },
    ]);
    expect(await rows('SELECT flags, last_used_on FROM users WHERE id = ?', [user!.id])).toEqual([
      { flags: 1 + 2 + 4 + 8 + 128, last_used_on: '2026-03-02' },
    ]);
    expect(await rows('SELECT from_flags, to_flags, to_on FROM adoption_deltas')).toEqual([
      { from_flags: 3, to_flags: 143, to_on: '2026-03-02' },
    ]);
    expect(await rows('SELECT topic, lane, subject_id FROM outbox')).toEqual([
      { topic: 'StageReached', lane: 1, subject_id: user!.id },
    ]);
    expect(await rows('SELECT action, actor_kind, request_id FROM audit_entries')).toEqual([
      { action: 'events.ingested', actor_kind: 'token', request_id: 'r-1' },
    ]);
  });

  it('knows an event again, in the batch and later, and refuses its id for other content', async () => {
    await place({});
    const first = event({ type: 'app.opened' });
    const other = { ...first, type: 'app.unlocked' as const };

    const batch = await send(first, first, other);
    const again = await send(first);

    expect(verdicts(batch)).toEqual([
      ['accepted', null],
      ['duplicate', null],
      ['rejected', 'event_id_reused'],
    ]);
    expect(verdicts(again)).toEqual([['duplicate', null]]);
    expect(await rows('SELECT events FROM user_activity_days')).toEqual([{ events: 1 }]);
  });

  it('lets another source and another organization use the same event id', async () => {
    await place({});
    await addPeople(db.sql, db.secondOrganizationId, [{ name: 'user-1', since }]);
    const first = event({ type: 'app.opened' });
    await send(first);

    const source = await build().ingest(caller(), { source: 'bridge', events: [first] });
    const second = await build().ingest(
      { ...caller(), organizationId: db.secondOrganizationId },
      { source: 'desktop-app', events: [first] },
    );

    expect([verdicts(source), verdicts(second)]).toEqual([[['accepted', null]], [['accepted', null]]]);
    expect(
      await rows('SELECT COUNT(*) AS n FROM activity_events WHERE organization_id = ?', [db.secondOrganizationId]),
    ).toEqual([{ n: 1 }]);
  });

  it('takes the id first, then the external id, then the e-mail, and refuses an id and e-mail of two people', async () => {
    const [one, two] = await place({}, {});
    await db.sql.query('UPDATE users SET external_id = ? WHERE id = ?', ['X-2', two!.id]);
    const of = (user: Partial<IncomingEvent['user']>) =>
      event({ type: 'app.opened', user: { id: null, externalId: null, email: null, ...user } });

    const result = await send(
      of({ id: one!.id, externalId: 'X-2' }),
      of({ externalId: 'X-2', email: 'user-1@example.com' }),
      of({ id: newId(), email: 'USER-1@Example.com' }),
      of({ id: one!.id, email: 'user-2@example.com' }),
      of({ id: one!.id, email: 'old-address@example.com' }),
      of({ id: 'no id of ours' }),
    );

    expect(verdicts(result)).toEqual([
      ['accepted', null],
      ['accepted', null],
      ['accepted', null],
      ['rejected', 'user_mismatch'],
      ['accepted', null],
      ['quarantined', 'unknown_user'],
    ]);
    const found = await rows('SELECT user_id FROM activity_events ORDER BY id');
    expect(found.map((row) => row['user_id'])).toEqual([one!.id, two!.id, one!.id, one!.id]);
  });

  it('holds a time ahead to the moment of arrival, keeps what was sent far ahead, refuses what is too old', async () => {
    await place({});

    const result = await send(
      event({ type: 'app.opened', occurredAt: '2026-03-02 09:04:59.000000' }),
      event({ type: 'app.opened', occurredAt: '2026-03-02 09:05:00.000001' }),
      event({ type: 'app.opened', occurredAt: '2025-01-26 08:59:59.999999' }),
      event({ type: 'app.opened', occurredAt: '2025-01-26 09:00:00.000000' }),
    );

    expect(verdicts(result).map(([status]) => status)).toEqual(['accepted', 'accepted', 'rejected', 'accepted']);
    expect(result.results[2]?.code).toBe('too_old');
    expect(
      await rows(
        'SELECT CAST(occurred_at AS CHAR) AS at, clamped, CAST(sent_occurred_at AS CHAR) AS sent FROM activity_events ORDER BY id LIMIT 2',
      ),
    ).toEqual([
      { at: '2026-03-02 09:00:00.000000', clamped: 0, sent: null },
      { at: '2026-03-02 09:00:00.000000', clamped: 1, sent: '2026-03-02 09:05:00.000001' },
    ]);
  });

  it('takes events of a removed person up to the removal, and counts but does not remind unlicensed people', async () => {
    await place(
      {
        seat: { poolId: db.poolId, from: since, until: '2026-03-01 00:00:00.000000' },
        states: [
          { state: 'enabled', from: since },
          { state: 'removed', from: '2026-03-01 00:00:00.000000' },
        ],
      },
      { seat: { poolId: db.poolId, from: since, until: '2026-02-01 00:00:00.000000' } },
    );
    const unlicensed = { id: null, externalId: null, email: 'user-2@example.com' };

    const result = await send(
      event({ type: 'vault.created', occurredAt: '2026-03-01 00:00:00.000000' }),
      event({ type: 'vault.created', occurredAt: '2026-03-01 00:00:00.000001' }),
      event({ type: 'vault.created', user: unlicensed }),
    );

    expect(verdicts(result)).toEqual([
      ['accepted', null],
      ['rejected', 'user_removed'],
      ['accepted', null],
    ]);
    expect(await rows('SELECT topic FROM outbox')).toEqual([]);
    expect(await rows('SELECT to_flags FROM adoption_deltas')).toEqual([{ to_flags: 1 + 4 + 8 }]);
  });

  it('quarantines what names nobody or several, and takes it with its own time when one user answers to it', async () => {
    const of = (email: string) => event({ type: 'vault.created', user: { id: null, externalId: null, email } });
    const early = of('late.comer@example.com');
    const result = await send(early);
    const again = await send(early);
    clock.advance(60_000);
    const [person] = await place({ name: 'late.comer' });
    const appeared = { userId: person!.id, externalId: null, email: 'Late.Comer@example.com' };

    const matched = await db.database.inTransaction(db.organizationId, (stores) =>
      build().matchQuarantined(stores, appeared, clock.now()),
    );
    const nothing = await db.database.inTransaction(db.organizationId, (stores) =>
      build().matchQuarantined(stores, appeared, clock.now()),
    );

    expect([verdicts(result), verdicts(again)]).toEqual([[['quarantined', 'unknown_user']], [['duplicate', null]]]);
    expect([matched, nothing]).toEqual([1, 0]);
    expect(await rows('SELECT outcome FROM event_quarantine')).toEqual([{ outcome: 'matched' }]);
    expect(
      await rows(
        `SELECT CAST(m.occurred_at AS CHAR) AS occurred, CAST(m.recorded_at AS CHAR) AS recorded, CAST(e.received_at AS CHAR) AS received
           FROM user_milestones m JOIN activity_events e ON e.id = m.event_row WHERE m.milestone = 'onboarded'`,
      ),
    ).toEqual([
      {
        occurred: '2026-03-02 08:00:00.000000',
        recorded: '2026-03-02 09:01:00.000000',
        received: '2026-03-02 09:01:00.000000',
      },
    ]);
    expect(await send(early).then(verdicts)).toEqual([['duplicate', null]]);
  });

  it('leaves an event alone while its address is shared, and after seven days', async () => {
    const email = 'shared@example.com';
    await place({ name: 'shared' });
    const [twin] = await place({ name: 'twin' });
    await db.sql.query('UPDATE users SET email = ?, email_key = ? WHERE id = ?', [email, email, twin!.id]);
    const result = await send(event({ type: 'app.opened', user: { id: null, externalId: null, email } }));
    const match = () =>
      db.database.inTransaction(db.organizationId, (stores) =>
        build().matchQuarantined(stores, { userId: twin!.id, externalId: null, email }, clock.now()),
      );

    const shared = await match();
    await db.sql.query(`UPDATE users SET email_key = 'other@example.com' WHERE user_name_key = 'shared@example.com'`);
    clock.advance(7 * 86_400_000);
    const late = await match();
    clock.advance(-1);
    const inTime = await match();

    expect(verdicts(result)).toEqual([['quarantined', 'ambiguous_user']]);
    expect([shared, late, inTime]).toEqual([0, 0, 1]);
  });

  it('keeps devices, their versions and Hub intervals, pairing and shared vaults', async () => {
    const [user] = await place({});
    const on = (type: IncomingEvent['type'], minute: string, data: IncomingEvent['data'] = {}) =>
      event({ type, occurredAt: `2026-03-02 08:${minute}:00.000000`, device: laptop, data });
    await send(
      on('device.registered', '00'),
      on('hub.authenticated', '05'),
      on('hub.shared_vaults', '06', { managed: 3 }),
    );

    await send(
      event({ type: 'extension.connected', occurredAt: '2026-03-02 08:07:00.000000' }),
      on('app.opened', '10'),
      on('device.heartbeat', '20'),
    );

    expect(
      await rows(
        'SELECT name, platform, app_version, CAST(last_used_at AS CHAR) AS used, CAST(last_seen_at AS CHAR) AS seen, removed_at FROM devices',
      ),
    ).toEqual([
      {
        name: 'Laptop',
        platform: 'Windows',
        app_version: '6.11',
        used: '2026-03-02 08:10:00.000000',
        seen: '2026-03-02 08:20:00.000000',
        removed_at: null,
      },
    ]);
    expect(await rows('SELECT is_open FROM device_hub_intervals')).toEqual([{ is_open: 1 }]);
    expect(
      await rows('SELECT extension_connected_now, shared_vaults_managed FROM users WHERE id = ?', [user!.id]),
    ).toEqual([{ extension_connected_now: 1, shared_vaults_managed: 3 }]);
    expect(await rows('SELECT COUNT(DISTINCT device_id) AS n FROM activity_events')).toEqual([{ n: 1 }]);
  });

  it('takes the same batch sent twice at the same time once', async () => {
    await place({});
    const unknown = { id: null, externalId: null, email: 'nobody@example.com' };
    const batch = [event({ type: 'app.opened' }), event({ type: 'app.opened', user: unknown })];

    const answers = await Promise.all([send(...batch), send(...batch), send(...batch)]);

    const sum = (name: 'accepted' | 'quarantined' | 'duplicate') =>
      answers.reduce((total, { counts }) => total + counts[name], 0);
    expect([sum('accepted'), sum('quarantined'), sum('duplicate')]).toEqual([1, 1, 4]);
    expect(await rows('SELECT events FROM user_activity_days')).toEqual([{ events: 1 }]);
  });

  it('uses a bounded number of statements however many events a batch has, and lane 2 for many people', async () => {
    const people = await place(...Array.from({ length: 101 }, () => ({})));
    db.statements.length = 0;

    const result = await send(
      ...people.flatMap(({ id }) =>
        (['vault.created', 'item.added', 'app.opened'] as const).map((type) =>
          event({ type, user: { id, externalId: null, email: null }, device: laptop }),
        ),
      ),
    );

    expect(result.counts.accepted).toBe(303);
    expect(db.statements.length).toBeLessThanOrEqual(24);
    expect(await rows('SELECT lane, COUNT(*) AS n FROM outbox GROUP BY lane')).toEqual([{ lane: 2, n: 101 }]);
  });
});
