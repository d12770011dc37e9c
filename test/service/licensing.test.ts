// S29, S30: every source of licenses against the real database: claims, seats, queues, findings.
import { newId } from '../../src/ids';
import { createLicenseRules, type RuleWish } from '../../src/service/license-rules';
import { createLicenseSwitch } from '../../src/service/license-switch';
import { createLicensing } from '../../src/service/licensing';
import { createMembership } from '../../src/service/membership';
import { createPools } from '../../src/service/pools';
import { createProvisioning, type Provisioning } from '../../src/service/provisioning';
import type { Caller } from '../../src/domain/caller';
import { sameMembers } from '../../src/domain/group';
import type { ProfileValue, UserProfile } from '../../src/domain/user';
import { aProfile, scimCaller, testClock } from '../support/builders';
import { useDatabase } from '../support/database';
import { claimedBy, heldBy, useLicenseChecks, rowsOf } from '../support/licenses';

const extension = 'urn:ietf:params:scim:schemas:extension:uptake:2.0:User';

/** People made ten at a time; answers their ids. */
async function addPeople(provisioning: Provisioning, caller: Caller, count: number): Promise<string[]> {
  const ids: string[] = [];
  while (ids.length < count) {
    const names = Array.from({ length: 10 }, (_, n) => `crowd${ids.length + n}@example.com`);
    const made = await Promise.all(
      names.map((userName) => provisioning.createUser(caller, aProfile({ userName, values: [] }))),
    );
    ids.push(...made.map(({ id }) => id));
  }
  return ids;
}

