// Requests at the same time: no update is lost, one of two equal creates wins, nothing is a fault of ours.
import { useDatabase } from '../support/database';
import { idOf, useDoors, type Answered } from './doors';

describe('requests at the same time', () => {
  const db = useDatabase();
  const doors = useDoors(db);
  const patch = (id: string, operation: object): Promise<Answered> =>
    doors.send('hot', 'PATCH', `/Users/${id}`, { body: { Operations: [operation] } });

  it('S8: 50 parallel role adds on one user all survive', async () => {
    const id = idOf(await doors.send('hot', 'POST', '/Users', { body: { userName: 'u' } }));
    const values = Array.from({ length: 50 }, (_, no) => `role-${no}`);

    const answers = await Promise.all(
      values.map((value) => patch(id, { op: 'add', path: 'roles', value: [{ value }] })),
    );
    const read = await doors.send('hot', 'GET', `/Users/${id}`);

    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    const roles = (read.body['roles'] as unknown as { value: string }[]).map(({ value }) => value);
    expect(roles.toSorted()).toEqual(values.toSorted());
    expect(read.headers['etag']).toBe('W/"51"');
  });

  it('S8: 50 parallel member adds on one group all survive, half of them in the other dialect', async () => {
    const users = await Promise.all(
      Array.from({ length: 50 }, (_, no) => doors.send('hot', 'POST', '/Users', { body: { userName: `u${no}` } })),
    );
    const ids = users.map(idOf);
    const id = idOf(await doors.send('hot', 'POST', '/Groups', { body: { displayName: 'Team' } }));
    const add = (value: string, no: number): Promise<Answered> => {
      const operation =
        no % 2 === 0
          ? { op: 'Add', path: 'members', value: [{ $ref: null, value }] }
          : { op: 'add', value: { members: [{ value }] } };
      return doors.send('hot', 'PATCH', `/Groups/${id}`, { body: { Operations: [operation] } });
    };

    const answers = await Promise.all(ids.map(add));
    const read = await doors.send('hot', 'GET', `/Groups/${id}`);

    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    const members = (read.body['members'] as unknown as { value: string }[]).map(({ value }) => value);
    expect(members).toEqual(ids.toSorted());
    expect(read.headers['etag']).toBe('W/"51"');
  });

  it('S9: of two equal groups one is 201 and one 409', async () => {
    const create = () => doors.send('hot', 'POST', '/Groups', { body: { displayName: 'Twin' } });

    const answers = await Promise.all([create(), create()]);

    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 409]);
  });

  it('S9: of two equal creates one is 201 and one 409, and the filter finds the user', async () => {
    const create = () => doors.send('hot', 'POST', '/Users', { body: { userName: 'twin@example.com' } });

    const answers = await Promise.all([create(), create()]);
    const found = await doors.send('hot', 'GET', '/Users?filter=userName+eq+%22twin@example.com%22');

    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 409]);
    expect(found.body['totalResults']).toBe(1);
  });

  it('S14 in short: repeated and reordered switches of active end as the last one says', async () => {
    const id = idOf(await doors.send('hot', 'POST', '/Users', { body: { userName: 'u' } }));
    const off = { op: 'Replace', path: 'active', value: 'False' };
    const on = { op: 'replace', value: { active: true } };

    for (const operation of [off, off, on, off, on, on]) await patch(id, operation);
    const read = await doors.send('hot', 'GET', `/Users/${id}`);

    expect(read.body['active']).toBe(true);
    const [rows] = await db.sql.query('SELECT assigned FROM license_pools WHERE organization_id = ?', [
      db.organizationId,
    ]);
    expect(rows).toEqual([{ assigned: 1 }]);
  });
});
