// Conditions on groups in the database mean what they mean in memory, and those that matter use an index.
import * as fc from 'fast-check';
import type { Condition } from '../../src/domain/condition';
import { fold } from '../../src/domain/user';
import { newId } from '../../src/ids';
import { createLicensing } from '../../src/service/licensing';
import { createMembership } from '../../src/service/membership';
import { createProvisioning } from '../../src/service/provisioning';
import { conditionSql } from '../../src/store/condition-sql';
import { groupSearch } from '../../src/store/group-search';
import { aProfile, scimCaller, testClock } from '../support/builders';
import { useDatabase } from '../support/database';
import { joined } from './condition-trees';

interface Held {
  readonly displayName: string;
  readonly externalId: string | null;
  readonly members: readonly string[];
}

const words = ['a', 'AB', 'b%', 'c_', 'É', '!x', "q'q", '漢😀'];
const operators = ['eq', 'ne', 'co', 'sw', 'ew'] as const;
const truths = {
  eq: (held: string, wanted: string) => held === wanted,
  ne: (held: string, wanted: string) => held !== wanted,
  co: (held: string, wanted: string) => held.includes(wanted),
  sw: (held: string, wanted: string) => held.startsWith(wanted),
  ew: (held: string, wanted: string) => held.endsWith(wanted),
};

function holds(node: Condition, group: Held): boolean {
  if (node.kind === 'and') return node.terms.every((term) => holds(term, group));
  if (node.kind === 'or') return node.terms.some((term) => holds(term, group));
  if (node.kind === 'not') return !holds(node.term, group);
  if (node.kind === 'constant') return node.holds;
  if (node.kind === 'some') return group.members.some((id) => holdsOn(node.where, id));
  if (node.attribute === 'members.value') return group.members.some((id) => holdsOn(node, id));
  const held = node.attribute === 'displayName' ? group.displayName : group.externalId;
  if (node.kind === 'present') return held !== null;
  if (held === null) return node.operator === 'ne';
  const [left, right] = [held, String(node.value)].map((it) => (node.attribute === 'externalId' ? it : fold(it)));
  return truths[node.operator as 'eq'](left!, right!);
}

/** A condition on one member. */
function holdsOn(node: Condition, id: string): boolean {
  if (node.kind === 'or') return node.terms.some((term) => holdsOn(term, id));
  if (node.kind === 'present') return true;
  return node.kind === 'compare' && truths[node.operator as 'eq'](id, String(node.value));
}

