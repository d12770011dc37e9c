// Large moves of members: their seats follow in pages, and end as if everybody had left one by one or all at once.
import * as fc from 'fast-check';
import { sameMembers } from '../../src/domain/group';
import type { UserProfile } from '../../src/domain/user';
import { newId } from '../../src/ids';
import { openDatabase, type Database } from '../../src/store/database';
import { createGroupMoves } from '../../src/service/group-moves';
import { createLicenseRules } from '../../src/service/license-rules';
import { createLicenseSwitch } from '../../src/service/license-switch';
import { createLicensing } from '../../src/service/licensing';
import { createMembership } from '../../src/service/membership';
import { createPools } from '../../src/service/pools';
import { createProvisioning } from '../../src/service/provisioning';
import { scimCaller, testClock } from '../support/builders';
import { useDatabase } from '../support/database';
import { licenseFaults, rowsOf, useLicenseChecks } from '../support/licenses';
import { addNumbered, numberOf } from '../support/numbered-people';

const silent = { debug: ignore, info: ignore, warn: ignore, error: ignore };
function ignore(): void {}

/** Says that the work is to end after so many looks, one before each page. */
function afterPages(pages: number): AbortSignal {
  let left = pages;
  return {
    get aborted() {
      return (left -= 1) < 0;
    },
  } as AbortSignal;
}

const never = new AbortController().signal;
const unseen = { upTo: 0, ifMatch: undefined };

