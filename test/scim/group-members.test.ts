// Netting members: whatever the order of operations, the edit gives what applying them one by one would give.
import * as fc from 'fast-check';
import { normalizePatch } from '../../src/scim/entra-dialect';
import { isAboutMembers, memberEditOf } from '../../src/scim/group-members';
import { groupSchema } from '../../src/scim/schemas';

const schema = groupSchema();
const people = Array.from({ length: 6 }, (_, no) => `01a1fe4d-74a3-749b-9910-6b9fb11acef${no}`);
const some = fc.subarray(people);
const one = fc.constantFrom(...people);

interface Step {
  readonly operation: object;
  readonly apply: (members: ReadonlySet<string>) => ReadonlySet<string>;
}

const without = (members: ReadonlySet<string>, ids: readonly string[]) =>
  new Set([...members].filter((id) => !ids.includes(id)));
const refs = (ids: readonly string[]) => ids.map((value) => ({ value }));
const step: fc.Arbitrary<Step> = fc.oneof(
  some.map((ids) => ({
    operation: { op: 'Add', path: 'members', value: refs(ids) },
    apply: (members: ReadonlySet<string>) => new Set([...members, ...ids]),
  })),
  some.map((ids) => ({
    operation: { op: 'remove', path: 'members', value: refs(ids) },
    apply: (members: ReadonlySet<string>) => without(members, ids),
  })),
  fc.tuple(one, one).map(([a, b]) => ({
    operation: { op: 'remove', path: `members[value eq "${a}" or value eq "${b}"]` },
    apply: (members: ReadonlySet<string>) => without(members, [a, b]),
  })),
  some.map((ids) => ({
    operation: { op: 'replace', value: { members: refs(ids) } },
    apply: () => new Set(ids),
  })),
  fc.constant({ operation: { op: 'Remove', path: 'members' }, apply: () => new Set<string>() }),
  fc.constant({ operation: { op: 'Remove', path: 'members[type eq "User"]' }, apply: () => new Set<string>() }),
);

const editOf = (operations: readonly object[], warnings: string[] = []) =>
  memberEditOf(normalizePatch(schema, { Operations: operations }).operations.filter(isAboutMembers), warnings);

describe('members of a PATCH', () => {
  it('are netted to what the operations in order would leave', () => {
    const property = fc.property(some, fc.array(step, { maxLength: 12 }), (before, steps) => {
      const expected = steps.reduce((members, { apply }) => apply(members), new Set(before) as ReadonlySet<string>);

      const { others, wanted } = editOf(steps.map(({ operation }) => operation));

      const staying = others === 'stay' ? before.filter((id) => !wanted.has(id)) : [];
      const joining = [...wanted].filter(([, isMember]) => isMember).map(([id]) => id);
      expect([...staying, ...joining].toSorted()).toEqual([...expected].toSorted());
    });

    fc.assert(property, { numRuns: 2000 });
  });

  it.each([
    ['members[display eq "x"]'],
    ['members[value sw "01"]'],
    [`members[value ne "${people[0]}"]`],
    [`members[not (value eq "${people[0]}")]`],
    ['members[value pr]'],
  ])('are not chosen by %s', (path) => {
    expect(() => editOf([{ op: 'remove', path }])).toThrow('Members are chosen by their value');
  });

  it('takes ids in any case and warns of what is none', () => {
    const warnings: string[] = [];

    const { wanted } = editOf(
      [{ op: 'add', path: 'members', value: [{ value: people[0]!.toUpperCase() }, { value: 'x' }, { type: 'User' }] }],
      warnings,
    );

    expect([...wanted]).toEqual([[people[0], true]]);
    expect(warnings).toEqual(['Ignored: members[value eq "x"]', 'Ignored: members[value eq ""]']);
  });

  it('moves a member whom a value path names to the value that is sent', () => {
    const [a, b] = people as [string, string];

    const { others, wanted } = editOf([{ op: 'replace', path: `members[value eq "${a}"].value`, value: b }]);

    expect([others, ...wanted]).toEqual(['stay', [a, false], [b, true]]);
  });
});
