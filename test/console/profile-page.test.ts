// One's own account over HTTP: password, sessions, appearance.
import { admin, signedIn } from '../support/admin';
import { startConsole, type Browser, type TestConsole } from '../support/console';
import { useDatabase } from '../support/database';

describe('the profile page', () => {
  const db = useDatabase();
  let console: TestConsole;
  let browser: Browser;
  beforeEach(async () => {
    console = await startConsole(db);
    browser = await signedIn(console, db.organizationId);
  });
  afterEach(() => console.close());

  test('changes the password after the present one, and ends all other sessions', async () => {
    const other = await signedIn(console, db.organizationId);
    const next = 'a brand new sentence of mine';

    const done = await browser.fill(
      '/profile',
      { oldPassword: admin.password, newPassword: next },
      '/profile/password',
    );
    const here = await browser.get('/profile');
    const there = await other.get('/');
    const again = await console.browser().fill('/login', { ...admin, password: next });

    expect(done.location).toBe('/profile');
    expect(here.text).toContain('Your password is changed. All other sessions have ended.');
    expect(there.location).toBe('/login?'.slice(0, 6));
    expect(again.location).toBe('/');
  });

  test('keeps the password when the present one is wrong or the new one is weak', async () => {
    const action = '/profile/password';

    const wrong = await browser.fill('/profile', { oldPassword: 'x', newPassword: 'a brand new sentence' }, action);
    const weak = await browser.fill('/profile', { oldPassword: admin.password, newPassword: 'short' }, action);
    const empty = await browser.fill('/profile', {}, action);
    const still = await console.browser().fill('/login', admin);

    expect(wrong.status).toBe(401);
    expect(wrong.text).toContain('This is not your present password.');
    expect(weak.status).toBe(400);
    expect(weak.text).toContain('The password needs at least 15 characters');
    expect(empty.status).toBe(400);
    expect(still.location).toBe('/');
  });

  test('shows a new secret instead of failing when a refused form carries one that is not ours', async () => {
    const send = (secret: string) => browser.fill('/profile', { secret, newPassword: 'short' }, '/profile/password');

    const sealed = await send('A'.repeat(50));
    const short = await send('é');

    expect([sealed.status, short.status]).toEqual([400, 400]);
  });

  test('lists own sessions and ends the others', async () => {
    const other = await signedIn(console, db.organizationId);

    const page = await browser.get('/profile');
    const done = await browser.fill('/profile', {}, '/profile/sessions');
    const after = await browser.get('/profile');

    expect(page.text.match(/data-relative/g)).toHaveLength(2);
    expect(page.text.match(/this browser/g)).toHaveLength(1);
    expect(done.location).toBe('/profile');
    expect(after.text.match(/data-relative/g)).toHaveLength(1);
    expect((await other.get('/')).status).toBe(303);
  });

  test('keeps theme and zone, also for the page before the next sign-in', async () => {
    const form = { theme: 'dark', timeZone: 'Asia/Kolkata' };

    await browser.fill('/profile', form, '/profile/appearance');
    const page = await browser.get('/');
    await browser.fill('/', {}, '/logout');
    const login = await browser.get('/login');

    expect(page.text).toContain('data-theme="dark"');
    expect(page.text).toContain('2 Mar 2026, 14:30');
    expect(login.text).toContain('data-theme="dark"');
  });

  test('refuses a theme or zone that does not exist', async () => {
    const theme = await browser.fill('/profile', { theme: 'pink', timeZone: '' }, '/profile/appearance');
    const zone = await browser.fill('/profile', { theme: 'dark', timeZone: 'Mars/Base' }, '/profile/appearance');

    expect([theme.status, zone.status]).toEqual([400, 400]);
    expect(zone.text).toContain('There is no such time zone.');
  });
});
