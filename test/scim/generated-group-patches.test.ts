// PATCH bodies for groups, in both dialects and every spelling: who is a member afterwards is what a plain set says. The full
// count runs in npm run soak.
import * as fc from 'fast-check';
import { useDatabase } from '../support/database';
import { createDice, type Dice, spelled } from '../support/scim-dice';
import type { Json } from '../support/scim-filters';
import { soakCount } from '../support/soak';
import { type Body, doorNames, idOf, textOf, useDoors } from './doors';

/** Numbers name people by their place; -1 is nobody, -2 the group itself. */
type Intent =
  | { readonly kind: 'add' | 'replace' | 'remove'; readonly who: readonly number[] }
  | { readonly kind: 'filter'; readonly who: readonly number[] }
  | { readonly kind: 'exchange'; readonly from: number; readonly to: number }
  | { readonly kind: 'clear' }
  | { readonly kind: 'name'; readonly text: string }
  | { readonly kind: 'externalId'; readonly text: string | null }
  | { readonly kind: 'broken'; readonly operation: Json; readonly scimType: string };

interface Group {
  readonly members: readonly number[];
  readonly displayName: string;
  readonly externalId: string | null;
}

const people = 8;
const who = fc.array(fc.oneof({ weight: 9, arbitrary: fc.nat(people - 1) }, fc.constantFrom(-1, -2)), { maxLength: 5 });
const person = fc.nat(people - 1);
const byDisplay: Json = { op: 'remove', path: 'members[display eq "a"]' };
const broken = fc.constantFrom<readonly [string, Json]>(
  ['invalidSyntax', { op: 'put', path: 'members', value: [] }],
  ['noTarget', { op: 'Remove' }],
  ['invalidFilter', byDisplay],
  ['invalidFilter', { op: 'remove', path: 'members[value eq]' }],
  ['mutability', { op: 'remove', path: 'displayName' }],
  ['mutability', { op: 'replace', path: 'id', value: 'a' }],
  ['invalidValue', { op: 'replace', path: 'displayName', value: '' }],
  ['invalidValue', { op: 'add', path: 'members', value: [{ value: { a: 1 } }] }],
  ['invalidPath', { op: 'replace', path: 'members[', value: [] }],
);
const intent: fc.Arbitrary<Intent> = fc.oneof(
  { weight: 12, arbitrary: fc.record({ kind: fc.constantFrom('add', 'replace', 'remove', 'filter'), who }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('exchange' as const), from: person, to: person }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'clear' as const }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('name' as const), text: fc.constantFrom('G', 'g', 'Ü 漢😀') }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('externalId' as const), text: fc.constantFrom('e', 'E', null) }),
  },
  {
    weight: 1,
    arbitrary: broken.map(([scimType, operation]) => ({ kind: 'broken' as const, operation, scimType })),
  },
);
const requests = fc.record({ intents: fc.array(intent, { minLength: 1, maxLength: 5 }), seed: fc.nat() });

/** What the group is afterwards, or the scimType of the refusal. */
function expected(group: Group, intents: readonly Intent[]): Group | string {
  // Whom a filter may choose by is known last; everything else is judged while the body is read.
  const refusals = intents.filter((it) => it.kind === 'broken');
  const refusal = refusals.find(({ operation }) => operation !== byDisplay) ?? refusals[0];
  if (refusal !== undefined) return refusal.scimType;
  const members = new Set(group.members);
  let { displayName, externalId } = group;
  for (const it of intents) {
    if (it.kind === 'replace' || it.kind === 'clear') members.clear();
    if (it.kind === 'add' || it.kind === 'replace') for (const one of it.who) if (one >= 0) members.add(one);
    if (it.kind === 'remove' || it.kind === 'filter') for (const one of it.who) members.delete(one);
    if (it.kind === 'exchange') {
      members.delete(it.from);
      members.add(it.to);
    }
    if (it.kind === 'name') displayName = it.text;
    if (it.kind === 'externalId') externalId = it.text;
  }
  return { members: [...members].toSorted(), displayName, externalId };
}