describe('conditions on groups', () => {
  const db = useDatabase();
  const parts = () => {
    return { database: db.database, clock: testClock(), newId, licensing: createLicensing({ newId }) };
  };
  const provisioning = () =>
    createProvisioning({
      ...parts(),
      consequences: { endSignIns: async () => undefined, matchQuarantined: async () => undefined },
    });
  const noMembers = { upTo: 0 };

  it('S5 in short: 400 generated conditions find what the evaluator finds among 25 random groups', async () => {
    const [caller, other] = [scimCaller(db.organizationId), scimCaller(db.secondOrganizationId)];
    const people: string[] = [];
    for (const userName of ['a', 'b', 'c', 'd'])
      people.push((await provisioning().createUser(caller, aProfile({ userName }))).id);
    const membership = createMembership(parts());
    const shapes = fc.record({
      externalId: fc.option(fc.constantFrom(...words), { nil: null }),
      members: fc.subarray(people),
    });
    const groups: Held[] = fc
      .sample(shapes, 25)
      .map((shape, no) => ({ ...shape, displayName: `${words[no % words.length]}${no}` }));
    for (const { members, ...profile } of groups) {
      const wanted = new Map(members.map((id) => [id, true]));
      await membership.createGroup(caller, profile, { others: 'stay', wanted }, noMembers);
      await membership.createGroup(other, profile, { others: 'stay', wanted: new Map() }, noMembers);
    }
    const compare = (attribute: string, values: readonly string[]): fc.Arbitrary<Condition> =>
      fc.record({
        kind: fc.constant('compare' as const),
        attribute: fc.constant(attribute),
        operator: fc.constantFrom(...(attribute.endsWith('value') ? (['eq', 'ne'] as const) : operators)),
        value: fc.constantFrom(...values),
      });
    const leaf = fc.oneof(
      compare('displayName', [...words, 'a0', 'ab1']),
      compare('externalId', words),
      compare('members.value', people),
      fc.constantFrom<Condition>(
        { kind: 'present', attribute: 'externalId' },
        { kind: 'present', attribute: 'members.value' },
      ),
      fc
        .array(compare('value', people), { minLength: 2, maxLength: 2 })
        .map((terms): Condition => ({ kind: 'some', attribute: 'members', where: { kind: 'or', terms } })),
    );
    const condition = joined(leaf);

    for (const where of fc.sample(condition, 400)) {
      const { items } = await membership.listGroups(caller, { where, offset: 0, limit: 200 }, noMembers);
      const expected = groups.filter((group) => holds(where, group)).map(({ displayName }) => displayName);
      expect([JSON.stringify(where), items.map(({ group }) => group.profile.displayName)]).toEqual([
        JSON.stringify(where),
        expected,
      ]);
    }
  }, 120_000);

  it('finds a group once, also after the same question named one person twice', async () => {
    const caller = scimCaller(db.organizationId);
    const membership = createMembership(parts());
    const [a, b] = await Promise.all(
      ['a', 'b'].map(async (userName) => (await provisioning().createUser(caller, aProfile({ userName }))).id),
    );
    const wanted = new Map([a!, b!].map((id) => [id, true]));
    await membership.createGroup(caller, { displayName: 'G', externalId: null }, { others: 'stay', wanted }, noMembers);
    const either = (attribute: string, ...values: string[]): Condition => ({
      kind: 'or',
      terms: values.map((value) => ({ kind: 'compare', attribute, operator: 'eq', value })),
    });
    const ask = async (...people: string[]): Promise<number> => {
      const where: Condition = { kind: 'some', attribute: 'members', where: either('value', ...people) };
      return (await membership.listGroups(caller, { where, offset: 0, limit: 100 }, noMembers)).items.length;
    };

    const counts = [await ask(a!, a!), await ask(a!, b!), await ask(b!, a!)];

    expect(counts).toEqual([1, 1, 1]);
  });

  it('S6 in short: displayName, externalId, id and members are found by an index', async () => {
    const caller = scimCaller(db.organizationId);
    const membership = createMembership(parts());
    const { id: userId } = await provisioning().createUser(caller, aProfile());
    for (let no = 0; no < 200; no += 1) {
      const wanted = new Map(no === 7 ? [[userId, true]] : []);
      const profile = { displayName: `Group ${no}`, externalId: `e${no}` };
      await membership.createGroup(caller, profile, { others: 'stay', wanted }, noMembers);
    }
    await db.sql.query('ANALYZE TABLE directory_groups, directory_group_members');
    const { items } = await membership.listGroups(caller, { offset: 7, limit: 1 }, noMembers);
    const eq = (attribute: string, value: string): Condition => ({ kind: 'compare', attribute, operator: 'eq', value });
    const byId = eq('id', items[0]?.group.id ?? '');
    const byMember = eq('members.value', userId);

    const plans = await Promise.all(
      [
        eq('displayName', 'GROUP 7'),
        eq('externalId', 'e7'),
        { kind: 'and', terms: [byId, byMember] } as const,
        { kind: 'and', terms: [byMember, byId] } as const,
        byMember,
      ].map(async (where) => {
        const { sql, values } = conditionSql(where, groupSearch);
        const [rows] = await db.sql.query(
          `EXPLAIN FORMAT=TRADITIONAL SELECT g.id FROM directory_groups g WHERE g.organization_id = ? AND g.removed_at IS NULL AND (${sql})`,
          [db.organizationId, ...values],
        );
        return rows as { type: string; rows: unknown }[];
      }),
    );

    for (const { type, rows } of plans.flat()) {
      expect(['const', 'eq_ref', 'ref']).toContain(type);
      expect(Number(rows)).toBeLessThanOrEqual(2);
    }
  }, 60_000);
});
