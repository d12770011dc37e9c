// The group rows of docs/scim.md, each in both dialects of Entra, through both doors, and sent a second time.
import { useDatabase } from '../support/database';
import { doorNames, useDoors, idOf, type Answered, type DoorName } from './doors';

const patchOp = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const nobody = '01a1fe4d-74a3-749b-9910-6b9fb11acef6';
const dialects = {
  default: {
    op: (op: string) => op[0]!.toUpperCase() + op.slice(1),
    removal: (ids: string[]) => [{ op: 'Remove', path: 'members', value: ids.map((value) => ({ value })) }],
    displayName: (value: string) => [{ op: 'Replace', path: 'displayName', value }],
  },
  optscim: {
    op: (op: string) => op,
    removal: (ids: string[]) => ids.map((id) => ({ op: 'remove', path: `members[value eq "${id}"]` })),
    displayName: (value: string) => [{ op: 'replace', value: { displayName: value } }],
  },
} as const;

interface Row {
  /** Members before and after, by the letter of a person. */
  readonly start: string;
  readonly operations: (ids: Readonly<Record<string, string>>) => readonly { readonly op: string }[];
  readonly after: string;
  readonly warnings?: number;
}

const refs = (ids: (string | undefined)[]) => ids.map((value) => ({ $ref: null, value }));

const rows: Readonly<Record<string, Row>> = {
  'E22: add with "$ref": null, a display of the client and odd names': {
    start: 'a',
    operations: ({ b, c }) => [
      { op: 'add', path: 'Members', value: [{ $ref: null, VALUE: b, display: 'mine' }, { value: c }] },
    ],
    after: 'abc',
  },
  'E22: add one, as an object and as a bare id': {
    start: '',
    operations: ({ a, b }) => [
      { op: 'add', path: 'members', value: { value: a } },
      { op: 'add', path: 'members', value: b },
    ],
    after: 'ab',
  },
  'E23: remove with a value array takes only these': {
    start: 'abc',
    operations: ({ a, c }) => [{ op: 'remove', path: 'members', value: refs([a, c]) }],
    after: 'b',
  },
  'E23: remove with one object': {
    start: 'abc',
    operations: ({ a }) => [{ op: 'remove', path: 'members', value: { value: a } }],
    after: 'bc',
  },
  'E23: remove with a bare id': {
    start: 'abc',
    operations: ({ b }) => [{ op: 'remove', path: 'members', value: b }],
    after: 'ac',
  },
  'E23: remove with an empty array takes nobody': {
    start: 'abc',
    operations: () => [{ op: 'remove', path: 'members', value: [] }],
    after: 'abc',
  },
  'E23: remove from an empty group': {
    start: '',
    operations: ({ a }) => [{ op: 'remove', path: 'members', value: refs([a]) }],
    after: '',
  },
  'E23: beside a filter the value is ignored': {
    start: 'abc',
    operations: ({ a, b }) => [{ op: 'remove', path: `members[value eq "${a}"]`, value: refs([b]) }],
    after: 'bc',
  },
  'E24: remove without value and filter empties': {
    start: 'abc',
    operations: () => [{ op: 'remove', path: 'members' }],
    after: '',
  },
  'E25: remove by a filter': {
    start: 'abc',
    operations: ({ a }) => [{ op: 'remove', path: `members[value eq "${a}"]` }],
    after: 'bc',
  },
  'E25: remove several by one filter': {
    start: 'abc',
    operations: ({ a, b }) => [
      { op: 'remove', path: `Members[type eq "User" and (VALUE EQ "${a}" or value eq "${b}")]` },
    ],
    after: 'c',
  },
  'E25: remove somebody who is no member': {
    start: 'ab',
    operations: ({ c }) => [
      { op: 'remove', path: `members[value eq "${c}"]` },
      { op: 'remove', path: 'members', value: refs([c]) },
    ],
    after: 'ab',
  },
  'E26: the same member twice': {
    start: 'a',
    operations: ({ a, b }) => [
      { op: 'add', path: 'members', value: refs([a, b, b]) },
      { op: 'add', path: 'members', value: refs([b]) },
    ],
    after: 'ab',
  },
  'E27: the unknown, a group and nonsense are skipped, the known applied': {
    start: '',
    operations: ({ a, group, foreign }) => [
      { op: 'add', path: 'members', value: refs([nobody, a, group, foreign, 'no id', '😀']) },
    ],
    after: 'a',
    warnings: 5,
  },
  'E28: replace sets exactly these': {
    start: 'ab',
    operations: ({ b, c }) => [{ op: 'replace', path: 'members', value: refs([b, c]) }],
    after: 'bc',
  },
  'E28: replace with nobody': {
    start: 'ab',
    operations: () => [{ op: 'replace', path: 'members', value: [] }],
    after: '',
  },
  'E16: a path-less replace of members': {
    start: 'ab',
    operations: ({ c }) => [{ op: 'replace', value: { members: refs([c]) } }],
    after: 'c',
  },
  'E16: a path-less add of members': {
    start: 'ab',
    operations: ({ c }) => [{ op: 'add', value: { members: refs([c]) } }],
    after: 'abc',
  },
  'E43: add of null or "" changes nothing': {
    start: 'ab',
    operations: () => [
      { op: 'add', path: 'members', value: null },
      { op: 'add', path: 'members', value: '' },
      { op: 'add', value: { members: null } },
    ],
    after: 'ab',
    warnings: 3,
  },
  'E23: remove with null or "" takes nobody': {
    start: 'ab',
    operations: () => [
      { op: 'remove', path: 'members', value: null },
      { op: 'remove', path: 'members', value: '' },
    ],
    after: 'ab',
    warnings: 2,
  },
  'E43: members null in a PATCH clears': {
    start: 'ab',
    operations: () => [{ op: 'replace', value: { members: null } }],
    after: '',
  },
  'E31: the core URN before the name': {
    start: 'a',
    operations: ({ b }) => [
      { op: 'add', path: 'urn:ietf:params:scim:schemas:core:2.0:Group:members', value: refs([b]) },
    ],
    after: 'ab',
  },
  'E9: add through a filter makes the member': {
    start: 'a',
    operations: ({ b }) => [{ op: 'add', path: `members[value eq "${b}"]`, value: { type: 'User' } }],
    after: 'ab',
  },
  'netted: who is added and removed in one PATCH is as before, the last word counts': {
    start: 'a',
    operations: ({ a, b, c }) => [
      { op: 'add', path: 'members', value: refs([b, c]) },
      { op: 'remove', path: 'members', value: refs([b, a]) },
      { op: 'add', path: 'members', value: refs([a]) },
    ],
    after: 'ac',
  },
  'netted: emptied, then filled': {
    start: 'ab',
    operations: ({ b, c }) => [
      { op: 'remove', path: 'members' },
      { op: 'add', path: 'members', value: refs([b, c]) },
    ],
    after: 'bc',
  },
  'E45: no operations': { start: 'a', operations: () => [], after: 'a' },
};