describe('seats of large moves', () => {
  const db = useDatabase({ seats: 0 });
  useLicenseChecks(db);
  const clock = testClock();
  beforeEach(() => clock.set('2026-03-02T09:00:00Z'));

  function build(organizationId: number, mostAtOnce: number, pageSize = 500, database: Database = db.database) {
    const licensing = createLicensing({ newId, mostAtOnce });
    const parts = { database, clock, newId, licensing };
    const caller = scimCaller(organizationId, 'the-request');
    const consequences = { endSignIns: async () => undefined, matchQuarantined: async () => 0 };
    const membership = createMembership(parts);
    const moves = createGroupMoves({ ...parts, log: silent, pageSize });
    const rules = createLicenseRules(parts);
    const change = async (groupId: string, others: 'stay' | 'leave', wanted: Iterable<readonly [string, boolean]>) => {
      clock.advance(1000);
      const members = { others, wanted: new Map(wanted) };
      return membership.changeGroup(caller, groupId, { edit: (it) => it, members }, unseen);
    };
    return {
      caller,
      membership,
      rules,
      pools: createPools(parts),
      admin: createLicenseSwitch(parts),
      provisioning: createProvisioning({ ...parts, consequences }),
      addGroup: async (displayName: string, people: readonly string[]) => {
        const profile = { displayName, externalId: null };
        const { group } = await membership.createGroup(caller, profile, sameMembers, { upTo: 0 });
        await change(
          group.id,
          'stay',
          people.map((id) => [id, true] as const),
        );
        return group.id;
      },
      rule: (match: string, poolCode: string) => rules.add(caller, { source: 'groups', poolCode, match }),
      change,
      leave: (groupId: string, ...people: string[]) =>
        change(
          groupId,
          'stay',
          people.map((id) => [id, false] as const),
        ),
      remove: async (groupId: string) => {
        clock.advance(1000);
        await membership.removeGroup(caller, groupId, { ifMatch: undefined });
      },
      settle: async (signal: AbortSignal = never) => {
        clock.advance(1000);
        return moves.settle(signal);
      },
    };
  }
  type Act = ReturnType<typeof build>;

  /**
   * Two pools that are both too small; a large group with a rule for each; a tenth of it in another group too, one of its
   * people denied and one granted by an admin, one deactivated; and people of a third group who wait behind them.
   */
  async function arrange(act: Act, organizationId: number, size: number) {
    for (const rule of await act.rules.list(act.caller)) await act.rules.end(act.caller, rule.id);
    await act.pools.set(act.caller, 'APP', { seats: Math.floor(size * 0.4) });
    await act.pools.set(act.caller, 'EXTRA', { seats: Math.floor(size * 0.3), isAddOn: true });
    const people = await addNumbered(db, organizationId, size * 1.5);
    const inside = people.slice(0, size);
    const large = await act.addGroup('Large', inside);
    const small = await act.addGroup(
      'Small',
      inside.filter((_, n) => n % 10 === 0),
    );
    const third = await act.addGroup('Third', people.slice(size));
    for (const [match, pool] of [
      [large, 'APP'],
      [large, 'EXTRA'],
      [small, 'APP'],
      [third, 'APP'],
    ] as const) {
      clock.advance(1000);
      await act.rule(match, pool);
    }
    await act.admin.release(act.caller, inside[1]!, { poolCode: 'APP' });
    await act.admin.assign(act.caller, inside[2]!, { poolCode: 'APP' });
    await act.provisioning.changeUser(act.caller, inside[3]!, (it) => ({ ...it, active: false }), {
      ifMatch: undefined,
    });
    return { large, inside, outside: people.slice(size) };
  }

  /** What people have: open claims, seats, places in their order. */
  async function stateOf(organizationId: number): Promise<string[]> {
    const rows = await rowsOf(
      db,
      `SELECT c.user_id, CONCAT('claim ', c.effect, ' ', c.source, ' ', p.code) AS held, 0 AS place FROM license_claims c
         JOIN license_pools p ON p.id = c.pool_id WHERE c.organization_id = ? AND c.is_open = 1
       UNION ALL SELECT a.user_id, CONCAT('seat ', p.code), 0 FROM license_assignments a
         JOIN license_pools p ON p.id = a.pool_id WHERE a.organization_id = ? AND a.is_open = 1
       UNION ALL SELECT w.user_id, CONCAT('wait ', p.code), ROW_NUMBER() OVER (PARTITION BY w.pool_id ORDER BY w.waiting_since, w.id)
         FROM license_waitlist w JOIN license_pools p ON p.id = w.pool_id WHERE w.organization_id = ? AND w.is_open = 1`,
      [organizationId, organizationId, organizationId],
    );
    return rows
      .map((row) => `${numberOf(row['user_id'])} ${row['held'] as string} ${row['place'] as number}`)
      .toSorted();
  }

  /** What was ever written of people: closed intervals, outbox, trail. */
  async function historyOf(organizationId: number): Promise<string[]> {
    const rows = await rowsOf(
      db,
      `SELECT user_id, CONCAT('claim ', source, ' ', withdrawn_at IS NULL) AS told FROM license_claims WHERE organization_id = ?
       UNION ALL SELECT user_id, CONCAT('seat ', is_app, ' ', COALESCE(release_reason, '')) FROM license_assignments WHERE organization_id = ?
       UNION ALL SELECT user_id, CONCAT('wait ', COALESCE(outcome, '')) FROM license_waitlist WHERE organization_id = ?
       UNION ALL SELECT subject_id, CONCAT('told ', topic, ' ', lane) FROM outbox WHERE organization_id = ? AND topic LIKE 'Seat%'
       UNION ALL SELECT target_id, CONCAT('trail ', action, ' ', actor_kind, ' ', request_id, ' ', COALESCE(JSON_UNQUOTE(JSON_EXTRACT(detail, '$.reason')), ''))
         FROM audit_entries WHERE organization_id = ? AND target_kind = 'user'`,
      Array.from({ length: 5 }, () => organizationId),
    );
    return rows.map((row) => `${numberOf(row['user_id'])} ${row['told'] as string}`).toSorted();
  }

  type Way = (act: Act, large: string, inside: readonly string[]) => Promise<unknown>;
  const goes: Way = (act, large) => act.remove(large);
  const oneByOne: Way = async (act, large, inside) => {
    for (const id of inside) await act.leave(large, id);
  };

  /** What becomes of a large group that goes; the statements of what follows behind it. */
  async function outcome(organizationId: number, size: number, mostAtOnce: number, way: Way) {
    const act = build(organizationId, mostAtOnce);
    const { large, inside } = await arrange(act, organizationId, size);
    await act.settle();
    await way(act, large, inside);
    db.statements.length = 0;
    await act.settle();
    const statements = db.statements.length;
    return { state: await stateOf(organizationId), history: await historyOf(organizationId), statements };
  }

  it('end as they do all at once: claims, seats, queues, history, trail; by few statements', async () => {
    const size = 2000;

    const paged = await outcome(db.organizationId, size, 100, goes);
    const whole = await outcome(db.secondOrganizationId, size, Infinity, goes);

    expect([paged.state, paged.history]).toEqual([whole.state, whole.history]);
    expect(paged.state.filter((it) => it.includes('wait APP')).length).toBeGreaterThan(100);
    expect((paged.statements / size) * 1000).toBeLessThan(100);
  }, 120_000);

  it('end as they do one by one: claims, seats and queues', async () => {
    const paged = await outcome(db.organizationId, 300, 100, goes);
    const single = await outcome(db.secondOrganizationId, 300, 100, oneByOne);

    expect(paged.state).toEqual(single.state);
  }, 120_000);

  it('a group that is gone is gone at once; seats go over behind it, to the oldest who wait', async () => {
    const act = build(db.organizationId, 10, 20);
    const { large, inside, outside } = await arrange(act, db.organizationId, 60);
    await act.settle();
    const seated = () =>
      rowsOf(
        db,
        'SELECT user_id AS id FROM license_assignments WHERE is_open = 1 AND is_app = 1 ORDER BY assigned_at, id',
      );
    const before = await seated();

    await act.remove(large);
    const [answered] = await Promise.allSettled([act.membership.getGroup(act.caller, large, { upTo: 0 })]);
    const between = await seated();
    const members = await rowsOf(db, 'SELECT id FROM directory_group_members WHERE group_id = ? AND is_open = 1', [
      large,
    ]);
    await act.settle();

    expect(answered).toMatchObject({ status: 'rejected', reason: { code: 'group.not_found' } });
    expect([between, members]).toEqual([before, []]);
    const kept = inside.filter((_, n) => n % 10 === 0 || n === 2);
    const after = (await seated()).map(({ id }) => id as string);
    const free = 24 - kept.length;
    expect(after.toSorted()).toEqual([...kept, ...outside.slice(0, free)].toSorted());
    expect(await rowsOf(db, 'SELECT id FROM group_moves')).toEqual([]);
  });

  it('nobody who leaves gets a seat that somebody else who leaves has left', async () => {
    const act = build(db.organizationId, 10, 7);
    const { large, inside } = await arrange(act, db.organizationId, 60);
    const [{ last } = { last: 0 }] = await rowsOf(db, 'SELECT MAX(id) AS last FROM audit_entries');

    await act.change(large, 'leave', []);
    await act.settle();

    const leaving = new Set(inside);
    const given = await rowsOf(
      db,
      "SELECT target_id AS id FROM audit_entries WHERE action = 'license.assigned' AND JSON_EXTRACT(detail, '$.cause') = 'freed_seat' AND id > ?",
      [last],
    );
    const late = given.map(({ id }) => id as string).filter((id) => leaving.has(id) && numberOf(id) % 10 !== 0);
    expect([given.length > 10, late]).toEqual([true, []]);
  });

  it('a group replaced by as many others: who leaves makes room for who joins, and who stays keeps the seat', async () => {
    const act = build(db.organizationId, 10, 7);
    for (const rule of await act.rules.list(act.caller)) await act.rules.end(act.caller, rule.id);
    await act.pools.set(act.caller, 'APP', { seats: 40 });
    const people = await addNumbered(db, db.organizationId, 70);
    const group = await act.addGroup('Large', people.slice(0, 40));
    await act.rule(group, 'APP');
    const [first] = await rowsOf(db, 'SELECT assigned_at AS at FROM license_assignments WHERE user_id = ?', [
      people[35],
    ]);

    await act.change(
      group,
      'leave',
      people.slice(30).map((id) => [id, true] as const),
    );
    await act.settle();

    const seats = await rowsOf(
      db,
      'SELECT user_id AS id, assigned_at AS at FROM license_assignments WHERE is_open = 1 ORDER BY user_id',
    );
    expect(seats.map(({ id }) => id)).toEqual(people.slice(30));
    expect(seats.find(({ id }) => id === people[35])?.['at']).toEqual(first?.['at']);
    expect(await rowsOf(db, "SELECT id FROM alerts WHERE kind = 'pool_full'")).toEqual([]);
    expect(await rowsOf(db, 'SELECT id FROM license_waitlist')).toEqual([]);
  });

  it('what is asked meanwhile counts: who comes back keeps seat or place, who goes for good is passed over', async () => {
    const act = build(db.organizationId, 10, 7);
    const { large, inside } = await arrange(act, db.organizationId, 60);
    await act.settle();
    const before = await stateOf(db.organizationId);
    const [back, waiter, gone, asleep] = [inside[11]!, inside[57]!, inside[13]!, inside[15]!];
    await act.change(large, 'leave', []);
    await act.settle(afterPages(1));
    await act.change(
      large,
      'stay',
      [back, waiter].map((id) => [id, true] as const),
    );
    await act.provisioning.removeUser(act.caller, gone, { ifMatch: undefined });
    await act.provisioning.changeUser(act.caller, asleep, (it) => ({ ...it, active: false }), { ifMatch: undefined });
    expect(await licenseFaults(db)).toEqual([]);

    await act.settle();

    const after = await stateOf(db.organizationId);
    const of = (all: string[], id: string) => all.filter((it) => it.startsWith(`${numberOf(id)} `));
    expect(of(after, back)).toEqual(of(before, back));
    expect(of(after, waiter).map((it) => it.split(' ')[1])).toEqual(['claim', 'claim', 'seat', 'seat']);
    expect([...of(after, gone), ...of(after, asleep)]).toEqual([]);
  });

  it('a process that dies before or behind any commit loses nothing, and what it repeats changes nothing', async () => {
    const whole = await outcome(db.secondOrganizationId, 60, Infinity, goes);
    const act = build(db.organizationId, 10, 7);
    const { large } = await arrange(act, db.organizationId, 60);
    await act.remove(large);
    let deaths = 0;
    for (let isDone = false; !isDone; deaths += 1) {
      // Dies at its first commit, at its second one, and so on: before it, then behind it.
      const dying = openDying(
        db.url,
        Math.floor(deaths / 2) % 3,
        deaths % 2 === 0 ? 'tx.beforeCommit' : 'tx.afterCommit',
      );
      await build(db.organizationId, 10, 7, dying).settle().catch(ignore);
      await dying.close();
      expect(await licenseFaults(db)).toEqual([]);
      isDone = (await rowsOf(db, 'SELECT id FROM group_moves')).length === 0;
    }
    await act.settle();

    expect(deaths).toBeGreaterThan(10);
    expect([await stateOf(db.organizationId), await historyOf(db.organizationId)]).toEqual([
      whole.state,
      whole.history,
    ]);
  }, 60_000);

  it('two workers share a move and do nothing twice', async () => {
    const whole = await outcome(db.secondOrganizationId, 200, Infinity, goes);
    const act = build(db.organizationId, 10, 7);
    const { large } = await arrange(act, db.organizationId, 200);
    await act.remove(large);

    const shares = await Promise.all([act.settle(), act.settle(), act.settle()]);

    expect(shares.filter(({ pages }) => pages > 3).length).toBeGreaterThan(1);
    expect([await stateOf(db.organizationId), await historyOf(db.organizationId)]).toEqual([
      whole.state,
      whole.history,
    ]);
  }, 60_000);

  it('whatever is asked between the pages, seats, claims, queues and counts agree at each commit', async () => {
    const person = fc.nat({ max: 11 });
    const act = build(db.organizationId, 0, 2);
    const some = (numbers: readonly number[]) => numbers.map((n) => people[n]!);
    let [people, group, round]: [string[], string, number] = [[], '', 0];
    const steps: fc.Arbitrary<() => Promise<unknown>>[] = [
      fc.tuple(fc.array(person), fc.boolean(), fc.constantFrom('stay' as const, 'leave' as const)).map(
        ([numbers, isIn, others]) =>
          () =>
            act.change(
              group,
              others,
              some(numbers).map((id) => [id, isIn] as const),
            ),
      ),
      fc.constant(async () => {
        await act.remove(group);
        group = await act.addGroup(`Group ${(round += 1)}`, some([0, 1, 2, 3]));
      }),
      fc.constantFrom('APP', 'EXTRA').map((pool) => () => act.rule(group, pool)),
      fc.constant(async () => {
        const [open] = (await act.rules.list(act.caller)).filter((it) => it.endedAt === null);
        if (open !== undefined) await act.rules.end(act.caller, open.id);
      }),
      fc.nat({ max: 4 }).map((seats) => () => act.pools.set(act.caller, 'APP', { seats })),
      fc.tuple(person, fc.boolean()).map(([n, active]) => {
        const over = (it: UserProfile): UserProfile => ({ ...it, active });
        return () => act.provisioning.changeUser(act.caller, people[n]!, over, { ifMatch: undefined });
      }),
      fc.nat({ max: 3 }).map((pages) => () => act.settle(afterPages(pages))),
    ];
    for (const rule of await act.rules.list(act.caller)) await act.rules.end(act.caller, rule.id);
    await act.pools.set(act.caller, 'EXTRA', { seats: 1, isAddOn: true });
    people = await addNumbered(db, db.organizationId, 12);
    group = await act.addGroup('Group', some([0, 1, 2, 3, 4, 5, 6, 7]));
    await act.rule(group, 'APP');

    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(...steps), { minLength: 10, maxLength: 30 }), async (asked) => {
        for (const step of asked) {
          clock.advance(1000);
          await step();
          expect(await licenseFaults(db)).toEqual([]);
        }
        await act.settle();
        expect(await rowsOf(db, 'SELECT id FROM group_moves')).toEqual([]);
        expect(await licenseFaults(db)).toEqual([]);
      }),
      { numRuns: 15, endOnFailure: true },
    );
  }, 120_000);

  it('a group without rules costs what it did, and a move of few people is settled where it is made', async () => {
    const act = build(db.organizationId, 10);
    const people = await addNumbered(db, db.organizationId, 30);
    const plain = await act.addGroup('Plain', people);
    const ruled = await act.addGroup('Ruled', people.slice(0, 10));
    await act.pools.set(act.caller, 'APP', { seats: 10 });
    await act.rule(ruled, 'APP');

    await act.remove(plain);
    await act.remove(ruled);

    expect(await rowsOf(db, 'SELECT id FROM group_moves')).toEqual([]);
    expect(await rowsOf(db, 'SELECT id FROM license_assignments WHERE is_open = 1')).toEqual([]);
  });
});

/** A database whose process dies at the n-th commit: nothing more is done after it. */
function openDying(url: string, nth: number, point: 'tx.beforeCommit' | 'tx.afterCommit'): Database {
  let left = nth;
  let isDead = false;
  const fault = async (passed: string): Promise<void> => {
    if (isDead || (passed === point && (left -= 1) < 0)) {
      isDead = true;
      throw new Error('died');
    }
  };
  return openDatabase({ url, pool: 2, acquireMs: 5000, lockMs: 5000, statementMs: 20_000, connectMs: 5000, fault });
}
