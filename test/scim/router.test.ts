// The chain of the app, and that both doors are one: same bytes, same refusals, nothing answered without a token.
import express from 'express';
import { withoutLastLayers } from '../../src/scim/router';
import { useDatabase } from '../support/database';
import { doorNames, useDoors, type Answered, type DoorName, idOf, textOf } from './doors';

describe('the two doors', () => {
  const db = useDatabase();
  const doors = useDoors(db);

  describe.each(doorNames)('%s', (door) => {
    it.each(['//scim/v2/Users', '/%73cim/v2/Users', '//scim'])(
      '%s is 404 in our words, behind the token',
      async (path) => {
        const ask = (token: string) =>
          fetch(`${doors.url(door)}${path}`, { headers: { Authorization: `Bearer ${token}` } });

        const [bare, answer] = [await ask('wrong'), await ask(doors.token)];

        expect([bare.status, answer.status]).toEqual([401, 404]);
        expect([answer.headers.get('content-type'), await answer.json()]).toEqual([
          'application/scim+json',
          expect.objectContaining({ schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'], status: '404' }),
        ]);
      },
    );

    it('/SCIM/V2/users is the list of users', async () => {
      const headers = { Authorization: `Bearer ${doors.token}` };

      const answer = await fetch(`${doors.url(door)}/SCIM/V2/users`, { headers });

      expect([answer.status, ((await answer.json()) as { totalResults: number }).totalResults]).toEqual([200, 0]);
    });

    it.each([
      ['PUT', '/Users', 405, 'GET, POST'],
      ['DELETE', '/Users', 405, 'GET, POST'],
      ['POST', '/Users/x', 405, 'GET, PUT, PATCH, DELETE'],
      ['OPTIONS', '/Users', 405, 'GET, POST'],
      ['POST', '/Schemas', 405, 'GET'],
      ['PUT', '/ResourceTypes/User', 405, 'GET'],
      ['DELETE', '/ServiceProviderConfig', 405, 'GET'],
      ['GET', '/Users/.search', 405, 'POST'],
      ['GET', '/Me', 501, undefined],
      ['DELETE', '/Me', 501, undefined],
      ['GET', '/Bulk', 405, 'POST'],
      ['PUT', '/Groups', 405, 'GET, POST'],
      ['POST', '/Groups/x', 405, 'GET, PUT, PATCH, DELETE'],
      ['GET', '/Groups/.search', 405, 'POST'],
      ['GET', '/Groups/NOT-A-UUID', 404, undefined],
      ['GET', '/Roles', 404, undefined],
      ['GET', '/', 404, undefined],
      ['GET', '/Users/x/y', 404, undefined],
      ['GET', '/Users/%2e%2e%2fSchemas', 404, undefined],
      ['GET', '/Users/NOT-A-UUID', 404, undefined],
      ['GET', '/Schemas/urn:nobody', 404, undefined],
      ['GET', '/Users/%zz', 400, undefined],
    ])('%s %s is %i', async (method, path, status, allow) => {
      const bare = await doors.send(door, method, path, { token: null });
      const answer = await doors.send(door, method, path);

      expect(bare.status).toBe(401);
      expect([answer.status, answer.headers['allow']]).toEqual([status, allow]);
      expect(answer.body).toMatchObject({
        status: String(status),
        schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
      });
      expect(textOf(answer.body, 'detail')).toContain(answer.headers['x-request-id']);
    });

    it('answers HEAD with the headers of GET', async () => {
      const made = await doors.send(door, 'POST', '/Users', { body: { userName: 'u' } });
      const path = `/Users/${idOf(made)}`;

      const [head, read] = await Promise.all(['HEAD', 'GET'].map((method) => doors.send(door, method, path)));

      expect([head?.status, head?.text]).toEqual([200, '']);
      expect(comparable(head)).toEqual({ ...comparable(read), text: '' });
    });

    it('searches by POST', async () => {
      for (const userName of ['a', 'b', 'c']) await doors.send(door, 'POST', '/Users', { body: { userName } });
      const body = { filter: 'userName ne "b"', attributes: ['userName'], startIndex: 2, count: 1 };

      const answers = [
        await doors.send(door, 'POST', '/Users/.search', { body }),
        await doors.send(door, 'POST', '/.search', { body }),
      ];

      for (const { body: list } of answers) {
        expect(list).toMatchObject({ totalResults: 2, startIndex: 2, itemsPerPage: 1, Resources: [{ userName: 'c' }] });
        expect(Object.keys(list['Resources']?.[0] ?? {})).toEqual(['schemas', 'id', 'userName']);
      }
      expect((await doors.send(door, 'POST', '/.search', { body: { filter: 7 } })).body['scimType']).toBe(
        'invalidValue',
      );
    });
  });

  it('S3: send the same bytes but for date and request id', async () => {
    const user = { userName: 'Ünï@example.com', emails: [{ value: 'e@example.com', primary: 'True' }], nickName: 'N' };
    const made = await doors.send('hot', 'POST', '/Users', { body: user });
    const path = `/Users/${idOf(made)}`;
    const requests: [string, string, object?][] = [
      ['GET', path],
      ['GET', `${path}?attributes=userName`],
      ['GET', '/Users'],
      ['GET', '/Users?filter=nickName+eq+%22n%22'],
      ['GET', '/Users?count=0'],
      ['GET', '/Users?filter=broken'],
      ['GET', '/Users?count=x'],
      ['POST', '/Users', { userName: 'ünï@EXAMPLE.com' }],
      ['POST', '/Users', {}],
      ['PATCH', path, { Operations: [] }],
      ['PATCH', path, { Operations: [{ op: 'x' }] }],
      ['PATCH', '/Users/01a1fe4d-74a3-749b-9910-6b9fb11acef6', { Operations: [] }],
      ['GET', '/Schemas'],
      ['GET', '/ServiceProviderConfig'],
      ['DELETE', '/Users'],
    ];

    for (const [method, url, body] of requests) {
      const [hot, app] = await Promise.all(doorNames.map((door: DoorName) => doors.send(door, method, url, { body })));
      expect([method, url, comparable(hot)]).toEqual([method, url, comparable(app)]);
    }
  });

  it('S2: refuse to start when the last two layers of the library are not what they were', () => {
    const changed = express.Router();
    changed.use((_req, _res, next) => next());
    changed.use((_req, _res, next) => next());

    expect(() => withoutLastLayers(changed)).toThrow('scimmy-routers has changed');
  });
});

/** All of an answer that must not differ between the doors. */
function comparable(answer: Answered | undefined): object {
  const { date: _date, 'x-request-id': id, 'content-length': length, ...headers } = answer?.headers ?? {};
  return { status: answer?.status, headers, length, text: answer?.text.replace(String(id), 'ID') };
}
