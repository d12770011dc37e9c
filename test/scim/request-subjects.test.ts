// "What did the directory send about this person?": every request that concerned one is found by that person.
import { newId } from '../../src/ids';
import { createRequestHistory } from '../../src/service/request-history';
import { createRequestLogWriter } from '../../src/service/request-log-writer';
import { scimCaller } from '../support/builders';
import { useDatabase } from '../support/database';
import { type DoorName, doorNames, idOf, useDoors } from './doors';

const silent = () => undefined;
const log = { debug: silent, info: silent, warn: silent, error: silent };

describe.each<DoorName>(doorNames)('the requests about a person, at the %s door', (door) => {
  const db = useDatabase();
  const doors = useDoors(db);
  const history = () => createRequestHistory({ database: db.database, clock: doors.clock });
  const writer = () => createRequestLogWriter({ database: db.database, clock: doors.clock, newId, log });
  const send = (method: string, path: string, body?: object) =>
    doors.send(door, method, path, body === undefined ? {} : { body });
  const make = async (userName: string) => idOf(await send('POST', '/Users', { userName, active: true }));
  /** Forgets what was sent before. */
  const begin = async () => {
    await doors.flush();
    doors.rows.length = 0;
  };
  const write = async () => {
    await doors.flush();
    await writer().write(doors.rows, { promised: 0, dropped: 0 });
  };
  const asked = async (user: string, over: { statusCode?: number } = {}) => {
    const { items } = await history().ask(scimCaller(db.organizationId), { user, limit: 50, ...over });
    return items.map(({ method, path, statusCode }) => `${method} ${path.replace(/[^/]{36}/, 'ID')} ${statusCode}`);
  };

  it('hold the operations of a Bulk, those that failed too', async () => {
    const [ann, ben, cat] = [await make('ann'), await make('ben'), await make('cat')];
    await begin();
    await send('POST', '/Bulk', {
      Operations: [
        { method: 'POST', path: '/Users', bulkId: 'n', data: { userName: 'new' } },
        { method: 'PATCH', path: `/Users/${ann}`, data: { Operations: [{ op: 'add', path: 'title', value: 'T' }] } },
        { method: 'PATCH', path: `/Users/${ben}`, data: { Operations: [{ op: 'x' }] } },
        { method: 'POST', path: '/Users', bulkId: 'o', data: { userName: 'CAT' } },
      ],
    });
    await write();
    const [made] = (await db.sql.query("SELECT id FROM users WHERE user_name = 'new'"))[0] as { id: string }[];

    const found = [await asked(ann), await asked(ben), await asked(cat), await asked(made!.id), await asked('new')];

    expect(found).toEqual(Array.from({ length: 5 }, () => ['POST /scim/v2/Bulk 200']));
  });

  it('hold changes of groups that name or move them, and the end of a group', async () => {
    const [ann, ben] = [await make('ann'), await make('ben')];
    await begin();
    const members = [{ value: ann }];
    const group = idOf(await send('POST', '/Groups', { displayName: 'G', members }));
    const path = `/Groups/${group}`;
    const patch = (op: string, id: string) =>
      send('PATCH', path, { Operations: [{ op, path: 'members', value: [{ value: id }] }] });
    doors.clock.advance(1000);
    await patch('add', ann);
    doors.clock.advance(1000);
    await patch('add', ben);
    doors.clock.advance(1000);
    await send('PUT', path, { displayName: 'G', members: [{ value: ben }] });
    doors.clock.advance(1000);
    await send('DELETE', path);
    doors.clock.advance(1000);
    await patch('remove', ann);
    await write();

    expect(await asked(ann)).toEqual([
      'PATCH /scim/v2/Groups/ID 404',
      'PUT /scim/v2/Groups/ID 200',
      'PATCH /scim/v2/Groups/ID 200',
      'POST /scim/v2/Groups 201',
    ]);
    expect(await asked(ben)).toEqual(['DELETE /scim/v2/Groups/ID 204', 'PATCH /scim/v2/Groups/ID 200']);
    expect(await asked(group)).toHaveLength(6);
    expect(await asked(ann, { statusCode: 404 })).toEqual(['PATCH /scim/v2/Groups/ID 404']);
  });

  it('hold what was refused because the name is theirs, made or changed to it', async () => {
    const [ann, ben] = [await make('Ann@example.com'), await make('ben')];
    await begin();
    await send('POST', '/Users', { userName: 'ann@EXAMPLE.com' });
    doors.clock.advance(1000);
    await send('PATCH', `/Users/${ben}`, {
      Operations: [{ op: 'replace', path: 'userName', value: 'ANN@example.com' }],
    });
    await write();

    expect(await asked(ann)).toEqual(['PATCH /scim/v2/Users/ID 409', 'POST /scim/v2/Users 409']);
    expect(await asked(ben)).toEqual(['PATCH /scim/v2/Users/ID 409']);
  });

  it('hold searches that found nobody else, and requests refused before anybody was looked at', async () => {
    const ann = await make('ann');
    await make('ben');
    await begin();
    const search = (filter: string) => send('GET', `/Users?filter=${encodeURIComponent(filter)}`);
    await search('userName eq "ANN"');
    await search('userName pr');
    await search('userName eq "nobody"');
    doors.clock.advance(1000);
    await send('POST', '/.search', { filter: 'id eq "' + ann + '"' });
    doors.clock.advance(1000);
    await doors.send(door, 'PATCH', `/Users/${ann}`, { raw: '{' });
    await write();

    expect(await asked(ann)).toEqual([
      'PATCH /scim/v2/Users/ID 400',
      'POST /scim/v2/.search 200',
      'GET /scim/v2/Users 200',
    ]);
    expect(doors.rows[0]).toMatchObject({ subjectId: ann, affected: { user: ann } });
  });

  it('cost statements only behind the answer, and only where there is more than a subject', async () => {
    const ann = await make('ann');
    await begin();
    await send('GET', `/Users/${ann}`);
    db.statements.length = 0;
    await write();
    const plain = db.statements.filter((sql) => /scim_request_subjects|FROM (users|scim_request_log)/.test(sql));
    await begin();
    db.statements.length = 0;
    await send('POST', '/Users', { userName: 'ann' });
    const asking = db.statements.splice(0);

    await write();

    expect(plain).toEqual([]);
    expect(asking.filter((sql) => sql.includes('scim_request'))).toEqual([]);
    expect(db.statements.filter((sql) => /scim_request_subjects|FROM (users|scim_request_log)/.test(sql))).toEqual([
      expect.stringContaining('SELECT user_name_key, id FROM users'),
      expect.stringContaining('SELECT id, request_id, received_at FROM scim_request_log'),
      expect.stringContaining('INSERT INTO scim_request_subjects'),
    ]);
  });

  it('are pages of both kinds in one order, each once, and of no other organization', async () => {
    const ann = await make('ann');
    const group = idOf(await send('POST', '/Groups', { displayName: 'G' }));
    await begin();
    for (let no = 0; no < 6; no += 1) {
      await send('GET', `/Users/${ann}`);
      await send('PATCH', `/Groups/${group}`, {
        Operations: [{ op: 'add', path: 'members', value: [{ value: ann }] }],
      });
      if (no % 3 === 2) doors.clock.advance(1000);
    }
    await write();
    const seen: string[] = [];
    const caller = scimCaller(db.organizationId);
    let page = await history().ask(caller, { user: ann, limit: 5 });
    for (;;) {
      seen.push(...page.items.map(({ requestId }) => requestId));
      if (page.next === undefined) break;
      page = await history().ask(caller, { user: ann, limit: 5, before: page.next });
    }

    expect(seen).toEqual(doors.rows.map(({ requestId }) => requestId).toReversed());
    expect((await history().ask(scimCaller(db.secondOrganizationId), { user: ann, limit: 5 })).items).toEqual([]);
  });
});
