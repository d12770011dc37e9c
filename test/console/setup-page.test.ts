// The first admin and the way back in, over HTTP: a code that only the machine shows, used once and in time.
import { admin, signedIn } from '../support/admin';
import { startConsole, type TestConsole } from '../support/console';
import { useDatabase } from '../support/database';
import { enroll } from '../support/second-factor';

const person = {
  displayName: 'First Admin',
  email: admin.email,
  password: admin.password,
  organizationName: 'Contoso',
};

describe('the setup page', () => {
  const db = useDatabase();
  let console: TestConsole;
  beforeEach(async () => {
    console = await startConsole(db);
  });
  afterEach(() => console.close());

  const issue = async (): Promise<string> =>
    (await console.administration.issueSetupCode(db.organizationId))?.code ?? 'none';

  test('makes the first Super Admin with a code, signs in, and names the organization', async () => {
    const code = await issue();
    const browser = console.browser();

    const done = await browser.fill('/setup', { ...person, code });
    const page = await browser.get(done.location);

    expect([done.status, done.location]).toEqual([303, '/']);
    expect(page.text).toContain('Your account is ready. Next: connect your directory.');
    expect(page.text).toContain('<title>Overview · Contoso · Uptake</title>');
    expect(page.text).toContain(`${console.publicUrl}/scim/v2`);
  });

  test('takes a code as people type it, and takes it once', async () => {
    const code = await issue();

    const sloppy = code.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l');
    const first = await console.browser().fill('/setup', { ...person, code: sloppy });
    const second = await console.browser().fill('/setup', { ...person, email: 'second@example.com', code });

    expect(first.status).toBe(303);
    expect(second.status).toBe(401);
    expect(second.text).toContain('This code is unknown, used or too old.');
  });

  test('refuses a wrong code, one of half an hour ago, and one that a newer one replaced', async () => {
    const old = await issue();
    const replaced = await console.browser().fill('/setup', { ...person, code: (await issue()) && old });
    const wrong = await console.browser().fill('/setup', { ...person, code: 'AAAAA-AAAAA' });
    const late = await issue();
    console.clock.advance(30 * 60_000);
    const expired = await console.browser().fill('/setup', { ...person, code: late });
    const [admins] = await db.sql.query('SELECT id FROM admins');

    expect([replaced.status, wrong.status, expired.status]).toEqual([401, 401, 401]);
    expect(admins).toEqual([]);
  });

  test('shows the form again with what was typed and a sentence at each field; the code is still good', async () => {
    const code = await issue();

    const browser = console.browser();
    const weak = await browser.fill('/setup', { ...person, code, password: 'welcomewelcome2024' });
    const empty = await browser.fill('/setup', { ...person, code, email: 'no address', displayName: '' });
    const good = await browser.fill('/setup', { ...person, code });

    expect(weak.status).toBe(400);
    expect(weak.text).toContain('The password is made of words that are tried first');
    expect(weak.text).toContain('value="First Admin"');
    expect(weak.text).not.toContain('welcomewelcome2024');
    expect(empty.status).toBe(400);
    expect(empty.text).toContain('href="#email"');
    expect(empty.text).toContain('Your name is missing.');
    expect(good.status).toBe(303);
  });

  test('gives a known account a new password and takes its second step and sessions away', async () => {
    const before = await signedIn(console, db.organizationId);
    await enroll(console, before);
    const { code } = await console.administration.recover(db.organizationId);

    const page = await console.browser().get('/setup');
    const password = 'quite another sentence now';
    const browser = console.browser();
    const done = await browser.fill('/setup', { ...person, code, password });
    const old = await before.get('/');
    const again = await console.browser().fill('/login', { email: admin.email, password });

    expect(page.text).toContain('Recover access');
    expect([done.status, done.location]).toEqual([303, '/']);
    expect([old.status, old.location]).toEqual([303, '/login']);
    expect([again.status, again.location]).toEqual([303, '/']);
  });

  test('throttles guesses by address', async () => {
    const seen: number[] = [];
    for (let i = 0; i < 31; i += 1)
      seen.push((await console.browser().fill('/setup', { ...person, code: `WRONG-${i}` })).status);

    expect(new Set(seen.slice(0, 30))).toEqual(new Set([401]));
    expect(seen[30]).toBe(429);
  });
});
