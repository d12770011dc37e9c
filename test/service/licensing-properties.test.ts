// Whatever happens in whatever order, seats, claims, queues, counts and the copies on users agree: I1, I2, I10, I11.
import * as fc from 'fast-check';
import { newId } from '../../src/ids';
import type { LicenseRule } from '../../src/domain/license-carrier';
import { sameMembers } from '../../src/domain/group';
import type { ProfileValue, UserProfile } from '../../src/domain/user';
import { createLicenseRules } from '../../src/service/license-rules';
import { createLicenseSwitch } from '../../src/service/license-switch';
import { createLicensing } from '../../src/service/licensing';
import { createMembership } from '../../src/service/membership';
import { createPools } from '../../src/service/pools';
import { createProvisioning } from '../../src/service/provisioning';
import { aProfile, scimCaller, testClock } from '../support/builders';
import { useDatabase } from '../support/database';
import { licenseFaults, rowsOf } from '../support/licenses';

const extension = 'urn:ietf:params:scim:schemas:extension:uptake:2.0:User';
const codes = ['APP', 'PRO', 'EXTRA', 'Unknown'] as const;
const sources: readonly LicenseRule['source'][] = ['auto', 'roles', 'extension', 'groups'];

/** What the commands work on; people are named by their number in the order of their creation. */
interface Real {
  readonly act: ReturnType<typeof actions>;
  readonly people: string[];
}

/** The model knows who is left and what account state they have; the invariants judge the rest. */
interface Model {
  readonly states: ('enabled' | 'deactivated' | 'removed')[];
}

type Step = fc.AsyncCommand<Model, Real>;

function actions(db: ReturnType<typeof useDatabase>) {
  const clock = testClock();
  const parts = { database: db.database, clock, newId, licensing: createLicensing({ newId }) };
  const caller = scimCaller(db.organizationId);
  const consequences = { endSignIns: async () => undefined, matchQuarantined: async () => 0 };
  const provisioning = createProvisioning({ ...parts, consequences });
  const rules = createLicenseRules({ ...parts, pageSize: 2 });
  const pools = createPools({ ...parts, pageSize: 2 });
  const admin = createLicenseSwitch(parts);
  const membership = createMembership(parts);
  const unseen = { upTo: 0, ifMatch: undefined };
  let groupId = '';
  return {
    tick: () => clock.advance(1000),
    provisioning,
    rules,
    pools,
    admin,
    caller,
    add: (over: Partial<UserProfile>) =>
      provisioning.createUser(caller, aProfile({ userName: `${newId()}@example.com`, ...over })),
    edit: (id: string, over: Partial<UserProfile>) =>
      provisioning.changeUser(caller, id, (profile) => ({ ...profile, ...over }), { ifMatch: undefined }),
    /** Who is named joins or leaves the group; `others` of its members may leave. */
    group: (wanted: ReadonlyMap<string, boolean>, others: 'stay' | 'leave' = 'stay') =>
      membership.changeGroup(caller, groupId, { edit: (it) => it, members: { others, wanted } }, unseen),
    /** The group goes, if there is one, and another one comes under its name. */
    regroup: async () => {
      if (groupId !== '') await membership.removeGroup(caller, groupId, unseen);
      const made = await membership.createGroup(caller, { displayName: 'G', externalId: null }, sameMembers, unseen);
      groupId = made.group.id;
    },
    groupRule: (poolCode: string) => rules.add(caller, { source: 'groups', poolCode, match: 'g' }),
  };
}

/** A step about one or more of the people there are. */
function step(name: string, run: (model: Model, real: Real) => Promise<unknown>, picked: readonly number[] = []): Step {
  return {
    check: ({ states }) => picked.every((index) => states[index] !== undefined && states[index] !== 'removed'),
    run: async (model, real) => {
      real.act.tick();
      await run(model, real);
    },
    toString: () => `${name}(${picked.join(', ')})`,
  };
}

const role = (value: string): ProfileValue => {
  return { attribute: 'roles', type: null, value, isPrimary: false, display: null, extra: null };
};

const carried = fc
  .record({ roles: fc.subarray([...codes]), license: fc.option(fc.subarray([...codes]), { nil: undefined }) })
  .map(({ roles, license }): Partial<UserProfile> => {
    const text = license?.join(';') || 'none';
    return { values: roles.map(role), extra: license === undefined ? {} : { [extension]: { license: text } } };
  });

const person = fc.nat({ max: 5 });
const pool = fc.constantFrom('APP', 'PRO', 'EXTRA');

