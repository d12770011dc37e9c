// A mass deactivation as the directory sees it: success, and read back as sent, held or not; through both doors.
import { newId } from '../../src/ids';
import { useDatabase } from '../support/database';
import { doorNames, idOf, useDoors, type Doors } from './doors';

describe.each(doorNames)('a mass change through the door %s', (door) => {
  const db = useDatabase();
  const doors: Doors = useDoors(db);
  const disable = { Operations: [{ op: 'Replace', path: 'active', value: 'False' }] };
  const people = async (): Promise<string[]> => {
    const ids: string[] = [];
    for (let no = 0; no < 60; no += 1) {
      ids.push(idOf(await doors.send(door, 'POST', '/Users', { body: { userName: `p${no}@example.com` } })));
    }
    return ids;
  };

  it('answers 60 deactivations with 200 and active=false, finds them so, and ends the console of an admin among the held', async () => {
    const ids = await people();
    const last = ids.at(-1)!;
    await db.sql.query(
      `INSERT INTO admins (organization_id, id, user_id, email, email_key, display_name, role, status, created_at) VALUES (?, ?, ?, 'p59@example.com', 'p59@example.com', 'P', 'admin', 'active', '2026-01-01')`,
      [db.organizationId, newId(), last],
    );

    const answers = [];
    for (const id of ids) answers.push(await doors.send(door, 'PATCH', `/Users/${id}`, { body: disable }));

    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(answers.every(({ body }) => (body['active'] as unknown) === false)).toBe(true);
    const read = await doors.send(door, 'GET', `/Users/${last}`);
    const found = await doors.send(door, 'GET', '/Users?filter=active+eq+false&count=0');
    const again = await doors.send(door, 'PATCH', `/Users/${last}`, { body: disable });
    expect([read.body['active'], found.body['totalResults']] as unknown[]).toEqual([false, 60]);
    expect(again.headers['etag']).toBe(read.headers['etag']);
    const [states] = await db.sql.query(
      'SELECT account_state AS state, COUNT(*) AS people FROM users GROUP BY account_state ORDER BY 1',
    );
    expect(states).toEqual([
      { state: 'deactivated', people: 50 },
      { state: 'enabled', people: 10 },
    ]);
    const [admins] = await db.sql.query('SELECT status FROM admins');
    expect(admins).toEqual([{ status: 'blocked' }]);
  });

  it('answers 60 DELETEs with 204, and every one is gone', async () => {
    const ids = await people();

    const answers = [];
    for (const id of ids) answers.push(await doors.send(door, 'DELETE', `/Users/${id}`));

    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([204]));
    expect((await doors.send(door, 'GET', `/Users/${ids[59]}`)).status).toBe(404);
  });
});