/** The operations of a body. @param idFor the id that stands for a number */
function operationsOf(intents: readonly Intent[], seed: number, idFor: (number: number) => string): Json[] {
  const dice = createDice(seed);
  const op = (verb: string): string => dice.pick([verb, verb[0]!.toUpperCase() + verb.slice(1)]);
  const path = (): string => spelled(dice, 'members');
  return intents.flatMap((it): Json[] => {
    if (it.kind === 'broken') return [it.operation];
    if (it.kind === 'clear') return [{ op: op('remove'), path: path() }];
    if (it.kind === 'exchange') {
      const target = `${path()}[value eq "${idFor(it.from)}"]`;
      return [
        dice.pick<Json>([
          { op: op('replace'), path: target, value: { value: idFor(it.to) } },
          { op: op('replace'), path: `${target}.value`, value: idFor(it.to) },
        ]),
      ];
    }
    if (it.kind === 'name') return [single(dice, op('replace'), 'displayName', it.text)];
    if (it.kind === 'externalId') return [single(dice, op(dice.pick(['add', 'replace'])), 'externalId', it.text)];
    if (it.kind === 'filter') return filtered(dice, op('remove'), path, it.who.map(idFor));
    const value = elements(dice, it.who.map(idFor));
    if (it.kind !== 'remove' && dice.chance(0.3)) return [{ op: op(it.kind), value: { [path()]: value } }];
    return [{ op: op(it.kind), path: path(), value }];
  });
}

function single(dice: Dice, op: string, name: string, value: Json): Json {
  return dice.chance(0.5) ? { op, path: spelled(dice, name), value } : { op, value: { [name]: value } };
}

/** One operation for each id, or one filter that names them all. */
function filtered(dice: Dice, op: string, path: () => string, ids: readonly string[]): Json[] {
  const term = (id: string): string => `value eq "${dice.chance(0.2) ? id.toUpperCase() : id}"`;
  if (ids.length > 0 && dice.chance(0.4)) return [{ op, path: `${path()}[${ids.map(term).join(' or ')}]` }];
  return ids.map((id) => ({ op, path: `${path()}[${term(id)}]` }));
}

function elements(dice: Dice, ids: readonly string[]): Json {
  const list = ids.map((value): Json =>
    dice.pick<Json>([{ value }, { value, $ref: null }, { Value: value, display: 'x', type: 'Group' }, value]),
  );
  return list.length === 1 && dice.chance(0.2) ? (list[0] as Json) : list;
}

describe('generated PATCH bodies for groups', () => {
  const db = useDatabase();
  const doors = useDoors(db);
  const count = soakCount('bodies', 300);

  it('S5: each leaves exactly the members that a plain set says, or the group as it was', async () => {
    const ids: string[] = [];
    for (let number = 0; number < people; number += 1)
      ids.push(idOf(await doors.send('hot', 'POST', '/Users', { body: { userName: `p${number}` } })));
    const made = await doors.send('hot', 'POST', '/Groups', { body: { displayName: 'G' } });
    const path = `/Groups/${idOf(made)}`;
    const special = [idOf(made), '0190a1b2-c3d4-7e5f-8a9b-000000000000'];
    const idFor = (number: number): string => (number < 0 ? special[number + 2] : ids[number]) as string;
    let group: Group = { members: [], displayName: 'G', externalId: null };
    let version = versionOf(made.body);

    for (const [number, { intents, seed }] of fc
      .sample(requests, { numRuns: count, seed: soakCount('seed', 20_261_121) })
      .entries()) {
      const Operations = operationsOf(intents, seed, idFor);
      const wanted = expected(group, intents);
      const after = typeof wanted === 'string' ? group : wanted;

      const answer = await doors.send(doorNames[number % 2] ?? 'hot', 'PATCH', path, { body: { Operations } });
      const read = await doors.send('hot', 'GET', path);

      const isSame = JSON.stringify(after) === JSON.stringify(group);
      expect({
        Operations,
        answer: [answer.status, answer.body['scimType']],
        group: groupOf(read.body, ids),
        isSameVersion: versionOf(read.body) === version,
      }).toEqual({
        Operations,
        answer: typeof wanted === 'string' ? [400, wanted] : [200, undefined],
        group: after,
        isSameVersion: isSame,
      });
      group = after;
      version = versionOf(read.body);
    }
  }, 1_800_000);
});

function groupOf(body: Body, ids: readonly string[]): Group {
  const members = ((body['members'] ?? []) as unknown as { value: string }[]).map(({ value }) => ids.indexOf(value));
  return {
    members: members.toSorted(),
    displayName: textOf(body, 'displayName'),
    externalId: textOf(body, 'externalId') || null,
  };
}

function versionOf(body: Body): string {
  return textOf(body['meta'] ?? {}, 'version');
}