const steps: fc.Arbitrary<Step>[] = [
  fc.tuple(carried, fc.boolean()).map(([over, active]) =>
    step(`add ${JSON.stringify(over)} ${active}`, async ({ states }, { act, people }) => {
      people.push((await act.add({ ...over, active })).id);
      states.push(active ? 'enabled' : 'deactivated');
    }),
  ),
  fc
    .tuple(person, carried)
    .map(([n, over]) => step(`edit ${JSON.stringify(over)}`, (_, { act, people }) => act.edit(people[n]!, over), [n])),
  fc.tuple(person, fc.boolean(), fc.option(carried, { nil: undefined })).map(([n, active, over]) =>
    step(
      `active ${active} ${JSON.stringify(over)}`,
      async ({ states }, { act, people }) => {
        await act.edit(people[n]!, { ...over, active });
        states[n] = active ? 'enabled' : 'deactivated';
      },
      [n],
    ),
  ),
  person.map((n) =>
    step(
      'remove',
      async ({ states }, { act, people }) => {
        await act.provisioning.removeUser(act.caller, people[n]!, { ifMatch: undefined });
        states[n] = 'removed';
      },
      [n],
    ),
  ),
  fc
    .tuple(person, person, fc.boolean(), fc.boolean(), fc.constantFrom('stay' as const, 'leave' as const))
    .map(([n, m, first, second, others]) => {
      const wanted = (people: string[]) => new Map([[people[n]!, first] as const, [people[m]!, second] as const]);
      return step(`group ${first} ${second} ${others}`, (_, { act, people }) => act.group(wanted(people), others), [
        n,
        m,
      ]);
    }),
  fc.constant(step('regroup', (_, { act }) => act.regroup())),
  fc
    .tuple(person, fc.option(pool, { nil: undefined }), fc.boolean())
    .map(([n, code, move]) =>
      step(
        `assign ${code} ${move}`,
        (_, { act, people }) =>
          act.admin.assign(act.caller, people[n]!, { ...(code !== undefined && { poolCode: code }), move }),
        [n],
      ),
    ),
  fc
    .tuple(person, fc.option(pool, { nil: undefined }))
    .map(([n, code]) =>
      step(
        `release ${code}`,
        (_, { act, people }) => act.admin.release(act.caller, people[n]!, code === undefined ? {} : { poolCode: code }),
        [n],
      ),
    ),
  fc
    .tuple(pool, fc.nat({ max: 3 }), fc.constantFrom('waitlist' as const, 'allow' as const))
    .map(([code, seats, overSeat]) =>
      step(`pool ${code} ${seats} ${overSeat}`, (_, { act }) => act.pools.set(act.caller, code, { seats, overSeat })),
    ),
  fc
    .tuple(fc.constantFrom(...sources), pool)
    .map(([source, poolCode]) =>
      step(`rule ${source} ${poolCode}`, (_, { act }) =>
        source === 'groups' ? act.groupRule(poolCode) : act.rules.add(act.caller, { source, poolCode }),
      ),
    ),
  fc.nat({ max: 7 }).map((n) =>
    step(`end rule ${n}`, async (_, { act }) => {
      const open = (await act.rules.list(act.caller)).filter((it) => it.endedAt === null);
      const rule = open[n % Math.max(1, open.length)];
      if (rule !== undefined) await act.rules.end(act.caller, rule.id);
    }),
  ),
];

describe('licenses, over random operations', () => {
  const db = useDatabase({ seats: 1 });
  let startWith = 4;

  /** Each run has an organization's pools and people to itself: what the run before left is taken away. */
  const begin = async (): Promise<Real> => {
    await db.sql.query(
      [
        'SET FOREIGN_KEY_CHECKS = 0',
        ...['license_claims', 'license_assignments', 'license_waitlist', 'user_values', 'users', 'adoption_deltas'].map(
          (table) => `DELETE FROM ${table}`,
        ),
        ...['user_state_intervals', 'user_profile_versions', 'license_rules'].map((table) => `DELETE FROM ${table}`),
        ...['directory_group_members', 'directory_groups'].map((table) => `DELETE FROM ${table}`),
        'DELETE FROM license_pool_terms',
        "DELETE FROM license_pools WHERE code <> 'APP'",
        "UPDATE license_pools SET assigned = 0, over_seat = 'waitlist'",
        'SET FOREIGN_KEY_CHECKS = 1',
      ].join(';'),
    );
    const act = actions(db);
    await act.regroup();
    await act.pools.set(act.caller, 'APP', { seats: 1 });
    await act.pools.set(act.caller, 'PRO', { seats: 1 });
    await act.pools.set(act.caller, 'EXTRA', { seats: 1, isAddOn: true });
    await act.rules.add(act.caller, { source: 'auto', poolCode: 'APP' });
    await act.rules.add(act.caller, { source: 'roles', poolCode: 'PRO' });
    const people = [];
    for (let n = 0; n < startWith; n += 1) people.push((await act.add({})).id);
    return { act, people };
  };

  it('I1, I2, I10, I11: every invariant holds after each step', async () => {
    const ran = new Set<string>();
    const checked = steps.map((one) =>
      one.map((command): Step => {
        return {
          check: (model) => command.check(model),
          run: async (model, real) => {
            await command.run(model, real);
            ran.add(command.toString().split(/[ (]/)[0] as string);
            expect(await licenseFaults(db)).toEqual([]);
          },
          toString: () => command.toString(),
        };
      }),
    );
    await fc.assert(
      fc.asyncProperty(fc.commands(checked, { maxCommands: 40, size: 'max' }), async (commands) => {
        const real = await begin();
        await fc.asyncModelRun(
          () => ({ model: { states: real.people.map(() => 'enabled' as const) }, real }),
          commands,
        );
      }),
      { numRuns: 30, endOnFailure: true },
    );
    expect(ran.size).toBe(11);
  }, 240_000);

  it('the same holds when forty operations of all kinds run at once', async () => {
    startWith = 0;
    const { act } = await begin();
    await act.pools.set(act.caller, 'APP', { seats: 5 });
    const people = await Promise.all(Array.from({ length: 20 }, () => act.add({})));
    await act.groupRule('EXTRA');

    await Promise.all(
      people.flatMap(({ id }, n) => [
        n % 4 === 0 ? act.edit(id, { active: false }) : act.edit(id, { values: [role('PRO')] }),
        n % 3 === 0
          ? act.group(new Map([[id, true]]))
          : act.admin.assign(act.caller, id, { poolCode: 'PRO', move: true }),
      ]),
    );

    expect(await licenseFaults(db)).toEqual([]);
    expect(await rowsOf(db, 'SELECT COUNT(*) AS n FROM users')).toEqual([{ n: 20 }]);
  }, 60_000);
});
