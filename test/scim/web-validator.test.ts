// Microsoft's web validator, rebuilt: its 24 tests and 7 previews, with bodies made from what /Schemas advertises and random
// values, each read back. Source: scimvalidator.microsoft.com, as its public description names the tests.
import { randomUUID } from 'node:crypto';
import { useDatabase } from '../support/database';
import { doorNames, idOf, textOf, useDoors, type Answered, type Body, type DoorName } from './doors';

interface Attribute {
  readonly name: string;
  readonly type: string;
  readonly multiValued: boolean;
  readonly mutability: string;
  readonly subAttributes?: readonly Attribute[];
}

interface Schema {
  readonly id: string;
  readonly attributes: readonly Attribute[];
}

const writable = ({ mutability, type }: Attribute) => mutability === 'readWrite' && type !== 'boolean';

/** A random value of an advertised attribute. */
function random(it: Attribute): unknown {
  if (it.subAttributes === undefined) return `${it.name} ${randomUUID()}`;
  const object = Object.fromEntries(it.subAttributes.filter(writable).map((sub) => [sub.name, random(sub)]));
  return it.multiValued ? [object] : object;
}

const members = ({ body }: Answered) =>
  ((body['members'] ?? []) as unknown as { value: string }[]).map((it) => it.value);
const absentId = '0192f0c1-0000-7000-8000-000000000000';
const upper = (name: string) => name.toUpperCase();