describe('licenses', () => {
  const db = useDatabase({ seats: 2 });
  useLicenseChecks(db);
  const clock = testClock();
  let serial = 0;

  function build() {
    const parts = { database: db.database, clock, newId, licensing: createLicensing({ newId }) };
    const caller = scimCaller(db.organizationId);
    const consequences = { endSignIns: async () => undefined, matchQuarantined: async () => 0 };
    const provisioning = createProvisioning({ ...parts, consequences });
    const rules = createLicenseRules({ ...parts, pageSize: 3 });
    const pools = createPools({ ...parts, pageSize: 3 });
    const membership = createMembership(parts);
    const edit = (id: string, over: Partial<UserProfile>) => {
      clock.advance(1000);
      return provisioning.changeUser(caller, id, (profile) => ({ ...profile, ...over }), { ifMatch: undefined });
    };
    return {
      ...parts,
      caller,
      provisioning,
      membership,
      addGroup: async (displayName: string) =>
        (await membership.createGroup(caller, { displayName, externalId: null }, sameMembers, { upTo: 0 })).group.id,
      move: (groupId: string, people: Readonly<Record<string, boolean>>) => {
        const members = { others: 'stay' as const, wanted: new Map(Object.entries(people)) };
        const options = { upTo: 0, ifMatch: undefined };
        return membership.changeGroup(caller, groupId, { edit: (it) => it, members }, options);
      },
      rules,
      pools,
      admin: createLicenseSwitch(parts),
      add: (over: Partial<UserProfile> = {}) => {
        clock.advance(1000);
        return provisioning.createUser(caller, aProfile({ userName: `user${(serial += 1)}@example.com`, ...over }));
      },
      edit,
      setActive: (id: string, active: boolean) => edit(id, { active }),
      endAuto: async () => {
        const all = await rules.list(caller);
        for (const rule of all.filter((it) => it.source === 'auto')) await rules.end(caller, rule.id);
      },
      addRule: (wish: RuleWish) => rules.add(caller, wish),
    };
  }

  const role = (value: string | null, display: string | null = null, attribute = 'roles'): ProfileValue => {
    return { attribute, type: null, value, isPrimary: false, display, extra: null };
  };
  const license = (text: string): { extra: UserProfile['extra'] } => ({
    extra: { [extension]: { license: text } },
  });
  const findings = async () =>
    rowsOf(db, 'SELECT kind, detail, resolved_at IS NULL AS open FROM provisioning_findings');

  beforeEach(() => clock.set('2026-03-02T09:00:00Z'));

  describe('S29: sources', () => {
    const cases: [string, Partial<UserProfile>, string[], string[]][] = [
      ['no role gives nothing', {}, [], []],
      ['a role by its value', { values: [role('APP')] }, ['APP by roles'], []],
      ['a role in another case', { values: [role('app ')] }, ['APP by roles'], []],
      ['a role by its display', { values: [role('5d1c', 'App')] }, ['APP by roles'], []],
      ['a role by a name of the rule', { values: [role('Extra.User')] }, ['EXTRA by roles'], []],
      ['value before display', { values: [role('EXTRA', 'APP')] }, ['EXTRA by roles'], []],
      ['an entitlement', { values: [role('APP', null, 'entitlements')] }, ['APP by roles'], []],
      ['two roles for one pool', { values: [role('EXTRA'), role('extra.user')] }, ['EXTRA by roles'], []],
      ['an unknown role', { values: [role('Nobody'), role('APP')] }, ['APP by roles'], ['nobody']],
      ['the extension', license('APP'), ['APP by extension'], []],
      ['codes with semicolons', license(' app ;EXTRA; '), ['APP by extension', 'EXTRA by extension'], []],
      ['none', license('None'), [], []],
      ['an unknown code', license('GOLD'), [], ['gold']],
      ['role and extension', { values: [role('APP')], ...license('APP') }, ['APP by roles'], []],
    ];
    it.each(cases)('%s', async (_, over, held, unmapped) => {
      const it = build();
      await it.pools.set(it.caller, 'EXTRA', { seats: 5, isAddOn: true });
      await it.endAuto();
      for (const poolCode of ['APP', 'EXTRA']) {
        await it.addRule({ source: 'roles', poolCode });
        await it.addRule({ source: 'extension', poolCode });
      }
      await it.addRule({ source: 'roles', poolCode: 'EXTRA', match: 'extra.USER' });

      const made = await it.add(over);
      const later = await it.add();
      const changed = await it.edit(later.id, over);

      expect(await heldBy(db, made.id)).toEqual(held);
      expect(await heldBy(db, later.id)).toEqual(held);
      expect(made.licensedAt !== null).toBe(held.some((one) => one.startsWith('APP')));
      expect(changed.appPoolId).toBe(made.appPoolId);
      const found = (await findings()).map((row) => row['detail']);
      expect(found).toEqual(unmapped.length === 0 ? [] : [{ codes: unmapped }, { codes: unmapped }]);
    });

    it('a whole array replaced takes away what is no longer in it, and a claim that stays is seen again', async () => {
      const it = build();
      await it.pools.set(it.caller, 'EXTRA', { seats: 5, isAddOn: true });
      await it.endAuto();
      for (const poolCode of ['APP', 'EXTRA']) await it.addRule({ source: 'roles', poolCode });
      const user = await it.add({ values: [role('APP'), role('EXTRA')] });

      const after = await it.edit(user.id, { values: [role('EXTRA')] });

      expect(after.licensedAt).toBeNull();
      expect(await heldBy(db, user.id)).toEqual(['EXTRA by roles']);
      const claims = await rowsOf(
        db,
        'SELECT p.code, c.claimed_at < c.last_seen_at AS seen_again, c.withdrawn_at IS NOT NULL AS gone FROM license_claims c JOIN license_pools p ON p.id = c.pool_id ORDER BY p.code',
      );
      expect(claims).toEqual([
        { code: 'APP', seen_again: 0, gone: 1 },
        { code: 'EXTRA', seen_again: 1, gone: 0 },
      ]);
      expect(await rowsOf(db, 'SELECT release_reason FROM license_assignments WHERE is_open IS NULL')).toEqual([
        { release_reason: 'claim_withdrawn' },
      ]);
      const topics = await rowsOf(db, 'SELECT topic FROM outbox ORDER BY id DESC LIMIT 1');
      expect(topics).toEqual([{ topic: 'SeatReleased' }]);
    });

    it('one of two sources withdrawn leaves the seat, the last one takes it', async () => {
      const it = build();
      await it.addRule({ source: 'roles', poolCode: 'APP' });
      const user = await it.add({ values: [role('APP')] });
      const claims = await claimedBy(db, user.id);

      await it.edit(user.id, { values: [] });
      const kept = await heldBy(db, user.id);
      await it.endAuto();

      expect(claims).toEqual(['APP by auto', 'APP by roles']);
      expect(kept).toEqual(['APP by auto']);
      expect(await heldBy(db, user.id)).toEqual([]);
      expect((await it.provisioning.getUser(it.caller, user.id)).licensedAt).toBeNull();
    });

    it('a finding is closed when the code is gone', async () => {
      const it = build();
      const user = await it.add({ values: [role('Typo')] });

      await it.edit(user.id, { values: [] });

      expect(await findings()).toEqual([{ kind: 'unmapped_role', detail: { codes: ['typo'] }, open: 0 }]);
      expect(await heldBy(db, user.id)).toEqual(['APP by auto']);
    });

    it('a role of a deactivated user is remembered and counts when it comes back', async () => {
      const it = build();
      await it.endAuto();
      await it.addRule({ source: 'roles', poolCode: 'APP' });
      const user = await it.add({ values: [role('APP')] });

      await it.edit(user.id, { active: false, values: [] });
      const none = await claimedBy(db, user.id);
      await it.edit(user.id, { values: [role('APP')] });
      const asleep = await heldBy(db, user.id);
      await it.setActive(user.id, true);

      expect(none).toEqual([]);
      expect(asleep).toEqual([]);
      expect(await heldBy(db, user.id)).toEqual(['APP by roles']);
    });

    it('membership of a mapped group is a claim; leaving one of two groups leaves the seat', async () => {
      const it = build();
      await it.endAuto();
      const [sales, staff] = [await it.addGroup('Sales'), await it.addGroup('Staff')];
      await it.addRule({ source: 'groups', poolCode: 'APP', match: 'sales' });
      await it.addRule({ source: 'groups', poolCode: 'APP', match: staff });
      const [a, b] = [await it.add(), await it.add({ active: false })];
      const join = (groupId: string) => it.move(groupId, { [a.id]: true, [b.id]: true });
      const leave = (groupId: string) => it.move(groupId, { [a.id]: false, [b.id]: false });

      await join(sales);
      await join(sales);
      await join(staff);
      const both = [await claimedBy(db, a.id), await claimedBy(db, b.id)];
      await leave(sales);
      const one = await heldBy(db, a.id);
      await it.setActive(b.id, true);
      const back = await heldBy(db, b.id);
      await leave(staff);

      expect(both).toEqual([
        ['APP by groups', 'APP by groups'],
        ['APP by groups', 'APP by groups'],
      ]);
      expect([one, back]).toEqual([['APP by groups'], ['APP by groups']]);
      expect([await heldBy(db, a.id), await heldBy(db, b.id)]).toEqual([[], []]);
    });

    it('who joins and who leaves in one change swap their claims, and a freed seat goes to the queue first', async () => {
      const it = build();
      await it.endAuto();
      await it.pools.set(it.caller, 'APP', { seats: 1 });
      const group = await it.addGroup('Sales');
      await it.addRule({ source: 'groups', poolCode: 'APP', match: 'SALES' });
      const [a, b, c] = [await it.add(), await it.add(), await it.add()];
      await it.move(group, { [a.id]: true });
      await it.move(group, { [b.id]: true });
      const before = [await heldBy(db, a.id), await heldBy(db, b.id)];

      await it.move(group, { [a.id]: false, [c.id]: true });

      expect(before).toEqual([['APP by groups'], ['APP?']]);
      expect([await heldBy(db, a.id), await heldBy(db, b.id), await heldBy(db, c.id)]).toEqual([
        [],
        ['APP by groups'],
        ['APP?'],
      ]);
    });

    it('a removed group ends its rules and what they granted; the group after it begins without', async () => {
      const it = build();
      await it.endAuto();
      const group = await it.addGroup('Ökonomie 漢');
      const { rule } = await it.addRule({ source: 'groups', poolCode: 'APP', match: 'ÖKONOMIE 漢' });
      const user = await it.add();
      await it.move(group, { [user.id]: true });
      const held = await heldBy(db, user.id);

      await it.membership.removeGroup(it.caller, group, { ifMatch: undefined });
      const next = await it.addGroup('Ökonomie 漢');
      await it.move(next, { [user.id]: true });

      expect(held).toEqual(['APP by groups']);
      expect([await heldBy(db, user.id), await claimedBy(db, user.id)]).toEqual([[], []]);
      expect(await it.rules.list(it.caller)).toContainEqual(
        expect.objectContaining({ id: rule.id, endedAt: clock.now(), pendingAfter: null }),
      );
      const ended = "SELECT target_id FROM audit_entries WHERE action = 'license_rule.ended' ORDER BY id DESC LIMIT 1";
      expect(await rowsOf(db, ended)).toEqual([{ target_id: rule.id }]);
      await expect(it.addRule({ source: 'groups', poolCode: 'APP', match: group })).rejects.toMatchObject({
        code: 'rule.group_unknown',
      });
    });

    it('a rule that begins while people join leaves nobody out', async () => {
      const it = build();
      await it.endAuto();
      await it.pools.set(it.caller, 'APP', { seats: 20 });
      const group = await it.addGroup('Sales');
      const people = await Promise.all(Array.from({ length: 20 }, () => it.add()));

      await Promise.all([
        ...people.slice(0, 10).map(({ id }) => it.move(group, { [id]: true })),
        it.addRule({ source: 'groups', poolCode: 'APP', match: group }),
        ...people.slice(10).map(({ id }) => it.move(group, { [id]: true })),
      ]);

      expect(await rowsOf(db, 'SELECT COUNT(*) AS n FROM license_assignments WHERE is_open = 1')).toEqual([{ n: 20 }]);
    });

    it('a change of a group without a rule asks once whether there is one, whoever moves', async () => {
      const it = build();
      const [group, people] = [await it.addGroup('Sales'), [await it.add(), await it.add(), await it.add()]];
      const move = async (isMember: boolean) => {
        db.statements.length = 0;
        await it.move(group, Object.fromEntries(people.map(({ id }) => [id, isMember])));
        return db.statements.filter((sql) => /license|claims|pools/.test(sql));
      };

      const asked = [await move(true), await move(false)];

      expect(asked).toEqual([[expect.stringContaining('FROM license_rules')], [asked[0]![0]]]);
    });

    it('a thousand members of a mapped group join and leave with few statements', async () => {
      const it = build();
      await it.endAuto();
      await it.pools.set(it.caller, 'APP', { seats: 600 });
      const group = await it.addGroup('Everybody');
      await it.addRule({ source: 'groups', poolCode: 'APP', match: group });
      const people = await addPeople(it.provisioning, it.caller, 1000);
      const count = async (what: string) =>
        (await rowsOf(db, `SELECT COUNT(*) AS n FROM ${what} WHERE is_open = 1`))[0];
      const move = async (isMember: boolean) => {
        db.statements.length = 0;
        await it.move(group, Object.fromEntries(people.map((id) => [id, isMember])));
        return db.statements.length;
      };

      const joining = await move(true);
      const [seated, waiting] = [await count('license_assignments'), await count('license_waitlist')];
      const leaving = await move(false);

      expect([seated, waiting]).toEqual([{ n: 600 }, { n: 400 }]);
      expect([await count('license_assignments'), await count('license_waitlist')]).toEqual([{ n: 0 }, { n: 0 }]);
      expect(joining).toBeLessThanOrEqual(26);
      expect(leaving).toBeLessThanOrEqual(26);
    }, 60_000);
  });

  describe('the switch of an admin', () => {
    it('a deny beats every grant, also of later cycles, until the switch is on again', async () => {
      const it = build();
      await it.addRule({ source: 'roles', poolCode: 'APP' });
      const user = await it.add();

      await it.admin.release(it.caller, user.id);
      await it.edit(user.id, { values: [role('APP')] });
      await it.setActive(user.id, false);
      await it.setActive(user.id, true);
      const off = [await heldBy(db, user.id), await claimedBy(db, user.id)];
      await it.admin.assign(it.caller, user.id);

      expect(off).toEqual([[], ['APP by auto', 'APP by roles', 'no APP by admin']]);
      expect(await heldBy(db, user.id)).toEqual(['APP by auto']);
      expect(await claimedBy(db, user.id)).toEqual(['APP by admin', 'APP by auto', 'APP by roles']);
    });

    it('an own grant survives what the directory takes away', async () => {
      const it = build();
      await it.endAuto();
      const user = await it.add();

      await it.admin.assign(it.caller, user.id);
      await it.admin.assign(it.caller, user.id);
      await it.edit(user.id, { title: 'CEO', values: [role('Other')] });

      expect(await heldBy(db, user.id)).toEqual(['APP by admin']);
      await expect(it.admin.assign(it.caller, newId())).rejects.toMatchObject({ code: 'user.not_found' });
      await expect(it.admin.assign(it.caller, user.id, { poolCode: 'NO' })).rejects.toMatchObject({
        code: 'pool.not_found',
      });
    });

    it('a second app pool rests and is taken only when an admin moves the seat there', async () => {
      const it = build();
      await it.pools.set(it.caller, 'PRO', { seats: 1 });
      await it.addRule({ source: 'roles', poolCode: 'PRO' });
      const user = await it.add();
      const other = await it.add();

      await it.edit(user.id, { values: [role('PRO')] });
      const resting = await heldBy(db, user.id);
      await it.admin.assign(it.caller, user.id, { poolCode: 'PRO', move: true });
      const moved = await heldBy(db, user.id);
      await it.admin.assign(it.caller, other.id, { poolCode: 'PRO', move: true });

      expect(resting).toEqual(['APP by auto']);
      expect(moved).toEqual(['PRO by roles']);
      expect(await heldBy(db, other.id)).toEqual(['APP by auto']);
      expect((await it.provisioning.getUser(it.caller, user.id)).licensedAt).not.toBeNull();
    });
  });

  describe('pools', () => {
    it('the seat is in the free app pool with the lowest order; when all are full the user waits in each', async () => {
      const it = build();
      await it.pools.set(it.caller, 'PRO', { seats: 1 });
      await it.addRule({ source: 'auto', poolCode: 'PRO' });
      const [a, b, c, d, e] = [await it.add(), await it.add(), await it.add(), await it.add(), await it.add()];
      const full = await heldBy(db, d.id);

      await it.setActive(c.id, false);
      const promoted = await heldBy(db, d.id);
      await it.setActive(a.id, false);

      expect(full).toEqual(['APP?', 'PRO?']);
      expect(promoted).toEqual(['PRO by auto']);
      expect(await heldBy(db, e.id)).toEqual(['APP by auto']);
      expect(await heldBy(db, b.id)).toEqual(['APP by auto']);
    });

    it('an add-on stands beside the app and has a queue of its own', async () => {
      const it = build();
      await it.pools.set(it.caller, 'EXTRA', { seats: 1, isAddOn: true });
      await it.addRule({ source: 'auto', poolCode: 'EXTRA' });
      const [a, b] = [await it.add(), await it.add()];
      const before = [await heldBy(db, a.id), await heldBy(db, b.id)];

      await it.admin.release(it.caller, a.id, { poolCode: 'EXTRA' });

      expect(before).toEqual([
        ['APP by auto', 'EXTRA by auto'],
        ['APP by auto', 'EXTRA?'],
      ]);
      expect([await heldBy(db, a.id), await heldBy(db, b.id)]).toEqual([
        ['APP by auto'],
        ['APP by auto', 'EXTRA by auto'],
      ]);
    });

    it('more seats go to the oldest waiters, fewer evict nobody, and the past stays as it was', async () => {
      const it = build();
      const people = [];
      for (let n = 0; n < 12; n += 1) people.push(await it.add());
      clock.advance(60_000);

      const more = await it.pools.set(it.caller, 'app', { seats: 9 });
      clock.advance(60_000);
      const fewer = await it.pools.set(it.caller, 'APP', { seats: 1 });
      await it.setActive(people[0]!.id, false);

      expect(more).toMatchObject({ code: 'APP', seats: 9, assigned: 9, waitlisted: 3 });
      expect(fewer).toMatchObject({ seats: 1, assigned: 9, waitlisted: 3 });
      expect(await heldBy(db, people[8]!.id)).toEqual(['APP by auto']);
      expect(await heldBy(db, people[9]!.id)).toEqual(['APP?']);
      expect(await it.pools.list(it.caller)).toMatchObject([{ code: 'APP', assigned: 8 }]);
      const terms = await rowsOf(
        db,
        'SELECT seats, ended_at IS NULL AS open FROM license_pool_terms WHERE organization_id = ? ORDER BY started_at',
        [db.organizationId],
      );
      expect(terms).toEqual([
        { seats: 2, open: 0 },
        { seats: 9, open: 0 },
        { seats: 1, open: 1 },
      ]);
    });

    it('a pool that allows more gives above its seats', async () => {
      const it = build();
      const early = [await it.add(), await it.add(), await it.add()];

      const pool = await it.pools.set(it.caller, 'APP', { overSeat: 'allow' });
      const late = await it.add();

      expect(pool).toMatchObject({ seats: 2, assigned: 3, waitlisted: 0, overSeat: 'allow' });
      expect(await heldBy(db, early[2]!.id)).toEqual(['APP by auto']);
      expect(await heldBy(db, late.id)).toEqual(['APP by auto']);
    });

    it.each(['roles', 'extension', 'groups', 'admin'] as const)(
      'S30: of twenty who ask by %s at once one gets the last seat, and a freed one goes to the oldest',
      async (source) => {
        const it = build();
        await it.endAuto();
        const group = await it.addGroup('Sales');
        if (source !== 'admin')
          await it.addRule({ source, poolCode: 'APP', ...(source === 'groups' && { match: group }) });
        const people = [];
        for (let n = 0; n < 21; n += 1) people.push(await it.add());
        const ask = (id: string) => {
          if (source === 'roles') return it.edit(id, { values: [role('APP')] });
          if (source === 'extension') return it.edit(id, license('APP'));
          if (source === 'admin') return it.admin.assign(it.caller, id);
          return it.move(group, { [id]: true });
        };
        await ask(people[0]!.id);

        await Promise.all(people.slice(1).map((user) => ask(user.id)));
        const waiting = await rowsOf(
          db,
          'SELECT user_id FROM license_waitlist WHERE is_open = 1 ORDER BY waiting_since, id',
        );
        await it.setActive(people[0]!.id, false);

        expect(waiting).toHaveLength(19);
        expect(await heldBy(db, waiting[0]!['user_id'] as string)).toEqual([`APP by ${source}`]);
      },
    );
  });

  describe('rules', () => {
    it('a rule that begins claims for everybody in pages, one that ends withdraws, and both can be repeated', async () => {
      const it = build();
      await it.endAuto();
      const people = [];
      for (let n = 0; n < 8; n += 1) people.push(await it.add({ active: n !== 7 }));

      const made = await it.addRule({ source: 'auto', poolCode: 'APP' });
      const again = await it.addRule({ source: 'auto', poolCode: 'APP' });
      const claims = await rowsOf(db, 'SELECT COUNT(*) AS n FROM license_claims WHERE is_open = 1');
      const waiting = await rowsOf(db, 'SELECT COUNT(*) AS n FROM license_waitlist WHERE is_open = 1');
      const ended = await it.rules.end(it.caller, made.rule.id);
      const twice = await it.rules.end(it.caller, made.rule.id);

      expect([made.people, again.people, again.rule.id]).toEqual([8, 0, made.rule.id]);
      expect([claims, waiting]).toEqual([[{ n: 8 }], [{ n: 5 }]]);
      expect([ended.people, twice.people]).toEqual([8, 0]);
      expect(await rowsOf(db, 'SELECT COUNT(*) AS n FROM license_assignments WHERE is_open = 1')).toEqual([{ n: 0 }]);
      await expect(it.rules.end(it.caller, newId())).rejects.toMatchObject({ code: 'rule.not_found' });
      await expect(it.addRule({ source: 'groups', poolCode: 'APP' })).rejects.toMatchObject({ code: 'input.invalid' });
      await expect(it.addRule({ source: 'groups', poolCode: 'APP', match: 'none' })).rejects.toMatchObject({
        code: 'rule.group_unknown',
        message: expect.stringMatching(/"none".*displayName.*provision it first/) as unknown,
      });
    });

    it('a rule that ends gives no seat to somebody who waits by it alone, but to who waits by another one', async () => {
      const it = build();
      await it.endAuto();
      await Promise.all(Array.from({ length: 8 }, () => it.add()));
      const { rule } = await it.addRule({ source: 'auto', poolCode: 'APP' });
      const other = await it.add({ values: [role('APP')] });
      clock.advance(1000);
      await it.addRule({ source: 'roles', poolCode: 'APP' });

      await it.rules.end(it.caller, rule.id);

      const given = await rowsOf(
        db,
        "SELECT target_id AS id FROM audit_entries WHERE action = 'license.assigned' AND JSON_EXTRACT(detail, '$.cause') = 'freed_seat'",
      );
      expect(given).toEqual([{ id: other.id }]);
    });

    it('a rule that was stopped on its way goes on where it was', async () => {
      const it = build();
      await it.endAuto();
      const people = [];
      for (let n = 0; n < 8; n += 1) people.push(await it.add());
      let pages = 0;
      const stopping: typeof it.licensing = {
        ...it.licensing,
        edit: async (...args) => {
          pages += 1;
          if (pages === 3) throw new Error('stopped');
          return it.licensing.edit(...args);
        },
      };
      const broken = createLicenseRules({ database: db.database, clock, newId, licensing: stopping, pageSize: 3 });

      const stopped = await broken.add(it.caller, { source: 'auto', poolCode: 'APP' }).catch((error: Error) => error);
      const [between] = await rowsOf(db, 'SELECT COUNT(*) AS n FROM license_claims WHERE is_open = 1');
      const rest = await it.addRule({ source: 'auto', poolCode: 'APP' });

      expect(stopped).toBeInstanceOf(Error);
      expect(between).toEqual({ n: 6 });
      expect([rest.people, rest.rule.pendingAfter]).toEqual([2, null]);
      expect(await rowsOf(db, 'SELECT COUNT(*) AS n FROM license_claims WHERE is_open = 1')).toEqual([{ n: 8 }]);
    });

    it('a rule that begins or ends while people come and change leaves nobody out', async () => {
      const it = build();
      await it.endAuto();
      await it.pools.set(it.caller, 'APP', { seats: 100 });
      const there = await addPeople(it.provisioning, it.caller, 10);
      const carriers = { values: [role('APP')] };
      const whileMany = <T>(work: () => Promise<T>, round: number, over: Partial<UserProfile>): Promise<T> => {
        const others = there.map(async (id, n) => {
          await it.edit(id, over);
          await it.provisioning.createUser(it.caller, aProfile({ userName: `late${round}-${n}@example.com`, ...over }));
        });
        return Promise.all([work(), ...others]).then(([done]) => done);
      };
      const seats = () => rowsOf(db, 'SELECT COUNT(*) AS n FROM license_assignments WHERE is_open = 1');

      const { rule } = await whileMany(() => it.addRule({ source: 'roles', poolCode: 'APP' }), 1, carriers);
      const begun = await seats();
      await Promise.all(there.map((id) => it.edit(id, { values: [] })));
      await whileMany(() => it.rules.end(it.caller, rule.id), 2, carriers);

      expect(begun).toEqual([{ n: 20 }]);
      expect(await seats()).toEqual([{ n: 0 }]);
      expect(await rowsOf(db, 'SELECT id FROM license_claims WHERE is_open = 1')).toEqual([]);
    }, 60_000);

    it('a rule that somebody ends on its way is not begun any further', async () => {
      const it = build();
      await it.endAuto();
      for (let n = 0; n < 8; n += 1) await it.add();
      let ended: Promise<unknown> | undefined;
      const licensing: typeof it.licensing = {
        ...it.licensing,
        edit: async (...args) => {
          const [open] = (await it.rules.list(it.caller)).filter((one) => one.endedAt === null);
          ended ??= it.rules.end(it.caller, open!.id);
          return it.licensing.edit(...args);
        },
      };
      const slow = createLicenseRules({ database: db.database, clock, newId, licensing, pageSize: 3 });

      await slow.add(it.caller, { source: 'auto', poolCode: 'APP' });
      await ended;

      expect(await rowsOf(db, 'SELECT id FROM license_claims WHERE is_open = 1')).toEqual([]);
      expect((await it.rules.list(it.caller)).map((one) => [one.endedAt !== null, one.pendingAfter])).toEqual([
        [true, null],
        [true, null],
      ]);
    });

    it('a rule of roles finds those who carry the role already, and knows only its own organization', async () => {
      const it = build();
      await it.endAuto();
      const [a, b] = [await it.add({ values: [role('x', 'Sales app')] }), await it.add(license('SALES APP'))];
      const foreign = await it.provisioning.createUser(
        scimCaller(db.secondOrganizationId),
        aProfile({ values: [role('Sales app')] }),
      );

      await it.addRule({ source: 'roles', poolCode: 'APP', match: 'sales APP' });

      expect(await heldBy(db, a.id)).toEqual(['APP by roles']);
      expect(await heldBy(db, b.id)).toEqual([]);
      expect(await claimedBy(db, foreign.id)).toEqual(['APP by auto']);
    });
  });
});
