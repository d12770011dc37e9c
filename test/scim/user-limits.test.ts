// How large a user may grow, by one body or by many: what is stored can always be read, changed and removed.
import { useDatabase } from '../support/database';
import { idOf, useDoors } from './doors';

describe('the size of a user', () => {
  const db = useDatabase();
  const doors = useDoors(db);
  const emails = (count: number) => Array.from({ length: count }, (_, no) => ({ value: `u${no}@example.com` }));

  it('a user with nearly 1 MiB of elements is read, listed, changed and removed', async () => {
    const addresses = Array.from({ length: 800 }, (_, no) => ({ formatted: `${no} ${'"x" '.repeat(200)}` }));
    const created = await doors.send('hot', 'POST', '/Users', { body: { userName: 'large', addresses } });
    const id = idOf(created);

    const read = await doors.send('hot', 'GET', `/Users/${id}`);
    const listed = await doors.send('hot', 'GET', '/Users');
    const body = { Operations: [{ op: 'replace', path: 'active', value: false }] };
    const changed = await doors.send('hot', 'PATCH', `/Users/${id}`, { body });
    const removed = await doors.send('app', 'DELETE', `/Users/${id}`);

    expect([created, read, listed, changed, removed].map(({ status }) => status)).toEqual([201, 200, 200, 200, 204]);
    expect(read.body['addresses']).toEqual(addresses);
  });

  it('more than 1,000 values are 413, in one body or one after the other, and nothing is stored', async () => {
    const whole = await doors.send('hot', 'POST', '/Users', { body: { userName: 'whole', emails: emails(1001) } });
    const created = await doors.send('hot', 'POST', '/Users', { body: { userName: 'grown', emails: emails(900) } });
    const path = `/Users/${idOf(created)}`;
    const grow = { op: 'add', path: 'emails', value: emails(1001).slice(900) };

    const grown = await doors.send('hot', 'PATCH', path, { body: { Operations: [grow] } });
    const listed = await doors.send('hot', 'GET', '/Users');

    expect([whole.status, grown.status]).toEqual([413, 413]);
    expect(listed.body['totalResults']).toBe(1);
    expect((await doors.send('hot', 'GET', path)).headers['etag']).toBe('W/"1"');
  });

  it('a body that comes apart into more than 1,000 changes is 413', async () => {
    const keys = Array.from({ length: 1001 }, (_, no): [string, string] => [`urn:x:y${no}`, 'v']);
    const body = { userName: 'many', ...Object.fromEntries(keys) };

    const created = await doors.send('hot', 'POST', '/Users', { body });
    const patched = await doors.send('hot', 'PATCH', '/Users/01a1fe80-d6ca-762c-89e2-d4b5bb6b74bc', {
      body: { Operations: [{ op: 'add', value: body }] },
    });

    expect([created.status, patched.status]).toEqual([413, 413]);
  });
});