describe.each(doorNames)('S23: the web validator through the %s door', (door: DoorName) => {
  const db = useDatabase();
  const doors = useDoors(db);
  const send = (method: string, path: string, body?: unknown): Promise<Answered> =>
    doors.send(door, method, path, body === undefined ? {} : { body });
  const patch = (path: string, ...Operations: object[]): Promise<Answered> => send('PATCH', path, { Operations });
  const find = async (endpoint: string, filter: string, more = ''): Promise<Body[]> => {
    const answer = await send('GET', `${endpoint}?filter=${encodeURIComponent(filter)}${more}`);
    expect([filter, answer.status]).toEqual([filter, 200]);
    return answer.body['Resources'] as unknown as Body[];
  };
  const ids = (some: readonly Body[]) => some.map((it) => textOf(it, 'id'));
  /** A whole resource of random values, and without what only one may have. */
  const made = async (kind: 'User' | 'Group'): Promise<Record<string, unknown>> => {
    const { body } = await send('GET', '/Schemas');
    const schemas = (body['Resources'] as unknown as Schema[]).filter(({ id }) => id.endsWith(`:${kind}`));
    return Object.assign(
      {},
      ...schemas.map(({ id, attributes }) => {
        const own = Object.fromEntries(attributes.filter(writable).map((it) => [it.name, random(it)]));
        // Members are people who are there: they come by PATCH.
        delete own['members'];
        return id.includes(':core:') ? own : { [id]: own };
      }),
    ) as Record<string, unknown>;
  };
  const create = async (kind: 'User' | 'Group') => {
    const body = await made(kind);
    const answer = await send('POST', `/${kind}s`, body);
    return { body, answer, id: idOf(answer), path: `/${kind}s/${idOf(answer)}` };
  };

  describe.each([
    ['User', 'userName'],
    ['Group', 'displayName'],
  ] as const)('%s', (kind, key) => {
    const endpoint = `/${kind}s`;

    it('is created and read back', async () => {
      const { body, answer, path } = await create(kind);

      const read = await send('GET', path);

      expect([answer.status, read.status]).toEqual([201, 200]);
      expect(read.body).toMatchObject(body);
    });

    it('is refused a second time: 409', async () => {
      const { body } = await create(kind);

      const again = await send('POST', endpoint, body);

      expect([again.status, textOf(again.body, 'scimType')]).toEqual([409, 'uniqueness']);
    });

    it('is found by a filter where it exists, in another case too, and an absent one is an empty list', async () => {
      const { body, id } = await create(kind);
      await create(kind);
      const name = String(body[key]);

      const hits = await find(endpoint, `${key} eq "${name}"`);
      const other = await find(endpoint, `${key} eq "${upper(name)}"`);
      const none = await find(endpoint, `${key} eq "${randomUUID()}"`);

      expect([ids(hits), ids(other), none]).toEqual([[id], [id], []]);
    });

    it('has each attribute replaced one by one, then all of them in one path-less operation', async () => {
      const { path } = await create(kind);
      const [one, two] = [await made(kind), await made(kind)];

      const single = Object.entries(one).map(([name, value]) => patch(path, { op: 'replace', path: name, value }));
      const statuses = new Set((await Promise.all(single)).map(({ status }) => status));
      const first = await send('GET', path);
      const whole = await patch(path, { op: 'replace', value: two });
      const second = await send('GET', path);

      expect([[...statuses], whole.status]).toEqual([[200], 200]);
      expect(first.body).toMatchObject(one);
      expect(second.body).toMatchObject(two);
    });

    it('gets another name', async () => {
      const { path, body } = await create(kind);
      const value = randomUUID();

      await patch(path, { op: 'replace', path: key, value });

      const read = await send('GET', path);
      expect(textOf(read.body, key)).toBe(value);
      expect(await find(endpoint, `${key} eq "${String(body[key])}"`)).toEqual([]);
    });

    it('is deleted, and gone', async () => {
      const { path } = await create(kind);

      const gone = await send('DELETE', path);

      expect([gone.status, gone.text, (await send('GET', path)).status]).toEqual([204, '', 404]);
    });

    it('preview: takes several operations on one and on different attributes in one PATCH', async () => {
      const { path } = await create(kind);
      const [first, last] = [randomUUID(), randomUUID()];

      const answer = await patch(
        path,
        { op: 'replace', path: key, value: first },
        { op: 'add', path: 'externalId', value: 'other' },
        { op: 'replace', path: key, value: last },
      );

      expect([answer.status, textOf(answer.body, key), textOf(answer.body, 'externalId')]).toEqual([
        200,
        last,
        'other',
      ]);
    });

    it('preview: an absent one cannot be deleted, nor one twice', async () => {
      const { path } = await create(kind);

      const absent = await send('DELETE', `${endpoint}/${absentId}`);
      const once = await send('DELETE', path);
      const twice = await send('DELETE', path);

      expect([absent, once, twice].map(({ status }) => status)).toEqual([404, 204, 404]);
    });
  });

  it('User: is disabled', async () => {
    const { path } = await create('User');

    const off = await patch(path, { op: 'replace', path: 'active', value: false });

    expect([off.status, off.body['active'], (await send('GET', path)).body['active']]).toEqual([200, false, false]);
  });

  it('User: gets a manager, another one, and none', async () => {
    const [{ path }, one, two] = [await create('User'), await create('User'), await create('User')];
    const urn = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
    const managerOf = ({ body }: Answered) => body[urn]?.['manager']?.['value'];

    const added = await patch(path, { op: 'add', path: `${urn}:manager`, value: one.id });
    const replaced = await patch(path, { op: 'replace', path: `${urn}:manager`, value: { value: two.id } });
    const removed = await patch(path, { op: 'remove', path: `${urn}:manager` });

    expect([added, replaced, removed].map(managerOf)).toEqual([one.id, two.id, undefined]);
  });

  it('Group: is read and found without its members', async () => {
    const { id, path, body } = await create('Group');
    await patch(path, { op: 'add', path: 'members', value: [{ value: (await create('User')).id }] });

    const read = await send('GET', `${path}?excludedAttributes=members`);
    const [hit] = await find(
      '/Groups',
      `displayName eq "${String(body['displayName'])}"`,
      '&excludedAttributes=members',
    );

    expect([textOf(hit!, 'id'), idOf(read)]).toEqual([id, id]);
    expect([read.body['members'], hit?.['members']]).toEqual([undefined, undefined]);
  });

  it('Group: somebody joins and leaves', async () => {
    const { path } = await create('Group');
    const { id } = await create('User');

    await patch(path, { op: 'add', path: 'members', value: [{ value: id }] });
    const joined = await send('GET', path);
    await patch(path, { op: 'remove', path: `members[value eq "${id}"]` });
    const left = await send('GET', path);

    expect([members(joined), members(left)]).toEqual([[id], []]);
  });
});
