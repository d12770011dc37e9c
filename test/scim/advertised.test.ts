// What /Schemas advertises is what the server does: for each attribute and sub-attribute of users and groups, requests are
// derived from its type, mutability, returned, required, uniqueness and caseExact alone. An attribute that nothing stores fails.
import { groupSchema, userSchema, type AttributeDocument, type SchemaDocument } from '../../src/scim/schemas';
import { useDatabase } from '../support/database';
import { idOf, textOf, useDoors, type Answered, type Body } from './doors';

/** A simple attribute: on its own, or inside a complex one. */
interface Leaf {
  readonly endpoint: '/Users' | '/Groups';
  /** As a client writes it, with the URN of an extension. */
  readonly path: string;
  /** Under which the answer has the extension; undefined for the core schema. */
  readonly urn: string | undefined;
  readonly top: AttributeDocument;
  /** Undefined where `top` itself is simple. */
  readonly sub: AttributeDocument | undefined;
  /** The simple one of the two. */
  readonly it: AttributeDocument;
}

function leavesOf(endpoint: Leaf['endpoint'], { id, attributes }: SchemaDocument): Leaf[] {
  const urn = id.includes(':core:') ? undefined : id;
  const prefix = urn === undefined ? '' : `${urn}:`;
  return attributes.flatMap((top): Leaf[] => {
    const base = { endpoint, urn, top };
    const subs = top.subAttributes ?? [];
    if (subs.length === 0) return [{ ...base, path: `${prefix}${top.name}`, sub: undefined, it: top }];
    return subs.map((sub) => ({ ...base, path: `${prefix}${top.name}.${sub.name}`, sub, it: sub }));
  });
}

const documents = { '/Users': userSchema().documents, '/Groups': groupSchema().documents } as const;
const leaves = (['/Users', '/Groups'] as const).flatMap((endpoint) =>
  documents[endpoint].flatMap((document) => leavesOf(endpoint, document)),
);
const named = (some: readonly Leaf[]) => some.map((leaf) => [`${leaf.endpoint} ${leaf.path}`, leaf] as const);
const writable = leaves.filter(({ it, top }) => it.mutability === 'readWrite' && top.mutability === 'readWrite');
const ofServer = leaves.filter((leaf) => !writable.includes(leaf));
/** Follows from other rows, which are searched instead; docs/scim.md names them. */
const isDerived = ({ path }: Leaf) => /\$ref$|members\.display$|manager\.displayName$|licenseState$/.test(path);

/** A value of the advertised type; another for another number. */
function sample({ it }: Leaf, number: number): string | number | boolean {
  if (it.type === 'boolean') return number === 1;
  if (it.type === 'integer' || it.type === 'decimal') return number;
  if (it.type === 'dateTime') return `2026-03-0${number}T09:00:00.000Z`;
  return `Sample-${number}`;
}

/** The attribute as a body holds it. An element that is a type or a mark alone is none, so it has company. */
function place({ urn, top, sub }: Leaf, value: unknown): object {
  const inside = sub === undefined ? value : { [sub.name]: value, ...(top.multiValued && company(top, sub)) };
  const held = { [top.name]: top.multiValued ? [inside] : inside };
  return urn === undefined ? held : { [urn]: held };
}

function company({ subAttributes = [] }: AttributeDocument, sub: AttributeDocument): object {
  const other = subAttributes.find((it) => it.type !== 'boolean' && it.name !== 'type' && it !== sub);
  return other !== undefined && ['type', 'primary'].includes(sub.name) ? { [other.name]: 'company' } : {};
}

/** What an answer has of it. */
function read({ urn, top, sub }: Leaf, body: Body): unknown {
  const held: unknown = (urn === undefined ? body : body[urn])?.[top.name];
  const one = top.multiValued ? (held as Body[] | undefined)?.[0] : (held as Body | undefined);
  return sub === undefined ? one : one?.[sub.name];
}

const literal = (value: unknown) => JSON.stringify(value);

