// S31: who leaves the directory leaves Uptake's own console too, at once. SCIM and the console over one database.
import { signedIn, admin } from '../support/admin';
import { startConsole, type TestConsole } from '../support/console';
import { useDatabase } from '../support/database';
import { doorNames, idOf, useDoors } from './doors';

describe('S31: an admin of the console who is somebody of the directory', () => {
  const db = useDatabase();
  const doors = useDoors(db);
  let console: TestConsole;
  beforeAll(async () => {
    console = await startConsole(db);
  });
  beforeEach(() => console.clock.set(doors.clock.now()));
  afterAll(() => console.close());

  it.each(
    doorNames.flatMap((door) => [
      [door, 'deactivated', 'PATCH', { Operations: [{ op: 'Replace', path: 'active', value: 'False' }] }] as const,
      [door, 'removed', 'DELETE', undefined] as const,
    ]),
  )('loses it with the next request: %s door, %s', async (door, _, method, body) => {
    const id = idOf(await doors.send(door, 'POST', '/Users', { body: { userName: admin.email } }));
    const browser = await signedIn(console, db.organizationId);
    const before = await browser.get('/');

    const changed = await doors.send(door, method, `/Users/${id}`, body === undefined ? {} : { body });
    const after = await browser.get('/');
    const again = await console.browser().fill('/login', admin);

    expect([before.status, changed.status]).toEqual([200, method === 'DELETE' ? 204 : 200]);
    expect([after.status, new URL(after.location, console.url).pathname]).toEqual([303, '/login']);
    expect(again.status).not.toBe(303);
  });
});
