// Conditions in the database mean what they mean in memory; those that matter use an index.
import type { Condition } from '../../src/domain/condition';
import { fold, type ProfileValue, type UserProfile } from '../../src/domain/user';
import { newId } from '../../src/ids';
import { createLicensing } from '../../src/service/licensing';
import { createProvisioning } from '../../src/service/provisioning';
import { conditionSql } from '../../src/store/condition-sql';
import * as fc from 'fast-check';
import { aProfile, scimCaller, testClock } from '../support/builders';
import { useDatabase } from '../support/database';
import { joined } from './condition-trees';

const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const words = ['a', 'A', 'ab', 'b', 'B%', 'c_', 'é', 'É', '!x', "q'q", 'resumé', 'resume', '漢😀'];
const operators = ['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le'] as const;

/** Attribute -> what a profile holds there; `null` = absent. Case-exact ones are marked. */
const readers: Readonly<Record<string, (it: UserProfile) => string | null>> = {
  userName: (it) => it.userName,
  externalId: (it) => it.externalId,
  displayName: (it) => it.displayName,
  title: (it) => it.title,
  'name.givenName': (it) => it.givenName,
  'name.middleName': (it) => (it.extra['name'] as { middleName?: string } | undefined)?.middleName ?? null,
  nickName: (it) => (it.extra['nickName'] as string | undefined) ?? null,
  [`${enterprise}:department`]: (it) => it.department,
  [`${enterprise}:division`]: (it) => (it.extra[enterprise] as { division?: string } | undefined)?.division ?? null,
};
const exact = new Set(['externalId']);

function compares(operator: string, held: string | null, wanted: string | null, isExact: boolean): boolean {
  if (wanted === null) return operator === 'eq' ? held === null : operator === 'ne' && held !== null;
  if (held === null) return operator === 'ne';
  const [left, right] = isExact ? [held, wanted] : [fold(held), fold(wanted)];
  const order = Buffer.compare(Buffer.from(left), Buffer.from(right));
  const truths: Record<string, boolean> = {
    eq: order === 0,
    ne: order !== 0,
    co: left.includes(right),
    sw: left.startsWith(right),
    ew: left.endsWith(right),
    gt: order > 0,
    ge: order >= 0,
    lt: order < 0,
    le: order <= 0,
  };
  return truths[operator] === true;
}

function holds(condition: Condition, profile: UserProfile, element?: ProfileValue): boolean {
  const inner = (term: Condition): boolean => holds(term, profile, element);
  if (condition.kind === 'and') return condition.terms.every(inner);
  if (condition.kind === 'or') return condition.terms.some(inner);
  if (condition.kind === 'not') return !inner(condition.term);
  if (condition.kind === 'constant') return condition.holds;
  if (condition.kind !== 'some') return holdsLeaf(condition, profile, element);
  return profile.values.some((it) => it.attribute === condition.attribute && holds(condition.where, profile, it));
}

function holdsLeaf(
  condition: Condition & { kind: 'present' | 'compare' },
  profile: UserProfile,
  element?: ProfileValue,
): boolean {
  const { attribute } = condition;
  if (element === undefined && attribute.startsWith('emails.')) {
    const sub = attribute.slice(7);
    const isAbsent = condition.kind === 'compare' && condition.value === null && condition.operator === 'eq';
    const inner = isAbsent ? ({ kind: 'present', attribute: sub } as const) : { ...condition, attribute: sub };
    return isAbsent !== profile.values.some((it) => it.attribute === 'emails' && holdsLeaf(inner, profile, it));
  }
  if (attribute === 'active')
    return condition.kind === 'compare' && (profile.active === condition.value) === (condition.operator === 'eq');
  const held =
    element === undefined
      ? (readers[attribute]?.(profile) ?? null)
      : ((element as unknown as Record<string, string | null>)[attribute] ?? null);
  if (condition.kind === 'present') return held !== null;
  return compares(condition.operator, held, condition.value as string | null, exact.has(attribute));
}

const word = fc.constantFrom(...words);
const value = fc.oneof({ weight: 6, arbitrary: word }, fc.constant(null));
const leaf = (names: readonly string[]): fc.Arbitrary<Condition> =>
  fc.oneof(
    fc
      .record({
        kind: fc.constant('compare' as const),
        attribute: fc.constantFrom(...names),
        operator: fc.constantFrom(...operators),
        value,
      })
      .map((it) => (it.value === null && it.operator !== 'ne' ? { ...it, operator: 'eq' as const } : it)),
    fc.record({ kind: fc.constant('present' as const), attribute: fc.constantFrom(...names) }),
  );
const elements = joined(leaf(['value', 'type', 'display'])).map((where): Condition => ({
  kind: 'some',
  attribute: 'emails',
  where,
}));
const flag = fc.record({
  kind: fc.constant('compare' as const),
  attribute: fc.constant('active'),
  operator: fc.constantFrom('eq' as const, 'ne' as const),
  value: fc.boolean(),
});
const condition = joined(
  fc.oneof({ weight: 4, arbitrary: leaf([...Object.keys(readers), 'emails.value', 'emails.type']) }, elements, flag),
);

