// Users over HTTP, through both doors, against the real service and database.
import { useDatabase } from '../support/database';
import { doorNames, useDoors, idOf } from './doors';

describe('users over HTTP', () => {
  const db = useDatabase();
  const doors = useDoors(db);

  describe.each(doorNames)('through the %s door', (door) => {
    it('creates, reads, finds, changes and removes a user', async () => {
      const created = await doors.send(door, 'POST', '/Users', {
        body: {
          schemas: [
            'urn:ietf:params:scim:schemas:core:2.0:User',
            'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User',
          ],
          externalId: 'e1',
          userName: 'Active.User@example.com',
          active: true,
          emails: [{ primary: true, type: 'work', value: 'active.user@example.com' }],
          meta: { resourceType: 'User' },
          name: { formatted: 'Active User', familyName: 'User', givenName: 'Active' },
          roles: [],
        },
      });

      expect(created.body).toMatchObject({ userName: 'Active.User@example.com', active: true });
      expect(created.status).toBe(201);
      const id = idOf(created);
      const location = `https://uptake.example.com/scim/v2/Users/${id}`;
      expect(created.headers).toMatchObject({ location, etag: 'W/"1"', 'content-type': 'application/scim+json' });

      const read = await doors.send(door, 'GET', `/Users/${id}`);
      expect(read.status).toBe(200);
      expect(read.body).toEqual(created.body);

      const found = await doors.send(door, 'GET', '/Users?filter=userName+eq+%22active.user@EXAMPLE.com%22');
      expect(found.body).toEqual({
        schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
        totalResults: 1,
        startIndex: 1,
        itemsPerPage: 1,
        Resources: [created.body],
      });

      const patched = await doors.send(door, 'PATCH', `/Users/${id}`, {
        body: { Operations: [{ op: 'Replace', path: 'active', value: 'False' }] },
      });
      expect(patched.body).toMatchObject({ active: false, meta: { version: 'W/"2"' } });
      expect(patched.status).toBe(200);

      const replaced = await doors.send(door, 'PUT', `/Users/${id}`, { body: { userName: 'other@example.com' } });
      expect(replaced.status).toBe(200);
      expect(replaced.body).toMatchObject({ userName: 'other@example.com', active: false });
      expect(replaced.body['emails']).toBeUndefined();

      const removed = await doors.send(door, 'DELETE', `/Users/${id}`);
      expect(removed).toMatchObject({ status: 204, text: '' });
      const gone = await doors.send(door, 'GET', `/Users/${id}`);
      expect(gone.status).toBe(404);
      expect(gone.body).toMatchObject({ schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'], status: '404' });
    });
  });
});
