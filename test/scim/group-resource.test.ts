// Groups beyond PATCH: create, find, list, replace, remove, versions, sizes, organizations. Through both doors.
import { newId } from '../../src/ids';
import { useDatabase } from '../support/database';
import { doorNames, useDoors, idOf, textOf, type Answered, type Body, type DoorName } from './doors';

const core = 'urn:ietf:params:scim:schemas:core:2.0:Group';
const base = 'https://uptake.example.com/scim/v2';

describe.each(doorNames)('groups through the %s door', (door: DoorName) => {
  const db = useDatabase();
  const doors = useDoors(db);
  const post = (body: object, token = doors.token): Promise<Answered> =>
    doors.send(door, 'POST', '/Groups', { body, token });
  const user = async (userName: string): Promise<string> =>
    idOf(await doors.send(door, 'POST', '/Users', { body: { userName, displayName: userName.toUpperCase() } }));
  const patch = (id: string, Operations: object[], headers = {}): Promise<Answered> =>
    doors.send(door, 'PATCH', `/Groups/${id}`, { body: { Operations }, headers });
  const get = (path: string): Promise<Answered> => doors.send(door, 'GET', path);
  const members = (ids: string[]) => ids.map((value) => ({ value }));
  const membersOf = ({ body }: Answered | { body: Body }): string[] =>
    ((body['members'] ?? []) as unknown as { value: string }[]).map(({ value }) => value);
  const found = async (filter: string): Promise<string[]> => {
    const { status, body } = await get(`/Groups?filter=${encodeURIComponent(filter)}`);
    expect([filter, status, body['scimType']]).toEqual([filter, 200, undefined]);
    return (body['Resources'] as unknown as { displayName: string }[]).map(({ displayName }) => displayName);
  };
  /** Members written straight into the tables: people with short names. */
  const fill = async (groupId: string, count: number): Promise<void> => {
    const at = '2026-03-02 09:00:00';
    const ids = Array.from({ length: count }, () => newId());
    for (let start = 0; start < count; start += 2000) {
      const some = ids.slice(start, start + 2000);
      await db.sql.query(
        `INSERT INTO users (organization_id, id, source, user_name, user_name_key, scim_active, account_state, state_since, row_version, updated_at, created_at) VALUES ?`,
        [some.map((id) => [db.organizationId, id, 'scim', id, id, 1, 'enabled', at, 1, at, at])],
      );
      await db.sql.query(
        'INSERT INTO directory_group_members (organization_id, id, group_id, user_id, joined_at, created_at) VALUES ?',
        [some.map((id) => [db.organizationId, newId(), groupId, id, at, at])],
      );
    }
    await db.sql.query('UPDATE directory_groups SET member_count = ? WHERE organization_id = ? AND id = ?', [
      count,
      db.organizationId,
      groupId,
    ]);
  };

  it('E40, E51: creates as Entra documents it, with absent, null and empty members', async () => {
    const old = 'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group';
    const made = await post({
      schemas: [core, old],
      externalId: 'Ext-1',
      displayName: 'Team é',
      meta: { resourceType: 'Group' },
      [old]: { x: 1 },
    });
    const others = [await post({ displayName: 'n', members: null }), await post({ displayName: 'e', members: [] })];

    expect([made.status, made.headers['location'], made.headers['etag']]).toEqual([
      201,
      `${base}/Groups/${idOf(made)}`,
      'W/"1"',
    ]);
    const { id: _id, meta, ...rest } = made.body;
    expect(rest).toEqual({ schemas: [core], displayName: 'Team é', externalId: 'Ext-1' });
    expect(meta).toMatchObject({ resourceType: 'Group', version: 'W/"1"', location: `${base}/Groups/${idOf(made)}` });
    expect(others.map((it) => [it.status, it.body['members']])).toEqual([
      [201, undefined],
      [201, undefined],
    ]);
    expect((await get(`/Groups/${idOf(made)}`)).body).toEqual(made.body);
  });

  it.each([
    ['no displayName', {}, 'invalidValue'],
    ['an empty displayName', { displayName: ' ' }, 'invalidValue'],
    ['a displayName of 256 characters', { displayName: '😀'.repeat(256) }, 'invalidValue'],
    ['a displayName that folds longer', { displayName: '\uFDFA'.repeat(200) }, 'invalidValue'],
    ['an externalId of 256 characters', { displayName: 'd', externalId: 'e'.repeat(256) }, 'invalidValue'],
    ['an array', [], 'invalidSyntax'],
  ])('E43: refuses %s', async (_, body, scimType) => {
    const answer = await post(body);

    expect([answer.status, answer.body['scimType']]).toEqual([400, scimType]);
  });

  it('E51: stores 2,500 members of a create; above 1 MiB the answer names PATCH', async () => {
    const anchor = idOf(await post({ displayName: 'source' }));
    await fill(anchor, 2500);
    const ids = membersOf(await get(`/Groups/${anchor}`));

    const made = await post({ displayName: 'big', members: members(ids) });
    const tooLarge = await post({ displayName: 'x', members: [{ value: 'v'.repeat(1_100_000) }] });

    expect([made.status, membersOf(made).length]).toEqual([201, 2500]);
    expect(tooLarge.status).toBe(413);
    expect(textOf(tooLarge.body, 'detail')).toContain('PATCH');
  });

  it('E49: a name that a live group has in any case is 409 by POST and PUT; after DELETE it is free', async () => {
    const id = idOf(await post({ displayName: 'Team' }));
    const other = idOf(await post({ displayName: 'Other' }));

    const conflicts = [
      await post({ displayName: 'tEAM' }),
      await doors.send(door, 'PUT', `/Groups/${other}`, { body: { displayName: 'TEAM' } }),
    ];
    const removed = await doors.send(door, 'DELETE', `/Groups/${id}`);
    const gone = await Promise.all(
      ['GET', 'DELETE', 'PUT'].map((method) =>
        doors.send(door, method, `/Groups/${id}`, method === 'PUT' ? { body: { displayName: 'x' } } : {}),
      ),
    );
    const again = await post({ displayName: 'Team' });

    expect(conflicts.map(({ status, body }) => [status, body['scimType']])).toEqual([
      [409, 'uniqueness'],
      [409, 'uniqueness'],
    ]);
    expect([removed, ...gone, await patch(id, []), again].map(({ status }) => status)).toEqual([
      204, 404, 404, 404, 404, 201,
    ]);
    expect(again.body['id']).not.toBe(id);
  });

  it('E53: PUT replaces what the client owns; absent members stay, an empty list empties', async () => {
    const [a, b] = [await user('a'), await user('b')];
    const id = idOf(await post({ displayName: 'Team', externalId: 'e', members: members([a]) }));
    const put = (body: object) => doors.send(door, 'PUT', `/Groups/${id}`, { body: { displayName: 'New', ...body } });

    const without = await put({});
    const repeated = await put({ members: null });
    const other = await put({ members: members([b, nobodyId]) });
    const empty = await put({ members: [] });

    expect([without.status, without.body['externalId'], membersOf(without)]).toEqual([200, undefined, [a]]);
    expect(repeated.body).toEqual(without.body);
    expect([membersOf(other), membersOf(empty)]).toEqual([[b], []]);
    expect(empty.headers['etag']).toBe('W/"4"');
  });

  it('E50, S24: a wrong If-Match is 412 and stores nothing; a version that is known is 304', async () => {
    const id = idOf(await post({ displayName: 'Team' }));
    const rename = [{ op: 'replace', path: 'displayName', value: 'New' }];
    const send = async (method: string, ifMatch: string, body?: object) =>
      (await doors.send(door, method, `/Groups/${id}`, { body, headers: { 'If-Match': ifMatch } })).status;

    const refused = [
      (await patch(id, rename, { 'If-Match': 'W/"2"' })).status,
      await send('PUT', 'W/"7"', { displayName: 'x' }),
      await send('DELETE', 'nonsense'),
    ];
    const same = await doors.send(door, 'GET', `/Groups/${id}`, { headers: { 'If-None-Match': 'W/"1"' } });

    expect(refused).toEqual([412, 412, 412]);
    expect([same.status, same.text]).toEqual([304, '']);
    expect((await patch(id, rename, { 'If-Match': 'W/"1"' })).status).toBe(200);
    expect(await send('DELETE', '*')).toBe(204);
  });

  it('E1, E32 to E35: finds by displayName, externalId, id and members, in one organization alone', async () => {
    const [a, b] = [await user('a'), await user('b')];
    const id = idOf(await post({ displayName: 'Émile "Q"', externalId: 'Ext', members: members([a]) }));
    await post({ displayName: 'Other', members: members([b]) });
    await post({ displayName: 'Émile "Q"', externalId: 'Ext' }, doors.secondToken);

    for (const filter of [
      'displayName eq "éMILE \\"q\\""',
      'DISPLAYNAME sw "émi"',
      `${core}:displayName co "mile"`,
      'externalId eq "Ext"',
      'externalId eq Ext',
      `id eq "${id}"`,
      `id eq "${id}" and members eq "${a}"`,
      `members eq "${a}" and id eq "${id}"`,
      `members.value eq "${a}"`,
      `members[value eq "${a}" and type eq "User"]`,
      'members[display eq "a"]',
      `not (members.value eq "${b}") and meta.created pr`,
    ]) {
      expect([filter, await found(filter)]).toEqual([filter, ['Émile "Q"']]);
    }
    expect(await found('externalId eq "ext"')).toEqual([]);
    expect(await found(`id eq "${id}" and members eq "${b}"`)).toEqual([]);
    expect(await found('members pr and displayName ne "Other"')).toEqual(['Émile "Q"']);
    expect(await found('displayName eq "nobody"')).toEqual([]);
    const unknown = await get('/Groups?filter=userName+eq+%22a%22');
    expect([unknown.status, unknown.body['scimType']]).toEqual([400, 'invalidFilter']);
  });

  it('E36: pages and sorts groups with their members', async () => {
    const a = await user('a');
    for (const displayName of ['c', 'B', 'a', 'd']) await post({ displayName, members: members([a]) });
    await post({ displayName: 'foreign' }, doors.secondToken);
    const page = async (query: string): Promise<unknown[]> => {
      const { body } = await get(`/Groups?${query}`);
      const items = body['Resources'] as unknown as Body[];
      return [body['totalResults'], body['startIndex'], items.map((it) => textOf(it, 'displayName')).join('')];
    };

    expect(await page('')).toEqual([4, 1, 'cBad']);
    expect(await page('startIndex=2&count=2')).toEqual([4, 2, 'Ba']);
    expect(await page('startIndex=9')).toEqual([4, 9, '']);
    expect(await page('count=0')).toEqual([4, 1, '']);
    expect(await page('sortBy=displayName')).toEqual([4, 1, 'aBcd']);
    expect(await page('sortBy=displayName&sortOrder=descending&count=1')).toEqual([4, 1, 'd']);
    expect(await page('sortBy=meta.lastModified&count=1')).toEqual([4, 1, 'c']);
    const { body } = await get('/Groups');
    expect((body['Resources'] as unknown as Body[]).map((it) => membersOf({ body: it }))).toEqual([[a], [a], [a], [a]]);
    expect((await get('/Groups?sortBy=members')).body['scimType']).toBe('invalidPath');
  });

  it('sorts groups by externalId as it is, those without one last going up and first going down', async () => {
    for (const [displayName, externalId] of [['A'], ['B', 'x'], ['C', 'Y'], ['D'], ['E', 'x']]) {
      await post({ displayName, externalId });
    }
    const sorted = async (order: string): Promise<string> => {
      const names: string[] = [];
      for (let startIndex = 1; startIndex < 6; startIndex += 2) {
        const { body } = await get(`/Groups?sortBy=EXTERNALID&sortOrder=${order}&count=2&startIndex=${startIndex}`);
        names.push(...(body['Resources'] as unknown as Body[]).map((it) => textOf(it, 'displayName')));
      }
      return names.join('');
    };

    expect([await sorted('ascending'), await sorted('descending')]).toEqual(['CBEAD', 'DAEBC']);
  });

  it('E37: excludedAttributes=members never touches the member table', async () => {
    const a = await user('a');
    const id = idOf(await post({ displayName: 'Team', members: members([a]) }));
    db.statements.length = 0;

    const answers = [
      await get(`/Groups/${id}?excludedAttributes=members`),
      await get(`/Groups/${id}?excludedAttributes=${core}:MEMBERS,meta`),
      await get(`/Groups/${id}?attributes=displayName`),
      await get('/Groups?excludedAttributes=members&filter=displayName+eq+%22team%22'),
      await doors.send(door, 'PUT', `/Groups/${id}?excludedAttributes=members`, { body: { displayName: 'New' } }),
      await post({ displayName: 'Next' }),
    ];

    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 201]);
    expect(answers.map(({ text }) => text.includes('"members"'))).toEqual([false, false, false, false, false, false]);
    expect(db.statements.filter((sql) => sql.includes('directory_group_members'))).toEqual([]);
    const shown = await get(`/Groups/${id}?attributes=members.value`);
    expect(shown.body).toEqual({ schemas: [core], id, members: [{ value: a }] });
  });

  it('answers PATCH with 200 up to 200 members, with 204 above, and Location and ETag both times', async () => {
    const id = idOf(await post({ displayName: 'Team' }));
    await fill(id, 200);
    const extra = await user('extra');

    const removed = await patch(id, [{ op: 'remove', path: 'members', value: members([extra]) }]);
    const above = await patch(id, [{ op: 'add', path: 'members', value: members([extra]) }]);
    const back = await patch(id, [{ op: 'remove', path: `members[value eq "${extra}"]` }]);

    expect([removed.status, membersOf(removed).length]).toEqual([200, 200]);
    expect([above.status, above.text, above.headers['etag'], above.headers['location']]).toEqual([
      204,
      '',
      'W/"2"',
      `${base}/Groups/${id}`,
    ]);
    expect([back.status, membersOf(back).length, back.headers['etag']]).toEqual([200, 200, 'W/"3"']);
  });

  it('leaves members out above 10,000 unless they are asked for by name, and says so in the request log', async () => {
    const id = idOf(await post({ displayName: 'All' }));
    const small = await user('small');
    const smallId = idOf(await post({ displayName: 'Small', members: members([small]) }));
    await fill(id, 10_001);

    const whole = await get(`/Groups/${id}`);
    const named = await get(`/Groups/${id}?attributes=members`);
    const list = await get('/Groups?sortBy=displayName&sortOrder=descending');

    expect([whole.status, whole.body['members'], textOf(whole.body, 'displayName')]).toEqual([200, undefined, 'All']);
    expect(new Set(membersOf(named)).size).toBe(10_001);
    expect((list.body['Resources'] as unknown as Body[]).map((body) => membersOf({ body }))).toEqual([[small], []]);
    expect(membersOf(await get(`/Groups/${smallId}`))).toEqual([small]);
    await doors.flush();
    const noted = doors.rows
      .filter(({ path, warnings }) => warnings !== null && !path.startsWith('/scim/v2/Users'))
      .map(({ path, warnings }) => [path, warnings]);
    expect(noted).toEqual([
      [`/scim/v2/Groups/${id}`, ['members_omitted']],
      ['/scim/v2/Groups', ['members_omitted']],
    ]);
  }, 60_000);

  it('S10 in short: adding and removing one member takes the same statements whatever the group holds', async () => {
    const extra = await user('extra');
    const costs: number[][] = [];
    for (const size of [201, 5000]) {
      const id = idOf(await post({ displayName: `Group of ${size}` }));
      await fill(id, size);
      const cost: number[] = [];
      for (const op of ['Add', 'Remove']) {
        db.statements.length = 0;
        expect((await patch(id, [{ op, path: 'members', value: members([extra]) }])).status).toBe(204);
        cost.push(db.statements.length);
      }
      costs.push(cost);
    }

    // START, group, who is a member, lock of who joins, join or leave, group, its license rules, audit, COMMIT.
    expect(costs).toEqual([
      [9, 8],
      [9, 8],
    ]);
  }, 60_000);

  it('shows the groups of a user read-only, in filters too, and keeps them through deactivation', async () => {
    const [a, b] = [await user('a'), await user('b')];
    const id = idOf(await post({ displayName: 'Team', members: members([a, b]) }));
    const groups = [{ value: id, $ref: `${base}/Groups/${id}`, display: 'Team', type: 'direct' }];
    const send = (body: object) => doors.send(door, 'PATCH', `/Users/${a}`, { body });

    const off = await send({ Operations: [{ op: 'Replace', path: 'active', value: 'False' }] });
    const on = await send({ Operations: [{ op: 'Replace', path: 'active', value: 'True' }] });
    const refused = await send({ Operations: [{ op: 'remove', path: 'groups' }] });
    const ignored = await send({ Operations: [{ op: 'replace', value: { groups: [], title: 'T' } }] });
    const byGroup = await get(`/Users?filter=${encodeURIComponent(`groups.value eq "${id}"`)}`);
    const byName = await get(`/Users?filter=${encodeURIComponent('groups[display eq "TEAM"] and userName eq "b"')}`);

    for (const answer of [off, on, ignored]) expect([answer.status, answer.body['groups']]).toEqual([200, groups]);
    expect([refused.status, refused.body['scimType']]).toEqual([400, 'mutability']);
    expect([byGroup.body['totalResults'], byName.body['totalResults']]).toEqual([2, 1]);
    expect(membersOf(await get(`/Groups/${id}`))).toEqual([a, b]);
  });

  it('S28: a removed user leaves its groups, a removed group its users', async () => {
    const [a, b] = [await user('a'), await user('b')];
    const id = idOf(await post({ displayName: 'Team', members: members([a, b]) }));
    const other = idOf(await post({ displayName: 'Other', members: members([a]) }));

    await doors.send(door, 'DELETE', `/Users/${a}`);
    const left = await get(`/Groups/${id}`);
    const again = await patch(id, [{ op: 'add', path: 'members', value: members([a]) }]);
    await doors.send(door, 'DELETE', `/Groups/${id}`);

    expect([membersOf(left), left.headers['etag']]).toEqual([[b], 'W/"2"']);
    expect(membersOf(again)).toEqual([b]);
    expect((await get(`/Groups/${other}`)).body['members']).toBeUndefined();
    expect((await get(`/Users/${b}`)).body['groups']).toBeUndefined();
    const [open] = await db.sql.query('SELECT COUNT(*) AS n FROM directory_group_members WHERE left_at IS NULL');
    expect(open).toEqual([{ n: 0 }]);
  });

  it('S20 in short: a token of another organization finds no group of this one and adds none of its people', async () => {
    const a = await user('a');
    const id = idOf(await post({ displayName: 'Team', members: members([a]) }));
    const other = { token: doors.secondToken };

    const answers = await Promise.all([
      doors.send(door, 'GET', `/Groups/${id}`, other),
      doors.send(door, 'PATCH', `/Groups/${id}`, { ...other, body: { Operations: [] } }),
      doors.send(door, 'PUT', `/Groups/${id}`, { ...other, body: { displayName: 'x' } }),
      doors.send(door, 'DELETE', `/Groups/${id}`, other),
    ]);
    const own = await post({ displayName: 'Team', members: members([a]) }, doors.secondToken);
    const list = await doors.send(door, 'GET', `/Groups?filter=${encodeURIComponent(`members eq "${a}"`)}`, other);

    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404]);
    expect([own.status, own.body['members']]).toEqual([201, undefined]);
    expect(list.body['totalResults']).toBe(0);
    expect(membersOf(await get(`/Groups/${id}`))).toEqual([a]);
  });

  it('searches groups by POST, and users and groups together at the root', async () => {
    const a = await user('same');
    const id = idOf(await post({ displayName: 'same', members: members([a]) }));
    await post({ displayName: 'other' });
    const search = (path: string, body: object) => doors.send(door, 'POST', path, { body });

    const groups = await search('/Groups/.search', { filter: 'displayName eq "SAME"', attributes: ['members'] });
    const both = await search('/.search', { filter: 'displayName eq "same"', attributes: ['id'] });
    const second = await search('/.search', { startIndex: 2, count: 1 });
    const foreign = await search('/.search', { filter: 'nonsense eq "x"' });

    expect(groups.body).toMatchObject({ totalResults: 1, Resources: [{ id, members: [{ value: a }] }] });
    expect((both.body['Resources'] as unknown as Body[]).map((it) => textOf(it, 'id'))).toEqual([a, id]);
    expect(second.body).toMatchObject({ totalResults: 3, startIndex: 2, itemsPerPage: 1, Resources: [{ id }] });
    expect([foreign.status, foreign.body['scimType']]).toEqual([400, 'invalidFilter']);
  });
});

const nobodyId = '01a1fe4d-74a3-749b-9910-6b9fb11acef6';