const optional = fc.option(word, { nil: null });
const email = fc.record({
  attribute: fc.constant('emails'),
  type: optional,
  value: optional,
  isPrimary: fc.boolean(),
  display: optional,
  extra: fc.constant(null),
});
const profile = fc.record({
  externalId: optional,
  displayName: optional,
  title: optional,
  givenName: optional,
  department: optional,
  active: fc.boolean(),
  values: fc.array(email, { maxLength: 3 }),
  extra: fc.constantFrom({}, { nickName: 'ab', name: { middleName: 'É' } }, { [enterprise]: { division: "q'q" } }),
});

describe('conditions', () => {
  const db = useDatabase();
  const build = () =>
    createProvisioning({
      database: db.database,
      clock: testClock(),
      newId,
      licensing: createLicensing({ newId }),
      consequences: { endSignIns: async () => undefined, matchQuarantined: async () => undefined },
    });

  it('S5 in short: 600 generated conditions find what the evaluator finds among 40 random users', async () => {
    const provisioning = build();
    const caller = scimCaller(db.organizationId);
    const profiles = fc
      .sample(profile, 40)
      .map((over, no) => aProfile({ ...over, userName: `${words[no % words.length]}${no}` }));
    for (const it of profiles) await provisioning.createUser(caller, it);
    await provisioning.createUser(scimCaller(db.secondOrganizationId), aProfile());

    for (const where of fc.sample(condition, 600)) {
      const { items } = await provisioning.listUsers(caller, { where, offset: 0, limit: 200 });
      const expected = profiles.filter((it) => holds(where, it)).map((it) => it.userName);
      expect([JSON.stringify(where), items.map((it) => it.profile.userName)]).toEqual([
        JSON.stringify(where),
        expected,
      ]);
    }
  }, 120_000);

  it('finds by a prefix also names whose next character takes four bytes, or is a TAB', async () => {
    const provisioning = build();
    const caller = scimCaller(db.organizationId);
    const names = ['a😀b', 'a\tb', 'ab', 'a', 'b'];
    for (const userName of names) await provisioning.createUser(caller, aProfile({ userName, externalId: userName }));
    const find = async (attribute: string): Promise<string[]> => {
      const where: Condition = { kind: 'compare', attribute, operator: 'sw', value: 'a' };
      const { items } = await provisioning.listUsers(caller, { where, offset: 0, limit: 200 });
      return items.map((it) => it.profile.userName);
    };

    const found = [await find('userName'), await find('externalId')];

    expect(found).toEqual([names.slice(0, 4), names.slice(0, 4)]);
  });

  it('takes the blanks at the end of a part as they are: blanks alone are not found everywhere', async () => {
    const provisioning = build();
    const caller = scimCaller(db.organizationId);
    for (const userName of ['jane doe', 'janet', 'jane', 'two  blanks'])
      await provisioning.createUser(caller, aProfile({ userName, displayName: userName }));
    const find = async (attribute: string, operator: 'sw' | 'co' | 'ew' | 'eq', sought: string): Promise<string[]> => {
      const where: Condition = { kind: 'compare', attribute, operator, value: sought };
      const { items } = await provisioning.listUsers(caller, { where, offset: 0, limit: 200 });
      return items.map((it) => it.profile.userName);
    };

    for (const attribute of ['userName', 'displayName']) {
      expect(await find(attribute, 'sw', '  ')).toEqual([]);
      expect(await find(attribute, 'ew', '  ')).toEqual([]);
      expect(await find(attribute, 'co', '  ')).toEqual(['two  blanks']);
      expect(await find(attribute, 'sw', 'JANE ')).toEqual(['jane doe']);
    }
    expect(await find('userName', 'eq', 'jane ')).toEqual(['jane']);
  });

  it('S6 in short: matching attributes are found by an index', async () => {
    const provisioning = build();
    const caller = scimCaller(db.organizationId);
    for (let no = 0; no < 200; no += 1)
      await provisioning.createUser(caller, aProfile({ userName: `u${no}`, externalId: `e${no}`, managerRaw: 'm' }));
    await db.sql.query('ANALYZE TABLE users, user_values');
    const eq = (attribute: string, text: string): Condition => ({
      kind: 'compare',
      attribute,
      operator: 'eq',
      value: text,
    });
    const { items } = await provisioning.listUsers(caller, { offset: 0, limit: 1 });
    const plan = async (where: Condition): Promise<unknown[]> => {
      const { sql, values } = conditionSql(where);
      const [rows] = await db.sql.query(
        `EXPLAIN FORMAT=TRADITIONAL SELECT u.id FROM users u WHERE u.organization_id = ? AND u.account_state <> 'removed' AND (${sql})`,
        [db.organizationId, ...values],
      );
      return (rows as { type: string; rows: unknown }[]).map((row) => [row.type, Number(row.rows) <= 2]);
    };

    const plans = await Promise.all([
      plan(eq('userName', 'U7')),
      plan(eq('externalId', 'e7')),
      plan({ kind: 'and', terms: [eq('id', items[0]?.id ?? ''), eq(`${enterprise}:manager.value`, 'm')] }),
      plan({
        kind: 'some',
        attribute: 'emails',
        where: { kind: 'and', terms: [eq('type', 'work'), eq('value', 'u7')] },
      }),
    ]);

    for (const tables of plans)
      for (const [type, isFew] of tables as [string, boolean][]) {
        expect(['const', 'eq_ref', 'ref']).toContain(type);
        expect(isFew).toBe(true);
      }
  });
});
