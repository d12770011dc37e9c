// Adoption through the real services: after any changes the counts of now, as of now and of the definition are one, the
// invariants hold, folding changes nothing, and what was counted for an instant is counted for it again later.
import * as fc from 'fast-check';
import type { IncomingEvent } from '../../src/domain/activity';
import type { AdoptionCounts } from '../../src/domain/adoption';
import { countsOf } from '../../src/domain/adoption';
import { instantText } from '../../src/domain/instant';
import { newId } from '../../src/ids';
import { countsAsOf, createAdoption } from '../../src/service/adoption';
import { createIngestion } from '../../src/service/ingestion';
import { createLicensing } from '../../src/service/licensing';
import { createProvisioning } from '../../src/service/provisioning';
import { aProfile, scimCaller, testClock } from '../support/builders';
import { useDatabase } from '../support/database';

describe('adoption', () => {
  const db = useDatabase({ seats: 3 });
  const clock = testClock();
  const caller = () => scimCaller(db.organizationId);
  const services = () => {
    const parts = { database: db.database, clock, newId };
    const ingestion = createIngestion(parts);
    const consequences = { endSignIns: async () => undefined, matchQuarantined: ingestion.matchQuarantined };
    const provisioning = createProvisioning({ ...parts, licensing: createLicensing({ newId }), consequences });
    return { adoption: createAdoption(parts), ingestion, provisioning };
  };
  const rows = async (sql: string): Promise<Record<string, unknown>[]> =>
    (await db.sql.query(sql, { organizationId: db.organizationId }))[0] as Record<string, unknown>[];
  const number = async (sql: string): Promise<number> => Number((await rows(sql))[0]?.['n']);
  const reference = async (asOf: string): Promise<AdoptionCounts> => {
    const found = await db.database.read(db.organizationId, (stores) => stores.adoptionView.referenceOverview(asOf));
    return countsOf(found.totalLicense, found.sums);
  };
  const anEvent = (over: Partial<IncomingEvent> & Pick<IncomingEvent, 'type'>): IncomingEvent => ({
    eventId: newId(),
    occurredAt: instantText(clock.now()),
    user: { id: null, externalId: null, email: 'user-0@example.com' },
    device: null,
    launchId: null,
    data: {},
    ...over,
  });

  beforeEach(() => clock.set('2026-03-02T09:00:00Z'));

  it('answers the same before and after folding, however many fold at once, and after a rebuild', async () => {
    const { adoption, provisioning, ingestion } = services();
    for (const name of ['user-0', 'user-1', 'user-2', 'user-3']) {
      await provisioning.createUser(caller(), aProfile({ userName: `${name}@example.com` }));
    }
    await ingestion.ingest(caller(), { source: 's', events: [anEvent({ type: 'item.added' })] });
    const before = await adoption.overview(caller());

    const folded = await Promise.all([adoption.foldCounts(), adoption.foldCounts(), adoption.foldCounts()]);

    expect(folded.reduce((sum, some) => sum + some)).toBe(5);
    expect(before).toMatchObject({ totalLicense: 3, assignedLicense: 3, usingApp: 1, activeUsers: 1 });
    expect(await adoption.overview(caller())).toEqual(before);
    await ingestion.ingest(caller(), { source: 's', events: [anEvent({ type: 'extension.connected' })] });
    await db.sql.query('UPDATE adoption_counts SET people = people + 7');
    await adoption.rebuildCounts(db.organizationId);
    expect(await adoption.overview(caller())).toEqual({
      ...before,
      connectedExtension: 1,
      connectedExtensionPending: 0,
    });
    expect(await number('SELECT COUNT(*) AS n FROM adoption_deltas')).toBe(0);
  });

  it('loses no move that is written while others fold', async () => {
    const { adoption, provisioning } = services();
    const make = (index: number) =>
      provisioning.createUser(caller(), aProfile({ userName: `user-${index}@example.com` }));

    const work = Array.from({ length: 12 }, (_, index) => [make(index), adoption.foldCounts()]).flat();
    await Promise.all([...work, adoption.rebuildCounts(db.organizationId)]);
    await adoption.foldCounts();

    const kept = await db.database.read(db.organizationId, ({ adoptionCounts }) => adoptionCounts.list());
    const counted = await db.database.read(db.organizationId, ({ adoptionCounts }) => adoptionCounts.recount());
    expect(kept).toEqual(counted.buckets);
    expect(kept.reduce((sum, { people }) => sum + people, 0)).toBe(12);
  });

  it('counts use exactly thirty days ago and not a microsecond more, from the histogram too', async () => {
    const { adoption, provisioning, ingestion } = services();
    for (const name of ['user-0', 'user-1']) {
      await provisioning.createUser(caller(), aProfile({ userName: `${name}@example.com` }));
    }
    const used = (email: string, occurredAt: string) =>
      anEvent({ type: 'vault.created', occurredAt, user: { id: null, externalId: null, email } });
    await ingestion.ingest(caller(), {
      source: 's',
      events: [
        used('user-0@example.com', '2026-01-31 09:00:00.000000'),
        used('user-1@example.com', '2026-01-31 08:59:59.999999'),
      ],
    });

    const open = await adoption.overview(caller());
    await adoption.foldCounts();
    const folded = await adoption.overview(caller());
    clock.advance(1);
    const later = await adoption.overview(caller());

    expect([open, folded, later].map(({ activeUsers, inactiveUsers }) => [activeUsers, inactiveUsers])).toEqual([
      [1, 1],
      [1, 1],
      [0, 2],
    ]);
  });

  type Step = {
    kind: 'create' | 'off' | 'on' | 'remove' | 'event' | 'fold';
    who: number;
    type: IncomingEvent['type'];
    days: number;
  };
  const types = [
    'license.activated',
    'vault.created',
    'item.added',
    'extension.connected',
    'autofill.used',
    'app.opened',
  ] as const;
  const aStep = fc.record<Step>({
    kind: fc.constantFrom('create', 'create', 'off', 'on', 'remove', 'event', 'event', 'event', 'event', 'fold'),
    who: fc.nat(5),
    type: fc.constantFrom(...types),
    days: fc.integer({ min: 0, max: 80 }),
  });

  /** Does one step on whoever has the name now; the clock has moved on a little before, now and then by weeks. */
  const perform = async (step: Step): Promise<void> => {
    const { adoption, ingestion, provisioning } = services();
    clock.advance(1000 + (step.days > 60 ? step.days * 6 * 3_600_000 : step.days * 60_000));
    const email = `user-${step.who}@example.com`;
    const [found] = (await db.sql.query(
      `SELECT id FROM users WHERE organization_id = ? AND email_key = ? AND account_state <> 'removed'`,
      [db.organizationId, email],
    )) as unknown as [{ id: string }[]];
    const id = found[0]?.id;
    if (step.kind === 'fold') await adoption.foldCounts();
    if (step.kind === 'create' && !id) await provisioning.createUser(caller(), aProfile({ userName: email }));
    if (step.kind === 'event') {
      const occurredAt = instantText(new Date(clock.now().getTime() - step.days * 86_400_000));
      const user = { id: null, externalId: null, email };
      await ingestion.ingest(caller(), { source: 's', events: [anEvent({ type: step.type, occurredAt, user })] });
    }
    if (!id) return;
    const options = { ifMatch: undefined };
    if (step.kind === 'remove') await provisioning.removeUser(caller(), id, options);
    if (step.kind === 'off' || step.kind === 'on') {
      const active = step.kind === 'on';
      await provisioning.changeUser(caller(), id, (profile) => ({ ...profile, active }), options);
    }
  };

  const expectInvariants = async (c: AdoptionCounts, asOf: string): Promise<void> => {
    const over = Math.max(c.assignedLicense - c.totalLicense, 0);
    const enabled = await number(
      `SELECT COUNT(*) AS n FROM users WHERE organization_id = ${db.organizationId} AND account_state = 'enabled'`,
    );
    expect(c.totalLicense).toBe(c.assignedLicense + c.unassignedLicense - over);
    expect(c.assignedLicense).toBe(c.activatedLicense + c.activationPending);
    expect(c.activatedLicense).toBe(c.onboardedUsers + c.appSetupPending);
    expect(c.onboardedUsers).toBe(c.usingApp + c.usagePending);
    expect([c.addedItems, c.connectedExtension + c.connectedExtensionPending]).toEqual([c.usingApp, c.usingApp]);
    expect(c.usingAutofill + c.usingAutofillPending).toBe(c.usingApp);
    expect(c.totalUsers).toBe(c.activeUsers + c.inactiveUsers);
    expect(c.assignedLicense).toBeLessThanOrEqual(enabled);
    expect(c.onboardedUsers).toBeLessThanOrEqual(c.totalUsers);
    expect(c).toEqual(await reference(asOf));
  };

  const overlaps = (table: string, from: string, until: string, where: string): string =>
    `SELECT COUNT(*) AS n FROM ${table} a JOIN ${table} b ON a.user_id = b.user_id AND a.id < b.id
      AND a.${from} < COALESCE(b.${until}, '9999-01-01') AND b.${from} < COALESCE(a.${until}, '9999-01-01') WHERE ${where}`;
  const gaps = (table: string, from: string, until: string): string =>
    `SELECT COUNT(*) AS n FROM ${table} a WHERE a.${until} IS NOT NULL AND NOT EXISTS (SELECT 1 FROM ${table} b WHERE b.user_id = a.user_id AND b.${from} = a.${until})`;

  /** The current copy of every user against its history. */
  const strays = `SELECT COUNT(*) AS n FROM users u WHERE NOT (
      u.account_state = (SELECT s.state FROM user_state_intervals s WHERE s.user_id = u.id AND s.is_open = 1)
      AND u.state_since = (SELECT s.started_at FROM user_state_intervals s WHERE s.user_id = u.id AND s.is_open = 1)
      AND u.licensed_at <=> (SELECT l.assigned_at FROM license_assignments l WHERE l.user_id = u.id AND l.app_open = 1)
      AND u.activated_at <=> (SELECT MIN(m.occurred_at) FROM user_milestones m WHERE m.user_id = u.id AND m.milestone = 'activated')
      AND u.onboarded_at <=> (SELECT MIN(m.occurred_at) FROM user_milestones m WHERE m.user_id = u.id AND m.milestone = 'onboarded')
      AND u.items_added_at <=> (SELECT MIN(m.occurred_at) FROM user_milestones m WHERE m.user_id = u.id AND m.milestone = 'items_added')
      AND u.returned_at <=> (SELECT MIN(m.occurred_at) FROM user_milestones m WHERE m.user_id = u.id AND m.milestone = 'returned')
      AND u.last_used_at <=> (SELECT MAX(d.last_at) FROM user_activity_days d WHERE d.user_id = u.id))`;

  const emptyOrganization = async (): Promise<void> => {
    const tables = ['event_quarantine', 'activity_events', 'user_milestones', 'user_activity_days', 'adoption_deltas'];
    const more = [
      'adoption_counts',
      'license_claims',
      'license_assignments',
      'license_waitlist',
      'user_state_intervals',
    ];
    const rest = ['user_profile_versions', 'user_values', 'provisioning_findings', 'users'];
    for (const table of [...tables, ...more, ...rest]) await db.sql.query(`DELETE FROM ${table}`);
    await db.sql.query('UPDATE license_pools SET assigned = 0');
  };

  it('keeps every invariant after any changes, and counts a past instant as it was counted then', async () => {
    const { adoption } = services();

    await fc.assert(
      fc.asyncProperty(fc.array(aStep, { minLength: 5, maxLength: 25 }), async (steps) => {
        await emptyOrganization();
        clock.set('2026-03-02T09:00:00Z');
        const seen: { at: Date; counts: object }[] = [];
        const count = (at: Date) => db.database.inSnapshot(db.organizationId, (stores) => countsAsOf(stores, at, at));

        for (const step of steps) {
          await perform(step);
          const now = clock.now();
          const counts = await adoption.overview(caller());
          await expectInvariants(counts, instantText(now));
          expect(await adoption.overviewAsOf(caller(), instantText(now))).toEqual(counts);
          seen.push({ at: now, counts: await count(now) });
        }

        for (const { at, counts } of seen) {
          expect(await count(at)).toEqual(counts);
          expect(await adoption.overviewAsOf(caller(), instantText(at))).toEqual(await reference(instantText(at)));
        }
        expect(await number(overlaps('user_state_intervals', 'started_at', 'ended_at', '1 = 1'))).toBe(0);
        expect(
          await number(overlaps('license_assignments', 'assigned_at', 'released_at', 'a.is_app = 1 AND b.is_app = 1')),
        ).toBe(0);
        expect(await number(overlaps('user_profile_versions', 'valid_from', 'valid_to', '1 = 1'))).toBe(0);
        expect(await number(gaps('user_state_intervals', 'started_at', 'ended_at'))).toBe(0);
        expect(await number(strays)).toBe(0);
      }),
      { numRuns: 25 },
    );
  }, 240_000);
});
