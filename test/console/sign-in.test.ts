// Signing in over HTTP: the journey, refusals that tell nothing, throttle, the second step, where it may lead.
import { admin, signedIn } from '../support/admin';
import { startConsole, type TestConsole } from '../support/console';
import { useDatabase } from '../support/database';
import { codeAt, enroll } from '../support/second-factor';

describe('sign-in', () => {
  const db = useDatabase();
  let console: TestConsole;
  beforeEach(async () => {
    console = await startConsole(db);
    await console.administration.ensureFirstAdmin(db.organizationId, admin);
  });
  afterEach(() => console.close());

  test('leads from the overview to the form and back to the overview', async () => {
    const browser = console.browser();

    const first = await browser.get('/');
    const done = await browser.fill('/login', admin);
    const page = await browser.get(done.location);

    expect([first.status, first.location]).toEqual([303, '/login']);
    expect([done.status, done.location]).toEqual([303, '/']);
    expect(page.status).toBe(200);
    expect(page.text).toContain('User Onboarding Overview');
  });

  test('leads back to the page that asked for it, and never to another host', async () => {
    const asked = await console.browser().get('/profile?x=1');
    const done = await console.browser().fill(asked.location, { ...admin });
    const places: string[] = [];
    for (const next of ['//evil.example', '/\\evil.example', 'https://evil.example/', '/\tevil'])
      places.push((await console.browser().fill('/login', { ...admin, next })).location);

    expect(asked.location).toBe('/login?next=%2Fprofile%3Fx%3D1');
    expect(done.location).toBe('/profile?x=1');
    expect(places).toEqual(['/', '/', '/', '/']);
  });

  test('says the same for a wrong password and an unknown address, and sets no session', async () => {
    const wrong = console.browser();
    const unknown = console.browser();

    const first = await wrong.fill('/login', { ...admin, password: 'not the password' });
    const second = await unknown.fill('/login', { email: 'nobody@example.com', password: 'not the password' });

    expect([first.status, second.status]).toEqual([401, 401]);
    expect(first.text).toContain('E-mail or password is not right.');
    expect(visible(second.text)).toBe(visible(first.text).replaceAll(admin.email, 'nobody@example.com'));
    expect([wrong.cookies.has('uptake'), unknown.cookies.has('uptake')]).toEqual([false, false]);
    expect(first.text).not.toContain('not the password');
  });

  test('refuses the eleventh try of an account even with the right password, and says how long to wait', async () => {
    const tries = Array.from({ length: 10 }, () => 401);

    const seen: number[] = [];
    for (const _ of tries)
      seen.push((await console.browser().fill('/login', { ...admin, password: 'a wrong one' })).status);
    const refused = await console.browser().fill('/login', admin);
    console.clock.advance(3 * 60_000);
    const later = await console.browser().fill('/login', admin);

    expect(seen).toEqual(tries);
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(60);
    expect(refused.text).toContain('Too many tries. Try again in 2 minutes.');
    expect(later.status).toBe(303);
  });

  test('asks for the code where a second step is set up, and takes each code once', async () => {
    const browser = await signedIn(console, db.organizationId);
    const { secret } = await enroll(console, browser);
    console.clock.advance(60_000);
    const code = codeAt(secret, console.clock.now());

    const half = console.browser();
    const asked = await half.fill('/login', admin);
    const early = await half.get('/');
    const wrong = await half.fill('/login/totp', { code: '000000' });
    const right = await half.fill('/login/totp', { code });
    const replay = console.browser();
    await replay.fill('/login', admin);
    const again = await replay.fill('/login/totp', { code });

    expect(asked.location).toBe('/login/totp');
    expect([early.status, early.location]).toEqual([303, '/login']);
    expect(wrong.status).toBe(401);
    expect(wrong.text).toContain('This code is not right, or it was used already.');
    expect([right.status, right.location]).toEqual([303, '/']);
    expect(again.status).toBe(401);
  });

  test('takes a backup code in place of the code, once', async () => {
    const browser = await signedIn(console, db.organizationId);
    const { backupCodes } = await enroll(console, browser);
    const [code = ''] = backupCodes;

    const first = console.browser();
    await first.fill('/login', admin);
    const taken = await first.fill('/login/totp', { code: code.toLowerCase().replace('-', ' ') });
    const second = console.browser();
    await second.fill('/login', admin);
    const refused = await second.fill('/login/totp', { code });

    expect(backupCodes).toHaveLength(10);
    expect(taken.status).toBe(303);
    expect(refused.status).toBe(401);
  });

  test('ends the second step after ten minutes', async () => {
    const browser = await signedIn(console, db.organizationId);
    const { secret } = await enroll(console, browser);
    const half = console.browser();
    await half.fill('/login', admin);

    console.clock.advance(11 * 60_000);
    const late = await half.fill('/login/totp', { code: codeAt(secret, console.clock.now()) });

    expect([late.status, late.location]).toEqual([303, '/login']);
  });

  test('signs out: the cookie of before opens nothing, the browser is told to forget', async () => {
    const browser = await signedIn(console, db.organizationId);
    const stolen = new Map(browser.cookies);

    const out = await browser.fill('/', {}, '/logout');
    for (const [name, value] of stolen) browser.cookies.set(name, value);
    const replay = await browser.get('/');

    expect([out.status, out.location]).toEqual([303, '/login']);
    expect(out.headers.get('clear-site-data')).toBe('"cookies", "storage"');
    expect([replay.status, replay.location]).toEqual([303, '/login']);
  });

  test('writes success and refusal to the audit, without the address', async () => {
    await console.browser().fill('/login', { ...admin, password: 'a wrong one' });
    await console.browser().fill('/login', { email: 'nobody@example.com', password: 'a wrong one' });
    await console.browser().fill('/login', admin);

    const [rows] = await db.sql.query(
      `SELECT action, actor_kind, target_id IS NULL AS nobody FROM audit_entries WHERE action LIKE 'sign_in%' ORDER BY id`,
    );
    const [personal] = await db.sql.query('SELECT * FROM audit_personal_values');

    expect(rows).toEqual([
      { action: 'sign_in.refused', actor_kind: 'admin', nobody: 0 },
      { action: 'sign_in.refused', actor_kind: 'system', nobody: 1 },
      { action: 'sign_in.succeeded', actor_kind: 'admin', nobody: 0 },
    ]);
    expect(personal).toEqual([]);
  });

  test('leads to the setup page as long as nobody can sign in', async () => {
    await db.sql.query('DELETE FROM admins');

    const page = await console.browser().get('/login');

    expect([page.status, page.location]).toEqual([303, '/setup']);
  });
});

/** What a person sees of a page. */
function visible(html: string): string {
  return html.replaceAll(/<input type="hidden"[^>]*>/g, '').replaceAll(/\s+/g, ' ');
}