describe('groups as Entra sends them', () => {
  const db = useDatabase();
  const doors = useDoors(db);
  let ids: Record<string, string>;

  beforeEach(async () => {
    const user = async (userName: string, token = doors.token): Promise<string> =>
      idOf(await doors.send('hot', 'POST', '/Users', { token, body: { userName, displayName: `Person ${userName}` } }));
    ids = { a: await user('a'), b: await user('b'), c: await user('c'), foreign: await user('a', doors.secondToken) };
    ids['group'] = idOf(await doors.send('hot', 'POST', '/Groups', { body: { displayName: 'Other' } }));
    await doors.send('hot', 'POST', '/Groups', { token: doors.secondToken, body: { displayName: 'Team' } });
  });

  const named = (letters: string) => letters.split('').map((letter) => ids[letter] ?? '');
  const lettersOf = ({ body }: Answered): string =>
    ((body['members'] ?? []) as unknown as { value: string }[])
      .map(({ value }) => Object.keys(ids).find((letter) => ids[letter] === value) ?? value)
      .toSorted()
      .join('');

  describe.each(doorNames)('through the %s door', (door: DoorName) => {
    const make = async (letters: string): Promise<string> => {
      const members = named(letters).map((value) => ({ value }));
      const made = await doors.send(door, 'POST', '/Groups', { body: { displayName: 'Team', members } });
      expect([made.status, lettersOf(made)]).toEqual([201, letters]);
      return idOf(made);
    };
    const patch = (id: string, Operations: readonly object[], headers = {}): Promise<Answered> =>
      doors.send(door, 'PATCH', `/Groups/${id}?aadOptscim062020`, {
        body: { schemas: [patchOp], Operations },
        headers,
      });

    describe.each(Object.keys(dialects) as (keyof typeof dialects)[])('in the %s dialect', (dialect) => {
      const { op, removal, displayName } = dialects[dialect];

      it.each(Object.entries(rows))('%s', async (_, row) => {
        const id = await make(row.start);
        const operations = row.operations(ids).map((it) => ({ ...it, op: op(it.op) }));

        const first = await patch(id, operations);
        const second = await patch(id, operations);
        const read = await doors.send(door, 'GET', `/Groups/${id}`);

        expect([first.status, lettersOf(first)]).toEqual([200, row.after]);
        expect(second.body).toEqual(first.body);
        expect(read.body).toEqual(first.body);
        expect(read.headers['etag']).toBe(row.start === row.after ? 'W/"1"' : 'W/"2"');
        await doors.flush();
        const logged = doors.rows.filter((it) => it.method === 'PATCH' && it.subjectId === id);
        expect(logged[1]).toMatchObject({ decision: 'unchanged', affected: { group: id, joined: 0, left: 0 } });
        expect((logged[0]?.warnings as unknown[] | null)?.length ?? 0).toBe(row.warnings ?? 0);
      });

      it.each([1, 2, 500])('S11: Remove of %i members takes exactly these, present or not', async (count) => {
        const id = await make('abc');
        const strangers = Array.from({ length: count - 1 }, (_, no) =>
          `${no}`.padStart(8, '0').concat(nobody.slice(8)),
        );

        const answers = [await patch(id, removal([ids['b']!, ...strangers])), await patch(id, removal([ids['b']!]))];

        for (const answer of answers) expect([answer.status, lettersOf(answer)]).toEqual([200, 'ac']);
      });

      it('E29, E49: renames; a name that another group has in any case is 409, and nothing of that PATCH stays', async () => {
        const id = await make('a');

        const renamed = await patch(id, displayName('Squad'));
        const taken = await patch(id, [
          { op: op('add'), path: 'members', value: [{ value: ids['b'] }] },
          ...displayName('oTHER'),
        ]);
        const read = await doors.send(door, 'GET', `/Groups/${id}`);
        const whole = await patch(id, [{ op: op('replace'), value: { id, displayName: 'squad' } }]);
        const foreignId = await patch(id, [{ op: op('replace'), value: { id: nobody, displayName: 'x' } }]);
        const removed = await patch(id, [{ op: op('remove'), path: 'displayName' }]);
        const emptied = await patch(id, displayName(''));

        expect([renamed.status, renamed.body['displayName']]).toEqual([200, 'Squad']);
        expect([taken.status, taken.body['scimType']]).toEqual([409, 'uniqueness']);
        expect([read.body['displayName'], lettersOf(read)]).toEqual(['Squad', 'a']);
        expect([whole.status, whole.body['displayName']]).toEqual([200, 'squad']);
        expect([foreignId.status, foreignId.body['scimType']]).toEqual([400, 'mutability']);
        expect([removed.status, removed.body['scimType']]).toEqual([400, 'mutability']);
        expect([emptied.status, emptied.body['scimType']]).toEqual([400, 'invalidValue']);
      });

      it('E41: an unknown path is skipped, alone it is 400; a filter on names is refused', async () => {
        const id = await make('a');
        const unknown = { op: op('replace'), path: 'nonsense', value: 'x' };

        const both = await patch(id, [unknown, { op: op('add'), path: 'members', value: [{ value: ids['b'] }] }]);
        const alone = await patch(id, [unknown]);
        const byName = await patch(id, [{ op: op('remove'), path: 'members[display eq "Person a"]' }]);
        const display = await patch(id, [{ op: op('replace'), path: 'members.display', value: 'x' }]);

        expect([both.status, lettersOf(both)]).toEqual([200, 'ab']);
        expect([alone.status, alone.body['scimType']]).toEqual([400, 'invalidPath']);
        expect([byName.status, byName.body['scimType']]).toEqual([400, 'invalidFilter']);
        expect([display.status, display.body['scimType']]).toEqual([400, 'mutability']);
      });
    });

    it('shows what a member is, whatever the client sent', async () => {
      const id = await make('');

      await patch(id, [
        { op: 'Add', path: 'members', value: [{ value: ids['a'], display: 'x', type: 'Group', $ref: 'y' }] },
      ]);
      const read = await doors.send(door, 'GET', `/Groups/${id}`);

      const $ref = `https://uptake.example.com/scim/v2/Users/${ids['a']}`;
      expect(read.body['members']).toEqual([{ value: ids['a'], type: 'User', $ref, display: 'Person a' }]);
    });
  });
});
