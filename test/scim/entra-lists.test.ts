// Rows of docs/scim.md about finding, paging and choosing attributes. Through both doors.
import { useDatabase } from '../support/database';
import { doorNames, useDoors, type Answered, type DoorName, idOf } from './doors';

const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const core = 'urn:ietf:params:scim:schemas:core:2.0:User';

describe.each(doorNames)('lists through the %s door', (door: DoorName) => {
  const db = useDatabase();
  const doors = useDoors(db);
  const post = (body: object): Promise<Answered> => doors.send(door, 'POST', '/Users', { body });
  const filter = (text: string): Promise<Answered> =>
    doors.send(door, 'GET', `/Users?filter=${encodeURIComponent(text)}`);
  const found = async (text: string): Promise<unknown[]> => {
    const { status, body } = await filter(text);
    expect([status, body['scimType']]).toEqual([200, undefined]);
    return (body['Resources'] as unknown as { userName: string }[]).map((it) => it.userName);
  };

  it('E1: a filter without a hit is 200 with an empty list', async () => {
    const { status, body } = await filter('userName eq "nobody"');

    expect([status, body['totalResults'], body['Resources']]).toEqual([200, 0, []]);
  });

  it('E32 to E35, E52: finds by every matching attribute, in any case, quoted or not, escaped, in either order', async () => {
    const manager = await post({ userName: 'boss@example.com' });
    const made = await post({
      userName: 'José+"q"\\😀@Example.com',
      externalId: 'Ext-1',
      displayName: 'Émile O’Neil',
      emails: [
        { type: 'work', value: 'Work@Example.com' },
        { type: 'home', value: 'h@example.com', primary: true },
      ],
      [enterprise]: { manager: { value: manager.body['id'], displayName: 'x' } },
    });
    const { id, userName } = made.body as unknown as { id: string; userName: string };
    const managerId = idOf(manager);

    for (const text of [
      `userName eq ${JSON.stringify(userName.toUpperCase())}`,
      `USERNAME Eq ${JSON.stringify(userName)}`,
      'externalId eq "Ext-1"',
      'externalId eq Ext-1',
      'displayName eq "émile o’neil"',
      'emails[type eq "work"].value eq "work@example.com"',
      'emails[type eq "WORK" and value co "@EXAMPLE"]',
      'emails eq "work@example.com"',
      'emails.value eq "h@example.com"',
      `id eq "${id}" and manager eq "${managerId}"`,
      `manager eq "${managerId}" and id eq "${id}"`,
      `${enterprise}:manager.value eq "${managerId}"`,
      `${core}:displayName sw "Émile"`,
      'not (userName eq "boss@example.com") and active eq "True"',
      'title ne "x" and not (title pr) and emails pr and (userName ew "nothing" or userName co "+")',
    ]) {
      expect([text, await found(text)]).toEqual([text, [userName]]);
    }
    expect(await found('externalId eq "ext-1"')).toEqual([]);
    expect(await found('emails[type eq "work"].value eq "h@example.com"')).toEqual([]);
    const plus = await doors.send(door, 'GET', '/Users?filter=userName+co+%22%2B%22&nonsense=1&nonsense=2');
    expect(plus.body['totalResults']).toBe(1);
    expect(made.body[enterprise]).toEqual({
      manager: { value: managerId, $ref: `https://uptake.example.com/scim/v2/Users/${managerId}` },
    });
  });

  it('finds by a part that ends in a sigma, whichever small letter it is written with', async () => {
    await post({ userName: 'ΟΔΟΣΑ', title: 'ΟΔΟΣΑ', emails: [{ value: 'οδοσα@example.com' }] });
    await post({ userName: 'οδος', title: 'οδος' });
    const group = await doors.send(door, 'POST', '/Groups', { body: { displayName: 'Όμιλος' } });

    for (const name of ['userName', 'title']) {
      expect(await found(`${name} sw "ΟΔΟΣ"`)).toEqual(['ΟΔΟΣΑ', 'οδος']);
      expect(await found(`${name} co "δοΣ"`)).toEqual(['ΟΔΟΣΑ', 'οδος']);
      expect(await found(`${name} eq "οδοσ" and ${name} ew "ΔΟΣ"`)).toEqual(['οδος']);
    }
    expect(await found('emails co "ΔΟΣ"')).toEqual(['ΟΔΟΣΑ']);
    const groups = await doors.send(door, 'GET', `/Groups?filter=${encodeURIComponent('displayName eq "ΌΜΙΛΟΣ"')}`);
    expect(groups.body['Resources']?.[0]?.['id']).toBe(group.body['id']);
    expect((await post({ userName: 'ΟΔΟΣ' })).status).toBe(409);
  });

  it('refuses an instant that its zone carries out of the years 1000 to 9999', async () => {
    await post({ userName: 'u' });

    const beyond = await filter('meta.created lt "9999-12-31T23:59:59-12:00"');

    expect([beyond.status, beyond.body['scimType']]).toEqual([400, 'invalidFilter']);
    expect(await found('meta.created lt "9999-12-31T23:59:59Z" and meta.created gt "1000-01-01"')).toEqual(['u']);
  });

  it('finds by the presence of a whole complex value: manager, name, and the reverse', async () => {
    await post({ userName: 'named', name: { givenName: 'G' } });
    await post({ userName: 'second', name: { middleName: 'M' }, [enterprise]: { manager: { value: 'boss' } } });
    await post({ userName: 'bare', title: 'T' });

    expect(await found('name pr')).toEqual(['named', 'second']);
    expect(await found('not (name pr)')).toEqual(['bare']);
    expect(await found('manager pr')).toEqual(['second']);
    expect(await found(`not (${enterprise}:manager pr) and name pr`)).toEqual(['named']);
  });

  it('reads a filter behind 1,000 signs, and refuses more than 200 names instead of losing the rest', async () => {
    for (const userName of ['one', 'two']) await post({ userName, title: 'T', emails: [{ value: 'e@example.com' }] });
    const names = (count: number): string => [...Array<string>(count - 1).fill('nickName'), 'title'].join(',');

    const far = await doors.send(door, 'GET', `/Users?${'&'.repeat(1000)}filter=userName+eq+%22one%22`);
    const many = await doors.send(door, 'GET', `/Users?excludedAttributes=${names(200)}`);
    const refusals = [
      await doors.send(door, 'GET', `/Users?excludedAttributes=${names(201)}`),
      await doors.send(door, 'POST', `/Users?attributes=${names(201)}`, { body: { userName: 'three' } }),
      await doors.send(door, 'POST', '/Users/.search', { body: { attributes: names(201).split(',') } }),
      await doors.send(door, 'POST', '/.search', { body: { excludedAttributes: names(201).split(',') } }),
    ];

    expect([far.body['totalResults'], far.body['Resources']?.[0]?.['userName']]).toEqual([1, 'one']);
    expect(many.body['Resources']?.[0]).toMatchObject({ userName: 'one' });
    expect(many.body['Resources']?.[0]).not.toHaveProperty('title');
    expect(refusals.map(({ status, body }) => [status, body['scimType']])).toEqual(
      refusals.map(() => [400, 'invalidValue']),
    );
    expect(await found('title pr')).toEqual(['one', 'two']);
  });

  it('E36: pages, clamps, counts and ends', async () => {
    for (let no = 1; no <= 12; no += 1) await post({ userName: `user${no}@example.com` });
    const page = async (query: string): Promise<unknown[]> => {
      const { body } = await doors.send(door, 'GET', `/Users?${query}`);
      const names = (body['Resources'] as unknown as { userName: string }[]).map((it) => it.userName.split('@')[0]);
      return [body['totalResults'], body['startIndex'], body['itemsPerPage'], names.join(' ')];
    };

    expect(await page('startIndex=6&count=5')).toEqual([12, 6, 5, 'user6 user7 user8 user9 user10']);
    expect(await page('startIndex=100')).toEqual([12, 100, 0, '']);
    expect(await page('count=0')).toEqual([12, 1, 0, '']);
    expect(await page('startIndex=-3&count=2')).toEqual([12, 1, 2, 'user1 user2']);
    expect(await page('count=1000000000&sortBy=userName&sortOrder=descending&startIndex=11')).toEqual([
      12,
      11,
      2,
      'user11 user10',
    ]);
    for (const query of [
      'count=abc',
      'count=1.5',
      'startIndex=0x10',
      'count=1e2',
      'count=',
      'count=1&count=2',
      'filter=%zz',
    ]) {
      const { status, body } = await doors.send(door, 'GET', `/Users?${query}`);
      expect([query, status, body['scimType']]).toEqual([query, 400, 'invalidValue']);
    }
    const unsorted = await doors.send(door, 'GET', '/Users?sortBy=title');
    expect([unsorted.status, unsorted.body['scimType']]).toEqual([400, 'invalidPath']);
  });

  it('E37: shows what attributes and excludedAttributes ask for, on every answer', async () => {
    const made = await doors.send(door, 'POST', '/Users?attributes=USERNAME,name.givenName', {
      body: {
        userName: 'u',
        title: 'T',
        name: { givenName: 'G', familyName: 'F' },
        emails: [{ type: 'work', value: 'e@example.com' }],
        [enterprise]: { department: 'D', division: 'V' },
      },
    });
    const id = idOf(made);
    const read = async (query: string) => (await doors.send(door, 'GET', `/Users/${id}?${query}`)).body;

    expect(made.body).toEqual({ schemas: [core, enterprise], id, userName: 'u', name: { givenName: 'G' } });
    expect(made.headers['location']).toContain(id);
    expect(await read(`attributes=emails.type,${enterprise}:division`)).toEqual({
      schemas: [core, enterprise],
      id,
      emails: [{ type: 'work' }],
      [enterprise]: { division: 'V' },
    });
    const rest = await read(`excludedAttributes=id,meta,name.familyName,emails,${enterprise}:department`);
    expect(rest).toEqual({
      schemas: [core, enterprise],
      id,
      userName: 'u',
      title: 'T',
      active: true,
      name: { givenName: 'G' },
      [enterprise]: { division: 'V' },
    });
  });

  it('shows nothing empty, and takes the core URN for all that is core', async () => {
    const foreign = 'urn:ietf:params:scim:schemas:extension:Foo:2.0:User';
    const made = await post({
      userName: 'u',
      name: { givenName: 'G' },
      emails: [{ value: 'e@example.com' }, { value: 'f@example.com', display: 'F' }],
      [enterprise]: { manager: { value: 'nobody' } },
      [foreign]: { tag: '1' },
    });
    const id = idOf(made);
    const schemas = [core, foreign, enterprise];
    const read = async (query: string) => (await doors.send(door, 'GET', `/Users/${id}?${query}`)).body;
    const { [enterprise]: _, [foreign]: __, ...own } = made.body;

    expect(await read(`attributes=${enterprise}:manager.displayName,name.familyName,emails.display`)).toEqual({
      schemas,
      id,
      emails: [{ display: 'F' }],
    });
    expect(await read('attributes=emails.type')).toEqual({ schemas, id });
    expect(await read(`excludedAttributes=name.givenName,manager.value,emails.value,meta`)).toEqual({
      schemas,
      id,
      userName: 'u',
      active: true,
      emails: [{ display: 'F' }],
      [foreign]: { tag: '1' },
    });
    expect(await read(`attributes=${core}`)).toEqual(own);
    expect(await read(`attributes=${core.toUpperCase()},${enterprise}`)).toEqual({
      ...own,
      [enterprise]: { manager: { value: 'nobody' } },
    });
    expect(await read(`excludedAttributes=${core},${enterprise}`)).toEqual({ schemas, id, [foreign]: { tag: '1' } });
    expect(await read(`attributes=${foreign}`)).toEqual({ schemas, id, [foreign]: { tag: '1' } });
    expect(await read(`attributes=userName&excludedAttributes=${foreign}`)).toEqual({ schemas, id, userName: 'u' });
  });

  it('takes the core URN of groups alike, members too, and reads none where it is excluded', async () => {
    const groupUrn = 'urn:ietf:params:scim:schemas:core:2.0:Group';
    const person = await post({ userName: 'u' });
    const group = await doors.send(door, 'POST', '/Groups', {
      body: { displayName: 'G', members: [{ value: idOf(person) }] },
    });
    const read = async (query: string) => (await doors.send(door, 'GET', `/Groups/${idOf(group)}?${query}`)).body;

    const all = await read(`attributes=${groupUrn}`);
    db.statements.length = 0;
    const none = await read(`excludedAttributes=${groupUrn}`);

    expect(all).toEqual(group.body);
    expect(none).toEqual({ schemas: [groupUrn], id: idOf(group) });
    expect(db.statements.filter((sql) => sql.includes('directory_group_members'))).toEqual([]);
  });

  it('answers what is the same for a whole kind: meta.resourceType and schemas', async () => {
    for (const userName of ['one', 'two']) await post({ userName, title: 'T' });
    await post({ userName: 'three', [enterprise]: { manager: { value: 'one' } }, 'urn:a:b:2.0:User': { badge: 'B' } });
    await doors.send(door, 'POST', '/Groups', { body: { displayName: 'G' } });
    const all = ['one', 'two', 'three'];

    for (const [text, names] of [
      ['meta.resourceType eq "User"', all],
      ['META.RESOURCETYPE sw "Us" and not (meta.resourceType ne "User") and meta.resourceType pr', all],
      ['meta.resourceType eq "user" or meta.resourceType eq null', []],
      ['meta.resourceType eq "Group" or userName eq "two"', ['two']],
      ['not (meta.resourceType eq "Group" or title pr)', ['three']],
      [`schemas eq "${core}" and schemas pr`, all],
      [`schemas eq "${core.toUpperCase()}"`, all],
      [`schemas sw "urn:ietf" and not (schemas eq "nonsense")`, all],
      [`schemas eq "${enterprise}"`, ['three']],
      [`schemas ne "${enterprise}"`, all],
      [`not (schemas eq "${enterprise}")`, ['one', 'two']],
      ['schemas eq "urn:a:b:2.0:User"', ['three']],
    ] as const) {
      expect([text, await found(text)]).toEqual([text, names]);
    }
    const wide = await filter(`schemas ne "${core}"`);
    const groups = await doors.send(door, 'GET', '/Groups?filter=meta.resourceType+eq+%22Group%22+and+displayName+pr');
    const search = async (text: string) =>
      (await doors.send(door, 'POST', '/.search', { body: { filter: text } })).body['totalResults'];

    expect([wide.status, wide.body['scimType']]).toEqual([400, 'invalidFilter']);
    expect(groups.body['totalResults']).toBe(1);
    expect([await search('meta.resourceType eq "User"'), await search('meta.resourceType eq "Group"')]).toEqual([3, 1]);
    expect([await search(`schemas eq "${core}"`), await search('schemas co "core:2.0"')]).toEqual([3, 4]);
  });

  it('counts nobody for a filter that always holds or never does', async () => {
    await post({ userName: 'one' });
    db.statements.length = 0;

    const [always, never] = [await found('meta.resourceType eq "User"'), await found('schemas eq "x"')];
    const lists = db.statements.filter((sql) => /FROM users u\b/.test(sql));

    expect([always, never]).toEqual([['one'], []]);
    expect(lists.map((sql) => /AND \(FALSE\)/.test(sql))).toEqual([false, true]);
    expect(lists.filter((sql) => /max_statement_time|COUNT/.test(sql))).toEqual([]);
  });
});
