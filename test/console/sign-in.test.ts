// Signing in over HTTP: the journey, refusals that tell nothing, throttle, second factor, sessions that end.
import { aBrowserSignedIn, admin, seedNumbers } from '../support/admin';
import { startConsole, type TestConsole } from '../support/console';
import { useDatabase } from '../support/database';

describe('sign-in', () => {
  const db = useDatabase();
  let it_: TestConsole;
  beforeEach(async () => {
    it_ = await startConsole(db, { adoption: seedNumbers });
    await it_.administration.ensureFirstAdmin(db.organizationId, admin);
  });
  afterEach(() => it_.close());

  test('leads from the overview to the form and back to the overview', async () => {
    const browser = it_.browser();

    const first = await browser.get('/');
    const done = await browser.fill('/login', admin);
    const page = await browser.get(done.location);

    expect([first.status, first.location]).toEqual([303, '/login']);
    expect([done.status, done.location]).toEqual([303, '/']);
    expect(page.status).toBe(200);
    expect(page.text).toContain('User Onboarding Overview');
  });
});