describe('S22: what /Schemas advertises', () => {
  const db = useDatabase();
  const doors = useDoors(db);
  const send = doors.send.bind(undefined, 'hot');
  const required = (leaf: Leaf, name: string) => ({ [leaf.endpoint === '/Users' ? 'userName' : 'displayName']: name });
  const create = (leaf: Leaf, name: string, more: object = {}): Promise<Answered> =>
    send('POST', leaf.endpoint, { body: { ...required(leaf, name), ...more } });
  const patch = (leaf: Leaf, id: string, operation: object): Promise<Answered> =>
    send('PATCH', `${leaf.endpoint}/${id}`, { body: { Operations: [operation] } });
  const get = (leaf: Leaf, id: string, query = '') => send('GET', `${leaf.endpoint}/${id}${query}`);
  const found = async (leaf: Leaf, filter: string): Promise<string[]> => {
    const answer = await send('GET', `${leaf.endpoint}?filter=${encodeURIComponent(filter)}`);
    expect([filter, answer.status]).toEqual([filter, 200]);
    return (answer.body['Resources'] as unknown as Body[]).map((it) => textOf(it, 'id'));
  };

  it('is what the schemas here are read from, and has no more', async () => {
    const { body } = await send('GET', '/Schemas');

    const shown = (body['Resources'] as unknown as SchemaDocument[]).map(({ id, attributes }) => [id, attributes]);
    const known = Object.values(documents).flat();
    expect(shown).toEqual(known.map(({ id, attributes }) => [id, attributes]));
    expect(leaves.length).toBeGreaterThan(60);
  });

  it.each(named(writable))('%s is written by POST, PATCH and PUT, read back as sent, and goes', async (_, leaf) => {
    const { path, top } = leaf;
    const whole = top.multiValued ? pathOf(leaf) : path;
    const [first, second] = [sample(leaf, 1), sample(leaf, 2)];

    const made = await create(leaf, 'one', place(leaf, first));
    const id = idOf(made);
    const posted = await get(leaf, id);
    const value = top.multiValued ? valueIn(leaf, second) : second;
    const patched = await patch(leaf, id, { op: 'replace', path: whole, value });
    const after = await get(leaf, id);
    const put = await send('PUT', `${leaf.endpoint}/${id}`, {
      body: { ...required(leaf, 'one'), ...place(leaf, first) },
    });
    const removed = await patch(leaf, id, { op: 'remove', path: whole });
    const gone = await get(leaf, id);

    const written = [made, posted, patched, after, put];
    expect(written.map(({ status }) => status)).toEqual([201, 200, 200, 200, 200]);
    expect(written.map(({ body }) => read(leaf, body))).toEqual([first, first, second, second, first]);
    const isRequired = leaf.it.required === true;
    // E4: taking `active` away must not switch anybody off or on.
    const stays = isRequired || leaf.path === 'active';
    expect([removed.status, read(leaf, gone.body)]).toEqual([isRequired ? 400 : 200, stays ? first : undefined]);
  });

  it.each(named(writable))('%s is found, unique and returned as it says', async (_, leaf) => {
    const ids = [];
    for (const number of [1, 2]) {
      ids.push(idOf(await create(leaf, `name ${number}`, place(leaf, sample(leaf, number)))));
    }
    const value = sample(leaf, 1);

    const hits = await found(leaf, `${leaf.path} eq ${literal(value)}`);
    const others = await found(leaf, `${leaf.path} pr and ${leaf.path} ne ${literal(value)}`);
    const upper = typeof value === 'string' ? value.toUpperCase() : value;
    const folded = await found(leaf, `${leaf.path} eq ${literal(upper)}`);
    const chosen = await get(leaf, ids[0]!, `?attributes=${leaf.path}`);
    const without = await get(leaf, ids[0]!, `?excludedAttributes=${leaf.path}`);
    const again = await create(leaf, 'third', place(leaf, value));

    expect([hits, others]).toEqual([[ids[0]], [ids[1]]]);
    expect(folded).toEqual(leaf.it.caseExact === true ? [] : [ids[0]]);
    expect([leaf.it.returned, read(leaf, chosen.body), read(leaf, without.body)]).toEqual([
      'default',
      value,
      undefined,
    ]);
    expect(Object.keys(chosen.body).toSorted()).toEqual(['id', leaf.urn ?? leaf.top.name, 'schemas'].toSorted());
    const isUnique = leaf.it.uniqueness === 'server';
    expect([again.status, textOf(again.body, 'scimType')]).toEqual(isUnique ? [409, 'uniqueness'] : [201, '']);
  });

  it.each(named(ofServer))('%s is shown by the server, and no client changes it', async (_, leaf) => {
    const { users, groups } = await world();
    const id = (leaf.endpoint === '/Users' ? users : groups)[0]!;
    const shown = async (query = '') => read(leaf, (await get(leaf, id, query)).body);
    const before = await shown(`?attributes=${leaf.path}`);
    const plain = await shown();
    const without = await shown(`?excludedAttributes=${leaf.path}`);

    const wrong = await patch(leaf, id, { op: 'replace', path: ownPathOf(leaf, users[0]!), value: users[1] });

    expect([before, plain]).toEqual([expect.any(String), leaf.it.returned === 'request' ? undefined : before]);
    expect(without).toBeUndefined();
    const isReadOnly = [leaf.it, leaf.top].some((it) => it.mutability === 'readOnly' || it.name === '$ref');
    // An immutable part comes with its element: `value` names another one, `type` says nothing. `$ref` follows from the value.
    expect([wrong.status, textOf(wrong.body, 'scimType')]).toEqual(isReadOnly ? [400, 'mutability'] : [200, '']);
    const isAnother = leaf.path === 'members.value';
    expect(await shown(`?attributes=${leaf.path}`)).toBe(isAnother ? users[1] : before);
  });

  it.each(named(ofServer.filter((leaf) => !isDerived(leaf))))('%s is found by a filter too', async (_, leaf) => {
    const { users, groups } = await world();
    const [id, other] = leaf.endpoint === '/Users' ? users : groups;
    const value = String(read(leaf, (await get(leaf, id!, `?attributes=${leaf.path}`)).body));

    const hits = await found(leaf, `${leaf.path} eq ${literal(value)}`);
    const folded = await found(leaf, `${leaf.path} eq ${literal(value.toUpperCase())}`);
    const absent = await found(leaf, `${leaf.path} eq "nobody has this"`);

    expect(hits).toContain(id);
    expect(hits).not.toContain(other);
    expect([folded, absent]).toEqual([hits, []]);
  });

  it.each(named(leaves.filter(isDerived)))(
    '%s is derived: a filter on it is refused, not answered',
    async (_, leaf) => {
      const filter = encodeURIComponent(`${leaf.path} eq "x"`);

      const answer = await send('GET', `${leaf.endpoint}?filter=${filter}`);

      expect([answer.status, textOf(answer.body, 'scimType')]).toEqual([400, 'invalidFilter']);
    },
  );

  /** Somebody with a manager, a group and a seat, and the group; beside each, one with none of that. */
  async function world(): Promise<{ readonly users: string[]; readonly groups: string[] }> {
    const user = async (userName: string, more: object = {}): Promise<string> =>
      idOf(await send('POST', '/Users', { body: { userName, displayName: `Name of ${userName}`, ...more } }));
    const manager = await user('manager', { active: false });
    const urn = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
    const users = [await user('ada', { [urn]: { manager: { value: manager } } }), manager];
    const group = async (displayName: string, members: object[]): Promise<string> =>
      idOf(await send('POST', '/Groups', { body: { displayName, members } }));
    return { users, groups: [await group('full', [{ value: users[0] }]), await group('empty', [])] };
  }
});

/** Where a PATCH replaces the whole attribute. */
function pathOf({ urn, top }: Leaf): string {
  return urn === undefined ? top.name : `${urn}:${top.name}`;
}

/** The path to the part of the one element that is there. */
function ownPathOf({ path, top, sub }: Leaf, memberId: string): string {
  return top.name === 'members' ? `members[value eq "${memberId}"].${sub?.name ?? ''}` : path;
}

function valueIn(leaf: Leaf, value: unknown): unknown {
  return (place(leaf, value) as Record<string, unknown>)[leaf.top.name];
}
