// What /ServiceProviderConfig advertises is what the server does: each feature and number is tried, at its limit and one beyond;
// a feature that is added without a trial here fails.
import { useDatabase } from '../support/database';
import { idOf, textOf, useDoors, type Answered, type Body } from './doors';

/** The document, as a client reads it. */
interface Config {
  readonly bulk: { readonly supported: boolean; readonly maxOperations: number; readonly maxPayloadSize: number };
  readonly filter: { readonly supported: boolean; readonly maxResults: number };
  readonly pagination: {
    readonly cursor: boolean;
    readonly index: boolean;
    readonly defaultPaginationMethod: string;
    readonly defaultPageSize: number;
    readonly maxPageSize: number;
    readonly cursorTimeout: number;
  };
  readonly authenticationSchemes: readonly { readonly type: string; readonly name: string }[];
  readonly [feature: string]: unknown;
}

describe('S22: what /ServiceProviderConfig advertises', () => {
  const db = useDatabase();
  const doors = useDoors(db);
  const send = doors.send.bind(undefined, 'hot');
  const config = async (): Promise<Config> => (await send('GET', '/ServiceProviderConfig')).body as unknown as Config;
  const create = (userName: string, more: object = {}): Promise<Answered> =>
    send('POST', '/Users', { body: { userName, ...more } });
  const list = (query: Readonly<Record<string, string | number>>): Promise<Answered> => {
    const pairs = Object.entries(query).map(([key, value]): [string, string] => [key, String(value)]);
    return send('GET', `/Users?${new URLSearchParams(pairs).toString()}`);
  };
  const resources = ({ body }: Answered): Body[] => body['Resources'] as unknown as Body[];
  const names = (answer: Answered) => resources(answer).map((it) => textOf(it, 'userName'));
  const bulk = (Operations: object[], size?: number): Promise<Answered> => {
    const text = JSON.stringify({ schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'], Operations });
    return send('POST', '/Bulk', { raw: size === undefined ? text : text.padEnd(size) });
  };
  const people = (count: number) =>
    Array.from({ length: count }, (_, no) => {
      const userName = `person ${String(no).padStart(4, '0')}`;
      return { method: 'POST', path: '/Users', bulkId: `b${no}`, data: { userName, active: false } };
    });

  /** Whether a feature works, by using it. */
  const trials: Readonly<Record<string, () => Promise<boolean>>> = {
    patch: async () => {
      const id = idOf(await create('one'));
      const Operations = [{ op: 'replace', path: 'title', value: 'T' }];
      await send('PATCH', `/Users/${id}`, { body: { Operations } });
      return textOf((await send('GET', `/Users/${id}`)).body, 'title') === 'T';
    },
    bulk: async () => textOf(((await bulk(people(1))).body['Operations'] as unknown as Body[])[0]!, 'status') === '201',
    filter: async () => {
      await create('one');
      await create('two');
      return names(await list({ filter: 'userName eq "two"' })).join() === 'two';
    },
    changePassword: async () => {
      const id = idOf(await create('one', { password: 'first' }));
      const Operations = [
        { op: 'replace', path: 'title', value: 'T' },
        { op: 'replace', path: 'password', value: 'x' },
      ];
      await send('PATCH', `/Users/${id}`, { body: { Operations } });
      const [rows] = await db.sql.query(
        'SELECT COUNT(*) AS found FROM users WHERE JSON_EXTRACT(scim_extra, "$.password") IS NOT NULL',
      );
      const read = await send('GET', `/Users/${id}?attributes=password`);
      return Number((rows as { found: number }[])[0]?.found) > 0 || read.text.includes('first');
    },
    sort: async () => {
      for (const userName of ['b', 'c', 'a']) await create(userName);
      const up = names(await list({ sortBy: 'userName' }));
      const down = names(await list({ sortBy: 'userName', sortOrder: 'descending' }));
      return up.join() === 'a,b,c' && down.join() === 'c,b,a';
    },
    etag: async () => {
      const made = await create('one');
      const path = `/Users/${idOf(made)}`;
      const tag = String(made.headers['etag']);
      const same = await send('GET', path, { headers: { 'If-None-Match': tag } });
      const wrong = await send('DELETE', path, { headers: { 'If-Match': 'W/"0"' } });
      const right = await send('DELETE', path, { headers: { 'If-Match': tag } });
      return [same, wrong, right].map(({ status }) => status).join() === '304,412,204';
    },
  };

  it('has a trial for each feature and says of each whether it works', async () => {
    const { pagination, authenticationSchemes, meta, schemas, ...features } = await config();

    expect(Object.keys(features).toSorted()).toEqual(Object.keys(trials).toSorted());
    expect([pagination, authenticationSchemes, meta, schemas]).not.toContain(undefined);
  });

  it.each(Object.keys(trials))('tells the truth about %s', async (name) => {
    const advertised = (await config())[name] as { supported: boolean };

    const works = await trials[name]!();

    expect(works).toBe(advertised.supported);
  });

  it('takes as many operations in one Bulk as it says, and no more', async () => {
    const { maxOperations } = (await config()).bulk;
    const absent = (count: number) =>
      Array.from({ length: count }, (_, no) => ({ method: 'DELETE', path: `/Users/no-${no}` }));

    const most = await bulk(absent(maxOperations));
    const more = await bulk(absent(maxOperations + 1));

    expect([most.status, (most.body['Operations'] as unknown as Body[]).length]).toEqual([200, maxOperations]);
    expect(more.status).toBe(413);
  });

  it('takes as large a Bulk as it says, and no larger', async () => {
    const { maxPayloadSize } = (await config()).bulk;

    const most = await bulk(people(1), maxPayloadSize);
    const more = await bulk(people(1), maxPayloadSize + 1);

    expect([most.status, more.status]).toEqual([200, 413]);
  });

  it('answers as many resources as it says: by default, at most, with a filter and without', async () => {
    const { filter, pagination } = await config();
    const { defaultPageSize, maxPageSize } = pagination;
    const all = Math.max(filter.maxResults, maxPageSize) + 5;
    await bulk(people(all));

    const plain = await list({});
    const most = await list({ count: all });
    const filtered = await list({ count: all, filter: 'userName sw "person"' });
    const cursor = await list({ count: maxPageSize, cursor: '' });
    const beyond = await list({ count: maxPageSize + 1, cursor: '' });

    const counts = [plain, most, filtered, cursor].map((it) => resources(it).length);
    expect(counts).toEqual([defaultPageSize, maxPageSize, filter.maxResults, maxPageSize]);
    expect([plain, most, filtered].map(({ body }) => Number(body['totalResults']))).toEqual([all, all, all]);
    expect([beyond.status, textOf(beyond.body, 'scimType')]).toEqual([400, 'invalidCount']);
  });

  it('pages by index and by cursor as it says, the one by default, the other until its time is over', async () => {
    const { cursor, index, defaultPaginationMethod, cursorTimeout } = (await config()).pagination;
    await bulk(people(3));

    const plain = await list({});
    const byIndex = await list({ startIndex: 2, count: 1 });
    const first = await list({ cursor: '', count: 1 });
    const next = { cursor: textOf(first.body, 'nextCursor'), count: 1 };
    doors.clock.advance((cursorTimeout - 1) * 1000);
    const inTime = await list(next);
    doors.clock.advance(2000);
    const late = await list(next);

    const isByIndex = plain.body['nextCursor'] === undefined && Number(plain.body['startIndex']) === 1;
    expect(isByIndex ? 'index' : 'cursor').toBe(defaultPaginationMethod);
    expect(names(byIndex)[0] === 'person 0001').toBe(index);
    expect([...names(first), ...names(inTime)].join() === 'person 0000,person 0001').toBe(cursor);
    expect([late.status, textOf(late.body, 'scimType')]).toEqual([400, 'expiredCursor']);
  });

  it('takes the credentials it names and no others', async () => {
    const { authenticationSchemes } = await config();
    const basic = `Basic ${Buffer.from(`x:${doors.token}`).toString('base64')}`;

    const bearer = await list({});
    const none = await send('GET', '/Users', { token: null });
    const other = await send('GET', '/Users', { token: null, headers: { Authorization: basic } });

    // Client credentials end in a bearer token too; oauth.test.ts gets one.
    expect(authenticationSchemes.map(({ type }) => type)).toEqual(['oauthbearertoken', 'oauth2']);
    expect([bearer.status, none.status, other.status]).toEqual([200, 401, 401]);
    expect(String(none.headers['www-authenticate'])).toMatch(/^Bearer /);
  });

  it('answers what it does not name with 501, 404 or 400', async () => {
    const me = await send('GET', '/Me');
    const unknown = await send('GET', '/Devices');
    const sorted = await list({ sortBy: 'title' });

    expect([me, unknown, sorted].map(({ status }) => status)).toEqual([501, 404, 400]);
  });
});
