// Users through the service on a real database: history, seat, counts, outbox and audit go with each change.
import { newId } from '../../src/ids';
import { createIngestion } from '../../src/service/ingestion';
import { createLicensing } from '../../src/service/licensing';
import { createProvisioning } from '../../src/service/provisioning';
import { aProfile, scimCaller, testClock } from '../support/builders';
import { useDatabase } from '../support/database';

describe('provisioning', () => {
  const db = useDatabase({ seats: 2 });
  const clock = testClock();
  const ended: string[] = [];
  const build = () =>
    createProvisioning({
      database: db.database,
      clock,
      newId,
      licensing: createLicensing({ newId }),
      consequences: {
        endSignIns: async (_stores, _caller, person) => void ended.push(person.userId),
        matchQuarantined: createIngestion({ database: db.database, clock, newId }).matchQuarantined,
      },
    });
  const rows = async (sql: string, values: unknown[] = []): Promise<Record<string, unknown>[]> => {
    const [found] = await db.sql.query(sql, values);
    return found as Record<string, unknown>[];
  };
  const waiting = async () =>
    (await rows('SELECT user_id FROM license_waitlist WHERE is_open = 1 ORDER BY id')).map((row) => row['user_id']);
  const topics = async () => (await rows('SELECT topic FROM outbox ORDER BY id')).map((row) => row['topic']);

  beforeEach(() => {
    clock.set('2026-03-02T09:00:00Z');
    ended.length = 0;
  });

  it('locks the pool before it ends the assignment, whose foreign key would share the lock and deadlock', async () => {
    const provisioning = build();
    const caller = scimCaller(db.organizationId);
    const user = await provisioning.createUser(caller, aProfile());
    db.statements.length = 0;

    await provisioning.changeUser(caller, user.id, (it) => ({ ...it, active: false }), { ifMatch: undefined });

    const orderOf = (start: string) => db.statements.findIndex((sql) => sql.startsWith(start));
    expect(orderOf('UPDATE license_pools')).toBeGreaterThan(0);
    expect(orderOf('UPDATE license_pools')).toBeLessThan(orderOf('UPDATE license_assignments'));
  });

  it('creates a user with its history, seat, count delta, outbox row and audit entry, in sixteen statements', async () => {
    const caller = scimCaller(db.organizationId);

    const user = await build().createUser(caller, aProfile());

    expect(db.statements.length).toBeLessThanOrEqual(16);
    expect(user).toMatchObject({
      accountState: 'enabled',
      source: 'scim',
      email: 'active.user@example.com',
      rowVersion: 1,
    });
    expect(user.licensedAt).toEqual(clock.now());
    expect(await rows('SELECT state, cause FROM user_state_intervals WHERE is_open = 1')).toEqual([
      { state: 'enabled', cause: 'scim' },
    ]);
    expect(await rows('SELECT user_name FROM user_profile_versions WHERE is_open = 1')).toEqual([
      { user_name: 'active.user@example.com' },
    ]);
    expect(await rows('SELECT assigned FROM license_pools WHERE organization_id = ?', [db.organizationId])).toEqual([
      { assigned: 1 },
    ]);
    expect(await rows('SELECT from_flags, to_flags FROM adoption_deltas')).toEqual([{ from_flags: null, to_flags: 3 }]);
    expect(await topics()).toEqual(['SeatAssigned']);
    expect((await rows('SELECT action FROM audit_entries ORDER BY id')).map((row) => row['action'])).toEqual([
      'user.created',
      'license.assigned',
    ]);
    expect(await build().getUser(caller, user.id)).toEqual(user);
  });

  it('puts a user into the queue when the pool is full and promotes the oldest when a seat is freed', async () => {
    const caller = scimCaller(db.organizationId);
    const service = build();
    const made = [];
    for (const name of ['a', 'b', 'c', 'd'])
      made.push(await service.createUser(caller, aProfile({ userName: `${name}@example.com` })));
    const [first, , third, fourth] = made;
    expect(await waiting()).toEqual([third!.id, fourth!.id]);
    db.statements.length = 0;

    const after = await service.changeUser(caller, first!.id, (profile) => ({ ...profile, active: false }), {
      ifMatch: undefined,
    });

    expect(db.statements.length).toBeLessThanOrEqual(18);
    expect(after).toMatchObject({ accountState: 'deactivated', licensedAt: null, rowVersion: 2 });
    expect((await service.getUser(caller, third!.id)).licensedAt).toEqual(clock.now());
    expect(await waiting()).toEqual([fourth!.id]);
    expect(ended).toEqual([first!.id]);
    expect((await topics()).slice(-2)).toEqual(['UserDeactivated', 'SeatAssigned']);
    expect(await rows('SELECT assigned FROM license_pools WHERE organization_id = ?', [db.organizationId])).toEqual([
      { assigned: 2 },
    ]);
  });

  it('gives the last seat to exactly one of twenty parallel creates', async () => {
    const caller = scimCaller(db.organizationId);
    const service = build();
    await service.createUser(caller, aProfile({ userName: 'holder@example.com' }));

    const made = await Promise.all(
      Array.from({ length: 20 }, (_, n) => service.createUser(caller, aProfile({ userName: `p${n}@example.com` }))),
    );

    expect(made.filter((user) => user.licensedAt !== null)).toHaveLength(1);
    expect(await waiting()).toHaveLength(19);
  });

  it('lets thirty-two parallel creates queue at the pool without a deadlock', async () => {
    const caller = scimCaller(db.organizationId);
    const service = build();

    await Promise.all(
      Array.from({ length: 32 }, (_, n) => service.createUser(caller, aProfile({ userName: `storm${n}@example.com` }))),
    );

    expect(db.statements.filter((sql) => sql === 'START TRANSACTION')).toHaveLength(32);
    expect(await waiting()).toHaveLength(30);
  });

  it('gives every seat that is freed while others arrive to somebody', async () => {
    const caller = scimCaller(db.organizationId);
    const service = build();
    const [first, second] = [
      await service.createUser(caller, aProfile({ userName: 'a@example.com' })),
      await service.createUser(caller, aProfile({ userName: 'b@example.com' })),
    ];
    const leave = (id: string) =>
      service.changeUser(caller, id, (profile) => ({ ...profile, active: false }), { ifMatch: undefined });

    await Promise.all([
      ...Array.from({ length: 8 }, (_, n) => service.createUser(caller, aProfile({ userName: `new${n}@example.com` }))),
      leave(first.id),
      leave(second.id),
    ]);

    expect(await rows('SELECT COUNT(*) AS n FROM license_assignments WHERE is_open = 1')).toEqual([{ n: 2 }]);
    expect(await rows('SELECT assigned FROM license_pools WHERE organization_id = ?', [db.organizationId])).toEqual([
      { assigned: 2 },
    ]);
    expect(await waiting()).toHaveLength(6);
  });

  it('gives a reactivated user a free seat again and keeps its milestones and id', async () => {
    const caller = scimCaller(db.organizationId);
    const service = build();
    const user = await service.createUser(caller, aProfile());
    await service.changeUser(caller, user.id, (profile) => ({ ...profile, active: false }), { ifMatch: undefined });
    clock.advance(1000);

    const back = await service.changeUser(caller, user.id, (profile) => ({ ...profile, active: true }), {
      ifMatch: undefined,
    });

    expect(back).toMatchObject({ id: user.id, accountState: 'enabled', licensedAt: clock.now() });
    expect(await rows('SELECT state FROM user_state_intervals ORDER BY started_at, is_open')).toHaveLength(3);
    expect(await topics()).toEqual(['SeatAssigned', 'UserDeactivated', 'UserReactivated', 'SeatAssigned']);
  });

  it('writes nothing when an edit changes nothing', async () => {
    const caller = scimCaller(db.organizationId);
    const service = build();
    const user = await service.createUser(caller, aProfile());
    const before = await rows('SELECT COUNT(*) AS n FROM audit_entries');

    const again = await service.changeUser(caller, user.id, (profile) => ({ ...profile, extra: {} }), {
      ifMatch: undefined,
    });

    expect(again.rowVersion).toBe(1);
    expect(await rows('SELECT COUNT(*) AS n FROM audit_entries')).toEqual(before);
  });

  it('refuses a userName in another case, also while its owner is deactivated, and frees it by removal', async () => {
    const caller = scimCaller(db.organizationId);
    const service = build();
    const user = await service.createUser(caller, aProfile({ userName: 'Mixed@Example.com', active: false }));

    await expect(service.createUser(caller, aProfile({ userName: 'mixed@example.COM' }))).rejects.toMatchObject({
      code: 'user.user_name_taken',
    });
    await service.removeUser(caller, user.id, { ifMatch: undefined });
    const next = await service.createUser(caller, aProfile({ userName: 'mixed@example.COM' }));

    expect(next.id).not.toBe(user.id);
    await expect(service.getUser(caller, user.id)).rejects.toMatchObject({ code: 'user.not_found' });
    await expect(service.removeUser(caller, user.id, { ifMatch: undefined })).rejects.toMatchObject({
      code: 'user.not_found',
    });
  });

  it('lets exactly one of two parallel creates of one userName win', async () => {
    const caller = scimCaller(db.organizationId);
    const service = build();

    const results = await Promise.allSettled([
      service.createUser(caller, aProfile()),
      service.createUser(caller, aProfile()),
    ]);

    expect(results.map((one) => one.status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect(results.find((one) => one.status === 'rejected')).toMatchObject({
      reason: { code: 'user.user_name_taken' },
    });
  });

  it('keeps fifty parallel edits of one user', async () => {
    const caller = scimCaller(db.organizationId);
    const service = build();
    const user = await service.createUser(caller, aProfile());
    const role = (n: number) => ({
      attribute: 'roles',
      type: null,
      value: `role-${n}`,
      isPrimary: false,
      display: null,
      extra: null,
    });

    await Promise.all(
      Array.from({ length: 50 }, (_, n) =>
        service.changeUser(caller, user.id, (profile) => ({ ...profile, values: [...profile.values, role(n)] }), {
          ifMatch: undefined,
        }),
      ),
    );

    const after = await service.getUser(caller, user.id);
    expect(after.profile.values.filter((value) => value.attribute === 'roles')).toHaveLength(50);
    expect(after.rowVersion).toBe(51);
  });

  it('refuses a stale version and changes nothing', async () => {
    const caller = scimCaller(db.organizationId);
    const service = build();
    const user = await service.createUser(caller, aProfile());

    const attempt = service.changeUser(caller, user.id, (profile) => ({ ...profile, title: 'CEO' }), { ifMatch: [7] });

    await expect(attempt).rejects.toMatchObject({ code: 'version.stale' });
    expect((await service.getUser(caller, user.id)).profile.title).toBeNull();
  });

  it('links a manager that appears later, and never one of another organization', async () => {
    const service = build();
    const foreign = await service.createUser(
      scimCaller(db.secondOrganizationId),
      aProfile({ userName: 'boss@example.com' }),
    );
    const caller = scimCaller(db.organizationId);

    const byForeignId = await service.createUser(
      caller,
      aProfile({ userName: 'one@example.com', managerRaw: foreign.id }),
    );
    const early = await service.createUser(
      caller,
      aProfile({ userName: 'two@example.com', managerRaw: 'boss@example.com' }),
    );
    const boss = await service.createUser(caller, aProfile({ userName: 'boss@example.com', displayName: 'Boss' }));

    expect(byForeignId.managerUserId).toBeNull();
    expect(early.managerUserId).toBeNull();
    expect(await service.getUser(caller, early.id)).toMatchObject({
      managerUserId: boss.id,
      managerDisplayName: 'Boss',
    });
    expect((await service.getUser(caller, byForeignId.id)).managerUserId).toBeNull();
    expect(await rows("SELECT kind FROM provisioning_findings WHERE kind = 'unknown_manager'")).toHaveLength(2);
  });

  it('never shows, changes or removes a user of another organization', async () => {
    const service = build();
    const user = await service.createUser(scimCaller(db.organizationId), aProfile());
    const other = scimCaller(db.secondOrganizationId);

    await expect(service.getUser(other, user.id)).rejects.toMatchObject({ code: 'user.not_found' });
    await expect(
      service.changeUser(other, user.id, (profile) => profile, { ifMatch: undefined }),
    ).rejects.toMatchObject({ code: 'user.not_found' });
    await expect(service.removeUser(other, user.id, { ifMatch: undefined })).rejects.toMatchObject({
      code: 'user.not_found',
    });
    expect((await service.listUsers(other, { offset: 0, limit: 10 })).total).toBe(0);
  });

  it('takes events that came before their user, when the user appears', async () => {
    const caller = scimCaller(db.organizationId);
    const ingestion = createIngestion({ database: db.database, clock, newId });
    const event = {
      eventId: 'e-1',
      type: 'license.activated' as const,
      occurredAt: '2026-03-02 08:00:00.000000' as never,
      user: { id: null, externalId: null, email: 'Early.Bird@example.com' },
      device: null,
      launchId: null,
      data: {},
    };
    const first = await ingestion.ingest(caller, { source: 'app', events: [event] });

    const user = await build().createUser(caller, aProfile({ userName: 'early.bird@example.com' }));

    expect(first.counts.quarantined).toBe(1);
    expect((await build().getUser(caller, user.id)).milestones.activatedAt).toEqual(new Date('2026-03-02T08:00:00Z'));
  });

  it('reads a user back as sent: types in their case, order, further sub-attributes', async () => {
    const caller = scimCaller(db.organizationId);
    const values = [
      { attribute: 'emails', type: 'Work', value: 'A@Example.com', isPrimary: false, display: null, extra: null },
      { attribute: 'emails', type: 'home', value: 'b@example.com', isPrimary: true, display: 'B', extra: null },
      {
        attribute: 'addresses',
        type: 'work',
        value: null,
        isPrimary: true,
        display: null,
        extra: { country: 'DE', locality: 'Köln' },
      },
    ];

    const user = await build().createUser(
      caller,
      aProfile({ values, extra: { nickName: 'Tim', 'urn:x:2.0:User': { a: 'b' } } }),
    );

    const read = await build().getUser(caller, user.id);
    expect(read).toMatchObject({ email: 'b@example.com', country: 'DE' });
    expect(read.profile.values).toEqual(expect.arrayContaining(values));
    expect(read.profile.extra).toEqual({ nickName: 'Tim', 'urn:x:2.0:User': { a: 'b' } });
  });
});
