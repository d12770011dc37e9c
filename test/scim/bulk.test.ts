// Bulk over HTTP: references in any order, circles, failures, limits.
import { newId } from '../../src/ids';
import { useDatabase } from '../support/database';
import { textOf, useDoors, type Answered, type Body } from './doors';

const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

function results({ body }: Answered): Body[] {
  return (body['Operations'] ?? []) as unknown as Body[];
}

function statuses(answer: Answered): string[] {
  return results(answer).map((it) => textOf(it, 'status'));
}

function user(bulkId: string, data: object = {}): object {
  return { method: 'POST', path: '/Users', bulkId, data: { userName: `${bulkId}@example.com`, ...data } };
}

describe('bulk', () => {
  const db = useDatabase();
  const doors = useDoors(db);
  const bulk = (Operations: unknown, more: object = {}, token?: string) =>
    doors.send('hot', 'POST', '/Bulk', {
      body: { schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'], Operations, ...more },
      ...(token !== undefined && { token }),
    });
  const get = async (result: Body | undefined): Promise<Body> => {
    const path = textOf(result ?? {}, 'location').replace('https://uptake.example.com', '');
    return (await doors.send('hot', 'GET', path)).body;
  };

  it('makes what is named before what names it, and answers in the order of the request', async () => {
    const answer = await bulk([
      {
        method: 'post',
        path: '/Groups',
        bulkId: 'g',
        data: { displayName: 'Team', members: [{ value: 'bulkId:u2' }, { value: 'bulkId:u1' }] },
      },
      user('u1', { [enterprise]: { manager: { value: 'bulkId:u2' } } }),
      user('u2'),
      {
        method: 'PATCH',
        path: '/Users/bulkId:u1',
        data: { Operations: [{ op: 'Replace', path: 'title', value: 'T' }] },
      },
      {
        method: 'PATCH',
        path: '/Groups/bulkId:g',
        data: { Operations: [{ op: 'remove', path: 'members[value eq "bulkId:u2"]' }] },
      },
    ]);

    expect(answer.status).toBe(200);
    expect(answer.body['schemas']).toEqual(['urn:ietf:params:scim:api:messages:2.0:BulkResponse']);
    expect(results(answer)).toMatchObject([
      { method: 'POST', bulkId: 'g', status: '201', version: 'W/"1"' },
      { method: 'POST', bulkId: 'u1', status: '201', version: 'W/"1"' },
      { method: 'POST', bulkId: 'u2', status: '201', version: 'W/"1"' },
      { method: 'PATCH', status: '200', version: 'W/"2"' },
      { method: 'PATCH', status: '200', version: 'W/"2"' },
    ]);
    const [group, first, second] = await Promise.all(results(answer).slice(0, 3).map(get));
    expect(group).toMatchObject({ displayName: 'Team', members: [{ value: first?.['id'] }] });
    expect(first).toMatchObject({ title: 'T', [enterprise]: { manager: { value: second?.['id'] } } });
  });

  it('makes a circle first and sets its references after', async () => {
    const manager = (bulkId: string) => ({ [enterprise]: { department: 'D', manager: { value: `bulkId:${bulkId}` } } });

    const answer = await bulk([
      user('a', manager('b')),
      user('b', manager('c')),
      user('c', manager('a')),
      user('s', manager('s')),
    ]);
    const [a, b, c, self] = await Promise.all(results(answer).map(get));

    expect(statuses(answer)).toEqual(['201', '201', '201', '201']);
    const managerOf = (it?: Body) => it?.[enterprise]?.['manager']?.['value'];
    expect([a, b, c, self].map(managerOf)).toEqual([b?.['id'], c?.['id'], a?.['id'], self?.['id']]);
    expect(c?.[enterprise]?.['department']).toBe('D');
    const versions = results(answer).map((it) => it['version']);
    expect([a, b, c, self].map((it) => it?.['meta']?.['version'])).toEqual(versions);
  });

  it('S27: a hundred operations, repeated: all is made, then all is there already', async () => {
    const people = Array.from({ length: 90 }, (_, index) => `p${index}`);
    const groups = Array.from({ length: 10 }, (_, index) => ({
      method: 'POST',
      path: '/Groups',
      bulkId: `g${index}`,
      data: {
        displayName: `G${index}`,
        members: people.slice(index * 9, index * 9 + 9).map((it) => ({ value: `bulkId:${it}` })),
      },
    }));
    const operations = [...groups, ...people.map((name) => user(name))];

    const first = await bulk(operations);
    const second = await bulk(operations);
    const members = await get(results(first)[9]);

    expect(new Set(statuses(first))).toEqual(new Set(['201']));
    expect(statuses(second).slice(10)).toEqual(people.map(() => '409'));
    expect(members['members']).toHaveLength(9);
    const [[count]] = (await db.sql.query('SELECT COUNT(*) AS n FROM users')) as unknown as [[{ n: number }]];
    expect(count.n).toBe(90);
  });

  it('answers each failure as the single request would, and goes on', async () => {
    const made = await bulk([user('a')]);
    const path = textOf(results(made)[0] ?? {}, 'location').replace('https://uptake.example.com/scim/v2', '');
    const rename = { Operations: [{ op: 'replace', path: 'displayName', value: 'New' }] };

    const answer = await bulk([
      user('a'),
      { method: 'PATCH', path, version: 'W/"7"', data: rename },
      { method: 'PATCH', path, version: 'W/"1"', data: rename },
      { method: 'PUT', path: `/Users/${newId()}`, data: { userName: 'x' } },
      { method: 'POST', path: '/Users', data: { userName: 'nameless' } },
      user('b', { [enterprise]: { manager: { value: 'bulkId:nobody' } } }),
      user('c', { [enterprise]: { manager: { value: 'bulkId:a' } } }),
      { method: 'GET', path },
      { method: 'POST', path: '/Robots', bulkId: 'r', data: {} },
      { method: 'POST', path: '/Users', bulkId: 'r', data: { userName: 'twice' } },
      { method: 'POST', path, bulkId: 'q', data: {} },
      { method: 'DELETE', path: '/Users' },
      { method: 'POST', path: '/Users', bulkId: 'd' },
      { method: 'DELETE', path },
    ]);

    const got = results(answer).map((it) =>
      `${textOf(it, 'status')} ${textOf(it['response'] ?? {}, 'scimType')}`.trim(),
    );
    expect(got).toEqual([
      '409 uniqueness',
      '412',
      '200',
      '404',
      '400 invalidValue',
      '400 invalidValue',
      '400 invalidValue',
      '400 invalidValue',
      '404',
      '400 invalidValue',
      '400 invalidValue',
      '400 invalidValue',
      '400 invalidValue',
      '204',
    ]);
    expect(results(answer)[3]).toMatchObject({ location: expect.stringContaining('/scim/v2/Users/') as string });
    expect(textOf(results(answer)[0]?.['response'] ?? {}, 'detail')).toMatch(/Request [0-9a-f-]{36}$/);
  });

  it('stops at failOnErrors and leaves the rest untried', async () => {
    await bulk([user('a')]);

    const answer = await bulk([user('a'), user('b'), user('a2', { userName: 'a@example.com' }), user('c')], {
      failOnErrors: 2,
    });

    expect(statuses(answer)).toEqual(['409', '201', '409']);
  });

  it('says of a circle that broke which half is missing', async () => {
    await bulk([user('b')]);
    const manager = (bulkId: string) => ({ [enterprise]: { manager: { value: `bulkId:${bulkId}` } } });

    const answer = await bulk([user('a', manager('b')), user('b', manager('a'))]);
    const reversed = await bulk([user('b', manager('c')), user('c', manager('b'))]);

    expect(statuses(answer)).toEqual(['400', '409']);
    expect(statuses(reversed)).toEqual(['409', '400']);
    expect(results(reversed)[1]).toMatchObject({
      location: expect.stringContaining('/Users/') as string,
      version: 'W/"1"',
    });
  });

  it('refuses what is no bulk request or too large', async () => {
    const refused = async (answer: Promise<Answered>) => {
      const { status, body } = await answer;
      return [status, body['scimType']];
    };
    const large = [user('a', { title: 'x'.repeat(1_048_576) })];

    expect(await refused(bulk(Array.from({ length: 1001 }, (_, index) => user(`u${index}`))))).toEqual([
      413,
      undefined,
    ]);
    expect(await refused(bulk(large))).toEqual([413, undefined]);
    expect(await refused(bulk({}))).toEqual([400, 'invalidSyntax']);
    expect(await refused(bulk(['x']))).toEqual([400, 'invalidSyntax']);
    expect(await refused(bulk([user('a')], { failOnErrors: 0 }))).toEqual([400, 'invalidValue']);
    expect(await refused(doors.send('hot', 'GET', '/Bulk'))).toEqual([405, undefined]);
    expect(results(await bulk([]))).toEqual([]);
  });

  it('S20: reaches nothing of another organization', async () => {
    const made = await bulk([user('a'), { method: 'POST', path: '/Groups', bulkId: 'g', data: { displayName: 'G' } }]);
    const paths = results(made).map((it) => textOf(it, 'location').replace('https://uptake.example.com/scim/v2', ''));
    const operations = paths.flatMap((path) => [
      { method: 'PATCH', path, data: { Operations: [{ op: 'replace', path: 'externalId', value: 'x' }] } },
      { method: 'DELETE', path },
    ]);

    const answer = await bulk(operations, {}, doors.secondToken);

    expect(statuses(answer)).toEqual(['404', '404', '404', '404']);
  });
});
