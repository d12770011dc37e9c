// What keeps Temporal equal to MySQL: pages of re-plans, the watch, the rebuild, the sign of life.
import { newId } from '../../src/ids';
import { whileOutboxRefuses } from '../support/broken-outbox';
import { useDatabase } from '../support/database';
import { quickWish, useReminding } from '../support/reminding';

describe('what heals journeys', () => {
  const db = useDatabase();
  const world = useReminding(db);
  const { clock, caller } = world;
  const planned = async (name: string) => {
    const { id } = await world.addLicensed({ name });
    const moment = { userId: id, journey: 'onboarding', asOf: clock.now(), version: 1 };
    await world.build().reminders.planNextStep(caller(), moment);
    return id;
  };
  const told = async () =>
    (await world.rows(`SELECT subject_id FROM outbox WHERE topic = 'JourneyStale'`)).map((row) => row['subject_id']);

  beforeEach(() => clock.set('2026-03-02T09:00:00Z'));

  it('a policy in force tells every open journey of its organization to plan again', async () => {
    const ids = [await planned('a'), await planned('b')];
    const { policies, journeys } = world.build();
    const policy = await policies.set(caller(), 'activation', quickWish);

    const page = await journeys.replanPage(caller(), { policyId: policy.id });
    const foreign = await journeys.replanPage(
      { ...caller(), organizationId: db.secondOrganizationId },
      { policyId: policy.id },
    );

    expect(page).toEqual({ journeys: 2, after: undefined });
    expect(foreign).toEqual({ journeys: 0 });
    expect(await told()).toEqual(ids);
  });

  it('the watch tells a journey that is an hour late, once an hour, and none whose mail is waited for', async () => {
    const late = await planned('late');
    const waiting = await planned('waiting');
    await db.sql.query(
      `INSERT INTO mails (organization_id, id, kind, user_id, locale, dedupe_key, status, attempts, next_attempt_at, created_at)
       VALUES (?, ?, 'invitation', ?, 'en', 'x', 'pending', 1, '2026-03-02 13:00:00', '2026-03-02 09:00:00')`,
      [db.organizationId, newId(), waiting],
    );
    const { journeys } = world.build();

    clock.advance(3_600_000);
    const early = await journeys.watch();
    clock.advance(1000);
    const first = await journeys.watch();
    const second = await journeys.watch();

    expect([early.journeys, first.journeys, second.journeys]).toEqual([0, 1, 0]);
    expect(await told()).toEqual([late]);
  });

  it('the rebuild tells all of them, and queues the open mails again', async () => {
    const ids = [await planned('a'), await planned('b')];
    const mail = {
      kind: 'test',
      userId: ids[0]!,
      adminId: null,
      subjectId: null,
      toAddress: 'a@example.com',
      locale: 'en',
      dedupeKey: 'k',
    } as const;
    const { mails, journeys } = world.build();
    await db.database.inTransaction(db.organizationId, (stores) => mails.queue(stores, mail, { at: clock.now() }));
    clock.advance(1);

    const healed = await journeys.rebuild();

    expect(healed).toEqual({ journeys: 2, mails: 1, failed: 0, isAway: false });
    expect((await world.topics()).filter((topic) => topic === 'MailQueued')).toHaveLength(2);
  });

  it('the rebuild goes on behind a person who fails, who is counted and logged', async () => {
    const [first, broken, last] = [await planned('a'), await planned('b'), await planned('c')];
    world.failures.length = 0;
    const { journeys } = world.build();

    const rebuilt = await whileOutboxRefuses(db.sql, `NEW.subject_id = '${broken}'`, journeys.rebuild);

    expect(rebuilt).toEqual({ journeys: 2, mails: 0, failed: 1, isAway: false });
    expect(await told()).toEqual([first, last]);
    expect(world.failures).toEqual([
      { organizationId: db.organizationId, userId: broken, error: expect.objectContaining({ code: 'bug' }) },
    ]);
  });

  it('another namespace id is another server; the first one ever is not', async () => {
    const { journeys } = world.build();
    const server = { namespace: 'uptake', namespaceId: 'one' };

    const first = await journeys.isKnown(server);
    await journeys.see({ ...server, isMailFailing: true });
    clock.advance(60_000);
    await journeys.see({ ...server, isMailFailing: true });
    const [row] = await world.rows('SELECT last_seen_at, smtp_failing_since FROM temporal_server');
    const same = await journeys.isKnown(server);
    const other = await journeys.isKnown({ ...server, namespaceId: 'two' });

    expect([first, same, other]).toEqual([true, true, false]);
    expect(row).toEqual({
      last_seen_at: new Date('2026-03-02T09:01:00Z'),
      smtp_failing_since: new Date('2026-03-02T09:00:00Z'),
    });
  });
});
