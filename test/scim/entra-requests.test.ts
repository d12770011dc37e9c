// Rows of docs/scim.md about media types, conflicts, versions, repeats and organizations. Through both doors.
import { useDatabase } from '../support/database';
import { doorNames, useDoors, type Answered, type DoorName, idOf } from './doors';

const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const core = 'urn:ietf:params:scim:schemas:core:2.0:User';

describe.each(doorNames)('requests through the %s door', (door: DoorName) => {
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

  it('E38, E39: takes both media types, any Accept, odd paths and both bases', async () => {
    const headers = { 'Content-Type': 'application/json; charset=UTF-8; odata=x', Accept: 'text/html' };
    const made = await doors.send(door, 'POST', '/users/', { body: { userName: 'u' }, headers });
    const id = idOf(made);

    expect([made.status, made.headers['content-type']]).toEqual([201, 'application/scim+json']);
    for (const path of [`/scim/Users/${id}`, `/scim/v2/users/${id}/`, `/scim/v2/USERS/${id}`]) {
      const { status, body } = await doors.send(door, 'GET', path);
      expect([path, status, (body['meta'] as unknown as { location: string }).location]).toEqual([
        path,
        200,
        `https://uptake.example.com/scim/v2/Users/${id}`,
      ]);
    }
    const other = await doors.send(door, 'POST', '/Users', {
      body: { userName: 'v' },
      headers: { 'Content-Type': 'text/json' },
    });
    const packed = await doors.send(door, 'POST', '/Users', { raw: 'x', headers: { 'Content-Encoding': 'gzip' } });
    expect([other.status, packed.status]).toEqual([415, 415]);
  });

  it('E46 to E48, E55: a taken userName is 409 for live and deactivated users, free again after DELETE', async () => {
    const made = await post({ userName: 'Taken@example.com', externalId: 'x' });
    const other = await post({ userName: 'other@example.com' });
    const [id, otherId] = [idOf(made), idOf(other)];
    const operations = { Operations: [{ op: 'replace', path: 'userName', value: 'TAKEN@example.com' }] };

    await doors.send(door, 'PATCH', `/Users/${id}`, {
      body: { Operations: [{ op: 'replace', path: 'active', value: false }] },
    });
    const conflicts = [
      await post({ userName: 'taken@example.com' }),
      await doors.send(door, 'PATCH', `/Users/${otherId}`, { body: operations }),
      await doors.send(door, 'PUT', `/Users/${otherId}`, { body: { userName: 'taken@EXAMPLE.com' } }),
    ];
    expect(conflicts.map(({ status, body }) => [status, body['scimType']])).toEqual(
      [1, 2, 3].map(() => [409, 'uniqueness']),
    );
    expect(await found('userName eq "taken@example.com"')).toEqual(['Taken@example.com']);

    const first = await doors.send(door, 'DELETE', `/Users/${id}`);
    const gone = await Promise.all(['DELETE', 'GET'].map((method) => doors.send(door, method, `/Users/${id}`)));
    const patched = await doors.send(door, 'PATCH', `/Users/${id}`, { body: operations });
    const put = await doors.send(door, 'PUT', `/Users/${id}`, { body: { userName: 'n' } });
    const again = await post({ userName: 'Taken@example.com', externalId: 'x' });
    expect([first, ...gone, patched, put, again].map((it) => it.status)).toEqual([204, 404, 404, 404, 404, 201]);
    expect(again.body['id']).not.toBe(id);
  });

  it('E50: a wrong If-Match is 412 and stores nothing; If-None-Match is 304', async () => {
    const made = await post({ userName: 'u', title: 'old' });
    const path = `/Users/${idOf(made)}`;
    const body = { Operations: [{ op: 'replace', path: 'title', value: 'new' }] };
    const send = async (method: string, ifMatch: string, sent?: object) =>
      (await doors.send(door, method, path, { body: sent, headers: { 'If-Match': ifMatch } })).status;

    expect(await send('PATCH', 'W/"2"', body)).toBe(412);
    expect(await send('PUT', '"77"', { userName: 'u' })).toBe(412);
    expect(await send('PATCH', 'nonsense', body)).toBe(412);
    expect(await send('DELETE', 'W/"2"')).toBe(412);
    const same = await doors.send(door, 'GET', path, { headers: { 'If-None-Match': 'W/"9", "1"' } });
    expect([same.status, same.text, same.headers['etag']]).toEqual([304, '', 'W/"1"']);
    expect(await send('PATCH', '"1"', body)).toBe(200);
    expect(await send('DELETE', '*')).toBe(204);
  });

  it('E50: of a list in If-Match any tag will do, wherever it stands', async () => {
    const path = `/Users/${idOf(await post({ userName: 'u' }))}`;
    const put = async (ifMatch: string, title: string) =>
      (await doors.send(door, 'PUT', path, { body: { userName: 'u', title }, headers: { 'If-Match': ifMatch } }))
        .status;

    const taken = [await put('"7", W/"1"', 'a'), await put('W/"2","x,y"', 'b'), await put('"never, ours" , 3', 'c')];
    const refused = [
      await put('W/"1", "2"', 'd'),
      await put('"x,4"', 'd'),
      await put(', ,', 'd'),
      await put('"4', 'd'),
    ];

    expect(taken).toEqual([200, 200, 200]);
    expect(refused).toEqual([412, 412, 412, 412]);
  });

  it('E53: PUT replaces what the client owns; active stays when it is absent', async () => {
    const made = await post({
      userName: 'u',
      title: 'T',
      active: false,
      [enterprise]: { manager: 'm', department: 'D' },
    });
    const path = `/Users/${idOf(made)}`;

    const put = await doors.send(door, 'PUT', path, { body: { userName: 'u', displayName: 'D' } });
    const again = await doors.send(door, 'PUT', path, { body: { userName: 'u', displayName: 'D' } });

    expect(put.status).toBe(200);
    const { meta, ...rest } = put.body;
    expect(rest).toEqual({ schemas: [core], id: made.body['id'], userName: 'u', active: false, displayName: 'D' });
    expect(again.body['meta']).toEqual(meta);
  });

  it('S20 in short: a token of another organization finds nothing of this one', async () => {
    const made = await post({ userName: 'u' });
    const path = `/Users/${idOf(made)}`;
    const other = { token: doors.secondToken };

    const answers = await Promise.all([
      doors.send(door, 'GET', path, other),
      doors.send(door, 'PATCH', path, { ...other, body: { Operations: [] } }),
      doors.send(door, 'PUT', path, { ...other, body: { userName: 'v' } }),
      doors.send(door, 'DELETE', path, other),
    ]);
    const list = await doors.send(door, 'GET', '/Users', other);

    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404]);
    expect(list.body['totalResults']).toBe(0);
    expect((await doors.send(door, 'POST', '/Users', { ...other, body: { userName: 'u' } })).status).toBe(201);
  });
});
