// Microsoft's validators, rebuilt: the gallery's validation workflows that speak to the endpoint alone (21 and 22 are S18 and
// S19), over the attributes of Entra's mapping. Source: AzureAD/SCIMReferenceCode, validation workflows, version 5.
import { randomUUID } from 'node:crypto';
import { useDatabase } from '../support/database';
import { doorNames, idOf, textOf, useDoors, type Answered, type Body, type DoorName } from './doors';
import { bodyOf, mapped, type Mapped } from './mapped-attributes';

const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const manager = `${enterprise}:manager`;

/** The two dialects of Entra. */
const dialects = [
  { add: 'Add', replace: 'Replace', remove: 'Remove', off: 'False', on: 'True' },
  { add: 'add', replace: 'replace', remove: 'remove', off: false, on: true },
] as const;

/** An attribute as /Schemas has it, as far as names go. */
interface Named {
  readonly name: string;
  readonly subAttributes?: readonly Named[];
}

const lower = (some: readonly Named[] = []) => new Map(some.map((it) => [it.name.toLowerCase(), it]));

describe.each(doorNames)('S23: the gallery validation workflows through the %s door', (door: DoorName) => {
  const db = useDatabase();
  const doors = useDoors(db);
  const send = (method: string, path: string, body?: unknown): Promise<Answered> =>
    doors.send(door, method, path, body === undefined ? {} : { body });
  const patch = (path: string, ...Operations: object[]): Promise<Answered> =>
    send('PATCH', path, { schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations });
  const found = async (endpoint: string, filter: string): Promise<Body[]> => {
    const { status, body } = await send('GET', `${endpoint}?filter=${encodeURIComponent(filter)}`);
    expect([filter, status]).toEqual([filter, 200]);
    return body['Resources'] as unknown as Body[];
  };
  const values = (some: readonly Mapped[], body: Body) => some.map(({ path, read }) => [path, read(body)]);
  const wanted = (some: readonly Mapped[], name: string) => some.map(({ path, shown }) => [path, shown(name)]);
  const user = async (name: string): Promise<string> =>
    `/Users/${idOf(await send('POST', '/Users', { ...bodyOf(mapped, name), active: true }))}`;

  it.each(dialects)('2 Update_User: finds, changes and reads somebody ($replace)', async ({ replace }) => {
    const name = randomUUID();
    const path = await user(name);

    const [hit] = await found('/Users', `userName eq "${String(mapped[0]?.sent(name))}"`);
    const changed = await patch(path, { op: replace, path: 'displayName', value: 'Someone else' });

    expect(`/Users/${textOf(hit!, 'id')}`).toBe(path);
    expect([changed.status, textOf((await send('GET', path)).body, 'displayName')]).toEqual([200, 'Someone else']);
  });

  it.each(dialects)('3 Disable_User: switched off, still there and found ($replace)', async ({ replace, off, on }) => {
    const name = randomUUID();
    const path = await user(name);

    const disabled = await patch(path, { op: replace, path: 'active', value: off });
    const [hit] = await found('/Users', `userName eq "${String(mapped[0]?.sent(name))}"`);
    const again = await patch(path, { op: replace, path: 'active', value: on });

    expect([disabled, again].map(({ status, body }) => [status, body['active']])).toEqual([
      [200, false],
      [200, true],
    ]);
    expect(hit?.['active']).toBe(false);
  });

  it('15 Schema_Discoverability: each mapped attribute is in /Schemas, without case', async () => {
    const { body } = await send('GET', '/Schemas');

    const schemas = (body['Resources'] as unknown as { id: string; attributes: Named[] }[]).map(
      ({ id, attributes }) => [id, lower(attributes)] as const,
    );
    const isThere = ({ path }: Mapped) => {
      const [urn, attributes] = schemas.find(([id]) => path.startsWith(`${id}:`)) ?? schemas[0]!;
      const own = path.startsWith(urn) ? path.slice(urn.length + 1) : path;
      const [name = '', sub] = own
        .replace(/\[.*\]/, '')
        .toLowerCase()
        .split('.');
      const attribute = attributes.get(name);
      return attribute !== undefined && (sub === undefined || lower(attribute.subAttributes).has(sub));
    };
    expect(mapped.filter((it) => !isThere(it)).map(({ path }) => path)).toEqual([]);
    const group = schemas.find(([id]) => id.endsWith(':Group'))?.[1];
    expect(['displayname', 'externalid', 'members'].filter((name) => !group?.has(name))).toEqual([]);
  });

  const clearable = mapped.filter(({ path }) => path !== 'userName' && path !== 'active');

  it.each(dialects)(
    '16 SCIM_Null_Update: each reads back empty after "" and after null ($replace)',
    async (dialect) => {
      const path = await user('somebody');
      const all = (value: (it: Mapped) => unknown) =>
        clearable.map((it) => ({ op: dialect.replace, path: it.path, value: value(it) }));

      for (const nothing of ['', null]) {
        const cleared = await patch(path, ...all(() => nothing));
        const read = await send('GET', path);
        const filled = await patch(path, ...all((it) => it.sent('again')));

        expect([cleared.status, filled.status]).toEqual([200, 200]);
        expect(values(clearable, read.body).filter(([, value]) => value !== undefined)).toEqual([]);
        expect(values(clearable, filled.body)).toEqual(wanted(clearable, 'again'));
      }
    },
  );

  it('17 SCIM_User_Create: every mapped value makes the round trip', async () => {
    const made = await send('POST', '/Users', bodyOf(mapped, 'one'));

    const read = await send('GET', `/Users/${idOf(made)}`);

    expect([made.status, read.status]).toEqual([201, 200]);
    expect(values(mapped, made.body)).toEqual(wanted(mapped, 'one'));
    expect(read.body).toEqual(made.body);
  });

  it.each(dialects)('18 SCIM_User_Update: every mapped value is replaced ($replace)', async ({ replace }) => {
    const path = await user('one');

    const singly = await patch(path, ...mapped.map((it) => ({ op: replace, path: it.path, value: it.sent('two') })));
    const whole = await patch(path, { op: replace, value: bodyOf(mapped, 'three') });

    expect([singly.status, whole.status]).toEqual([200, 200]);
    expect(values(mapped, singly.body)).toEqual(wanted(mapped, 'two'));
    expect(values(mapped, (await send('GET', path)).body)).toEqual(wanted(mapped, 'three'));
  });

  it('19, 20 SCIM_Group_Create, SCIM_Group_Update: name, id and members make the round trip', async () => {
    const ids = [(await user('a')).slice(7), (await user('b')).slice(7)];
    const members = (body: Body) =>
      (body['members'] as unknown as { value: string }[] | undefined)?.map((it) => it.value);

    const made = await send('POST', '/Groups', {
      displayName: 'Sales',
      externalId: 'x1',
      members: [{ value: ids[0] }],
    });
    const path = `/Groups/${idOf(made)}`;
    const read = await send('GET', path);
    await patch(
      path,
      { op: 'Replace', path: 'displayName', value: 'Marketing' },
      { op: 'Replace', path: 'externalId', value: 'x2' },
      { op: 'Add', path: 'members', value: [{ value: ids[1] }] },
    );
    const changed = await send('GET', path);

    expect(made.status).toBe(201);
    const shown = [made, read, changed].map(({ body }) => [body['displayName'], body['externalId'], members(body)]);
    expect(shown).toEqual([
      ['Sales', 'x1', [ids[0]]],
      ['Sales', 'x1', [ids[0]]],
      ['Marketing', 'x2', ids],
    ]);
  });

  it.each([
    ['23 SCIM_User_Pagination', '/Users', 'userName'],
    ['24 SCIM_Group_Pagination', '/Groups', 'displayName'],
  ])('%s: everybody once, in pages of five, startIndex echoed', async (_, endpoint, name) => {
    const all = Array.from({ length: 12 }, (__, no) => `number ${String(no).padStart(2, '0')}`);
    for (const one of all) await send('POST', endpoint, { [name]: one });

    const pages = [];
    for (const startIndex of [1, 6, 11]) pages.push(await send('GET', `${endpoint}?startIndex=${startIndex}&count=5`));

    const facts = pages.map(({ body }) => [body['startIndex'], body['itemsPerPage'], body['totalResults']]);
    expect(facts).toEqual([
      [1, 5, 12],
      [6, 5, 12],
      [11, 2, 12],
    ]);
    const shown = pages.flatMap(({ body }) => (body['Resources'] as unknown as Body[]).map((it) => textOf(it, name)));
    expect(shown).toEqual(all);
  });

  it.each(dialects)('25 SCIM_Update_Manager: added, replaced, cleared by "" ($replace)', async ({ add, replace }) => {
    const path = await user('somebody');
    const [first, second] = [(await user('first')).slice(7), (await user('second')).slice(7)];
    const managerOf = ({ body }: Answered) => body[enterprise]?.['manager']?.['value'];

    const added = await patch(path, { op: add, path: manager, value: first });
    const replaced = await patch(path, { op: replace, path: manager, value: second });
    const cleared = await patch(path, { op: replace, path: manager, value: '' });

    expect([added, replaced, cleared].map((it) => [it.status, managerOf(it)])).toEqual([
      [200, first],
      [200, second],
      [200, undefined],
    ]);
    expect(managerOf(await send('GET', path))).toBeUndefined();
  });
});
