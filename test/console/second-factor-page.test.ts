// The second step's forms: nothing is stored before a code proves it, backup codes are shown once, the password guards both.
import { admin, signedIn } from '../support/admin';
import { hiddenFields, startConsole, type Browser, type TestConsole } from '../support/console';
import { useDatabase } from '../support/database';
import { backupCodesOf, codeAt, enroll, secretOf } from '../support/second-factor';

const action = '/profile/second-factor';

describe('the second step', () => {
  const db = useDatabase();
  let console: TestConsole;
  let browser: Browser;
  beforeEach(async () => {
    console = await startConsole(db);
    browser = await signedIn(console, db.organizationId);
  });
  afterEach(() => console.close());

  test('is set up once a code proves the secret; a wrong code leaves the same picture', async () => {
    const page = await browser.get('/profile');
    const wrong = await browser.post(action, { ...hiddenFields(page.text, action), code: '000000' });
    const [before] = await db.sql.query('SELECT totp_secret FROM admins');
    const code = codeAt(secretOf(page.text), console.clock.now());
    const right = await browser.post(action, { ...hiddenFields(wrong.text, action), code });
    const [after] = await db.sql.query('SELECT totp_secret FROM admins');

    expect(wrong.status).toBe(401);
    expect(secretOf(wrong.text)).toBe(secretOf(page.text));
    expect(before).toEqual([{ totp_secret: null }]);
    expect(right.location).toBe('/profile/backup-codes');
    expect(JSON.stringify(after)).not.toContain(secretOf(page.text));
  });

  test('shows its ten backup codes once, and keeps none of them readable', async () => {
    const page = await browser.get('/profile');
    const code = codeAt(secretOf(page.text), console.clock.now());
    await browser.post(action, { ...hiddenFields(page.text, action), code });

    const first = await browser.get('/profile/backup-codes');
    const second = await browser.get('/profile/backup-codes');
    const [kept] = await db.sql.query('SELECT code_hash FROM admin_backup_codes');
    const [sessions] = await db.sql.query('SELECT data FROM admin_sign_ins');

    const codes = backupCodesOf(first.text);
    expect(new Set(codes).size).toBe(10);
    expect(second.location).toBe('/profile');
    for (const one of codes) expect(JSON.stringify([kept, sessions])).not.toContain(one);
  });

  test('takes no secret that was sealed for somebody else or made up', async () => {
    const page = await browser.get('/profile');
    const fields = hiddenFields(page.text, action);

    const answers: number[] = [];
    for (const secret of ['', 'x'.repeat(80), fields['_csrf'] ?? '', `${fields['secret']?.slice(0, -4)}AAAA`])
      answers.push((await browser.post(action, { ...fields, secret, code: '123456' })).status);

    expect(answers).toEqual([400, 403, 403, 403]);
    expect(console.logged.filter(({ level }) => level === 'error')).toEqual([]);
  });

  test('renews backup codes and turns off only with the password', async () => {
    const { backupCodes } = await enroll(console, browser);

    const refused = await browser.fill('/profile', { confirmPassword: 'wrong' }, '/profile/backup-codes');
    const token = hiddenFields((await browser.get('/profile')).text, '/profile/backup-codes');
    const renewed = await browser.post('/profile/backup-codes', { ...token, confirmPassword: admin.password });
    const fresh = backupCodesOf((await browser.get(renewed.location)).text);
    const off = await browser.post(`${action}/remove`, { ...token, confirmPassword: admin.password });
    const signIn = await console.browser().fill('/login', admin);

    expect(refused.status).toBe(401);
    expect(refused.text).toContain('This is not your password.');
    expect(fresh).toHaveLength(10);
    expect(fresh.filter((code) => backupCodes.includes(code))).toEqual([]);
    expect(off.location).toBe('/profile');
    expect(signIn.location).toBe('/');
  });
});
