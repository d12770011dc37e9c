// Paging by index and by cursor over HTTP, against a real database.
import { useDatabase } from '../support/database';
import { doorNames, textOf, useDoors, type Answered, type Body } from './doors';
import { addPeople } from './many-people';

const people = 730;

function resources({ body }: Answered): Body[] {
  return (body['Resources'] ?? []) as unknown as Body[];
}

function names(answer: Answered): string[] {
  return resources(answer).map((it) => textOf(it, 'userName'));
}

describe('paging', () => {
  const db = useDatabase();
  const doors = useDoors(db);
  const get = (path: string, token?: string) => doors.send('hot', 'GET', path, token === undefined ? {} : { token });

  const walkByIndex = async (query: string): Promise<string[]> => {
    const found: string[] = [];
    for (let start = 1; ;) {
      const page = await get(`/Users?startIndex=${start}&${query}`);
      expect(page.status).toBe(200);
      found.push(...names(page));
      start += resources(page).length;
      if (resources(page).length === 0 || start > Number(page.body['totalResults'])) return found;
    }
  };

  const walkByCursor = async (query: string, between?: () => Promise<void>): Promise<string[]> => {
    const found: string[] = [];
    for (let cursor: string | undefined = ''; cursor !== undefined;) {
      const page: Answered = await get(`/Users?cursor=${cursor}&${query}`);
      expect(page.status).toBe(200);
      expect(page.body).not.toHaveProperty('startIndex');
      expect(page.body).not.toHaveProperty('previousCursor');
      found.push(...names(page));
      cursor = page.body['nextCursor'] as string | undefined;
      expect(cursor ?? '').toMatch(/^[\w.~-]*$/);
      await between?.();
    }
    return found;
  };

  const sorts = ['', 'userName', 'externalId', 'displayName', 'meta.created', 'meta.lastModified', 'id'].flatMap(
    (attribute) =>
      ['ascending', 'descending'].map((order) => (attribute === '' ? '' : `sortBy=${attribute}&sortOrder=${order}`)),
  );

  it.each([...new Set(sorts)])(
    'S25, S26: every user exactly once, the same by index and by cursor: %s',
    async (sort) => {
      await addPeople(db, people);

      const byIndex = await walkByIndex(`count=90&${sort}`);
      const byCursor = await walkByCursor(`count=90&${sort}`);
      const [whole] = await db.sql.query('SELECT user_name FROM users WHERE organization_id = ?', [db.organizationId]);

      expect(byIndex).toHaveLength(people);
      expect(new Set(byIndex)).toEqual(new Set((whole as { user_name: string }[]).map((row) => row.user_name)));
      expect(byCursor).toEqual(byIndex);
      const isByName = sort.includes('userName&sortOrder=asc');
      expect(isByName ? byIndex : []).toEqual(isByName ? byIndex.toSorted() : []);
    },
  );

  it('puts people without the value last going up and first going down', async () => {
    await addPeople(db, 30);

    const up = await get('/Users?sortBy=displayName&count=200');
    const down = await get('/Users?sortBy=displayName&sortOrder=descending&count=200');

    const has = resources(up).map((it) => it['displayName'] !== undefined);
    expect(has).toEqual([...Array<boolean>(20).fill(true), ...Array<boolean>(10).fill(false)]);
    expect(names(down)).toEqual(names(up).toReversed());
  });

  it('S25: a walk pays by key: no page skips rows, and none counts', async () => {
    await addPeople(db, people);
    db.statements.length = 0;

    await walkByIndex('count=100');
    const lists = db.statements.filter((sql) => /FROM users u/.test(sql));

    expect(lists).toHaveLength(8);
    expect(lists.slice(1).every((sql) => sql.includes('u.id > ?'))).toBe(true);
    expect(db.statements.some((sql) => /OFFSET|COUNT\(\*\)/.test(sql))).toBe(false);
  });

  it('reads by offset what it does not remember: a jump, another credential, ten minutes later', async () => {
    await addPeople(db, people);
    const offsets = () => db.statements.filter((sql) => sql.includes('OFFSET 100')).length;
    const second = '/Users?startIndex=101&count=100';

    const jump = await get(second);
    await get('/Users?count=100');
    const walked = await get(second);
    const before = offsets();
    doors.clock.advance(600_001);
    const late = await get(second);

    expect([before, offsets()]).toEqual([1, 2]);
    expect(names(walked)).toEqual(names(jump));
    expect(names(late)).toEqual(names(jump));
  });

  it('counts a filtered list once a minute along a walk', async () => {
    await addPeople(db, people);
    const counts = () => db.statements.filter((sql) => sql.includes('COUNT(*)')).length;
    const page = (start: number) => get(`/Users?filter=userName+sw+%22u%22&count=100&startIndex=${start}`);

    const totals = [await page(1), await page(101), await page(201)].map(({ body }) => body['totalResults']);
    const within = counts();
    doors.clock.advance(60_001);
    await page(301);

    expect(totals).toEqual([people, people, people]);
    expect([within, counts()]).toEqual([1, 2]);
  });

  it('E36: beyond the end, nothing; with count 0, the total alone', async () => {
    await addPeople(db, 30);

    const far = await get('/Users?startIndex=100');
    const none = await get('/Users?count=0');
    const noCursor = await get('/Users?count=0&cursor');
    const some = await get('/Users?startIndex=6&count=5');

    expect(far.body).toMatchObject({ totalResults: 30, startIndex: 100, itemsPerPage: 0, Resources: [] });
    expect(none.body).toMatchObject({ totalResults: 30, itemsPerPage: 0 });
    expect(noCursor.body).toMatchObject({ totalResults: 30, itemsPerPage: 0, Resources: [] });
    expect(noCursor.body).not.toHaveProperty('nextCursor');
    expect(some.body).toMatchObject({ totalResults: 30, startIndex: 6, itemsPerPage: 5 });
  });

  it('S26: people who come or go during a walk by cursor shift nobody', async () => {
    await addPeople(db, 200);
    const before = await walkByCursor('count=200&sortBy=userName');
    let added = 0;

    const found = await walkByCursor('count=20&sortBy=userName', async () => {
      added += 1;
      const body = { userName: `a${added}` };
      expect((await doors.send('hot', 'POST', '/Users', { body })).status).toBe(201);
    });

    expect(found).toEqual(before);
    expect(added).toBe(10);
  });

  it('S26: refuses cursors that are tampered with, foreign or old', async () => {
    await addPeople(db, 30);
    const first = await get('/Users?cursor=&count=10');
    const cursor = textOf(first.body, 'nextCursor');
    const middle = Math.floor(cursor.length / 3);
    const changed = cursor.slice(0, middle) + (cursor[middle] === 'A' ? 'B' : 'A') + cursor.slice(middle + 1);
    const refused = async (path: string, token?: string) => {
      const { status, body } = await get(path, token);
      return [status, body['scimType']];
    };
    const invalid = [400, 'invalidCursor'];

    expect(await refused(`/Users?cursor=${changed}`)).toEqual(invalid);
    expect(await refused(`/Users?cursor=${cursor}x`)).toEqual(invalid);
    expect(await refused(`/Users?cursor=${cursor}.x`)).toEqual(invalid);
    expect(await refused('/Users?cursor=nonsense')).toEqual(invalid);
    expect(await refused(`/Users?cursor=${'A'.repeat(9000)}`)).toEqual(invalid);
    expect(await refused(`/Users?cursor=${cursor}&filter=active+eq+true`)).toEqual(invalid);
    expect(await refused(`/Users?cursor=${cursor}&sortBy=userName`)).toEqual(invalid);
    expect(await refused(`/Groups?cursor=${cursor}`)).toEqual(invalid);
    expect(await refused(`/Users?cursor=${cursor}`, doors.secondToken)).toEqual(invalid);
    expect(await refused(`/Users?cursor=${cursor}&count=11`)).toEqual([400, 'invalidCount']);
    expect(await refused('/Users?cursor=&count=201')).toEqual([400, 'invalidCount']);
    expect(await refused('/Users?cursor=&count=ten')).toEqual([400, 'invalidCount']);
    expect(await refused(`/Users?cursor=${cursor}&startIndex=1`)).toEqual([400, 'invalidValue']);
    expect(await refused(`/Users?cursor=${cursor}&count=10`)).toEqual([200, undefined]);
    doors.clock.advance(3_600_001);
    expect(await refused(`/Users?cursor=${cursor}`)).toEqual([400, 'expiredCursor']);
  });

  it('walks users and groups together by a search with a cursor', async () => {
    await addPeople(db, 25);
    for (const displayName of ['G1', 'G2', 'G3']) {
      await doors.send('hot', 'POST', '/Groups', { body: { displayName } });
    }
    const found: Body[] = [];

    for (let cursor: string | undefined = ''; cursor !== undefined;) {
      const page: Answered = await doors.send('hot', 'POST', '/.search', { body: { cursor, count: 10 } });
      expect(page.body['totalResults']).toBe(28);
      found.push(...resources(page));
      cursor = page.body['nextCursor'] as string | undefined;
    }
    const users = await doors.send('hot', 'POST', '/.search', { body: { cursor: '', filter: 'userName pr' } });

    expect(new Set(found.map((it) => it['id'])).size).toBe(28);
    expect(users.body).toMatchObject({ totalResults: 25, itemsPerPage: 25 });
  });

  it.each(doorNames)('S26: binds both halves of such a walk to its search, size, hour and owner: %s', async (door) => {
    await addPeople(db, 5);
    for (const displayName of ['G1', 'G2', 'G3']) {
      await doors.send('hot', 'POST', '/Groups', { body: { displayName } });
    }
    const search = { filter: 'id pr', count: 4 };
    const ask = (body: object, token = doors.token) => doors.send(door, 'POST', '/.search', { body, token });
    const after = async (page: Answered): Promise<Answered> =>
      ask({ ...search, cursor: textOf(page.body, 'nextCursor') });
    const first = await ask({ ...search, cursor: '' });
    const halves = [first, await after(first)].map(({ body }) => textOf(body, 'nextCursor'));
    const refused = async (body: object, token?: string) => (await ask({ ...search, ...body }, token)).body['scimType'];

    const made = [];
    for (const cursor of ['1~', '0~', '7~', '1', '~', `1~${halves[0]}`, `${halves[1]}x`]) {
      made.push(await refused({ cursor }));
    }
    const misused = [];
    for (const cursor of halves) {
      misused.push(await refused({ cursor, filter: 'meta.created pr' }));
      misused.push(await refused({ cursor, sortBy: 'displayName' }));
      misused.push(await refused({ cursor }, doors.secondToken));
      misused.push(await refused({ cursor, count: 3 }));
      misused.push((await doors.send(door, 'GET', `/Users?filter=id+pr&count=4&cursor=${cursor}`)).body['scimType']);
    }
    const last = await ask({ filter: 'id pr', cursor: halves[1] });
    doors.clock.advance(3_600_001);
    const old = [await refused({ cursor: halves[0] }), await refused({ cursor: halves[1] })];

    expect(made).toEqual(made.map(() => 'invalidCursor'));
    const each = ['invalidCursor', 'invalidCursor', 'invalidCursor', 'invalidCount', 'invalidCursor'];
    expect(misused).toEqual([...each, ...each]);
    expect(resources(last).map((it) => it['displayName'])).toEqual(['G1', 'G2', 'G3']);
    expect(old).toEqual(['expiredCursor', 'expiredCursor']);
  });

  it('names what each kind can be sorted by', async () => {
    const { status, body } = await get('/Groups?sortBy=members');

    expect([status, body['scimType']]).toEqual([400, 'invalidPath']);
    expect(body['detail']).toMatch(/\/Groups can be sorted by id, displayName/);
  });
});

describe('searches without an index', () => {
  const db = useDatabase();
  const doors = useDoors(db, { scanMs: 10 });

  it('end with tooMany and name what has one', async () => {
    await addPeople(db, 40_000);

    const scan = await doors.send('hot', 'GET', '/Users?filter=title+co+%22x%22+or+nickName+co+%22y%22');
    const keyed = await doors.send('hot', 'GET', '/Users?filter=userName+eq+%22u0000007%22');
    const walked = await doors.send('hot', 'GET', '/Users?count=200');

    expect([scan.status, scan.body['scimType']]).toEqual([400, 'tooMany']);
    expect(scan.body['detail']).toMatch(/userName, externalId, id or emails\.value/);
    expect([keyed.status, names(keyed)]).toEqual([200, ['u0000007']]);
    expect([walked.status, walked.body['totalResults']]).toEqual([200, 40_000]);
  });
});
