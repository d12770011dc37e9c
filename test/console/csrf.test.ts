// No other site can act here: origin and token of every unsafe request, before and after sign-in.
import { admin, signedIn } from '../support/admin';
import { hiddenFields, startConsole, type Browser, type TestConsole } from '../support/console';
import { useDatabase } from '../support/database';

describe('requests of other sites', () => {
  const db = useDatabase();
  let console: TestConsole;
  let browser: Browser;
  beforeEach(async () => {
    console = await startConsole(db);
    browser = await signedIn(console, db.organizationId);
  });
  afterEach(() => console.close());

  const paths = [
    '/profile/password',
    '/profile/sessions',
    '/profile/appearance',
    '/profile/second-factor',
    '/profile/second-factor/remove',
    '/profile/backup-codes',
    '/logout',
  ];

  test.each([
    ['another origin', { origin: 'https://evil.example' }],
    ['a page that hides its origin', { origin: 'null' }],
    ['no origin at all', { 'x-nothing': 'x' }],
    ['a cross-site form', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }],
    ['a sister site', { 'sec-fetch-site': 'same-site' }],
    ['a typed address', { 'sec-fetch-site': 'none' }],
  ])('are refused: %s, even with the right token', async (_, headers) => {
    const { text } = await browser.get('/profile');
    const token = hiddenFields(text, '/profile/sessions')['_csrf'] ?? '';

    const answers: number[] = [];
    for (const path of paths) answers.push((await browser.post(path, { _csrf: token }, headers)).status);

    expect(token).toMatch(/^[0-9a-f]{64}$/);
    expect(answers).toEqual(paths.map(() => 403));
  });

  test('are refused without the token of the session, whatever their origin says', async () => {
    const other = await signedIn(console, db.organizationId);
    const foreign = hiddenFields((await other.get('/profile')).text, '/profile/sessions')['_csrf'] ?? '';

    const answers: number[] = [];
    for (const path of paths)
      for (const form of [{}, { _csrf: '' }, { _csrf: foreign }, { _csrf: '__proto__' }] as Record<string, string>[])
        answers.push((await browser.post(path, form)).status);
    const still = await browser.get('/');

    expect(new Set(answers)).toEqual(new Set([403]));
    expect(still.status).toBe(200);
  });

  test('pass when the browser says they come from our own page', async () => {
    const { text } = await browser.get('/profile');
    const form = hiddenFields(text, '/profile/sessions');

    const answer = await browser.post('/profile/sessions', form, { 'sec-fetch-site': 'same-origin' });

    expect([answer.status, answer.location]).toEqual([303, '/profile']);
  });

  test('cannot sign a person in: the form before sign-in needs its cookie, its field and its own name', async () => {
    const stranger = console.browser();
    const login = hiddenFields((await stranger.get('/login')).text, '/login');
    const setup = hiddenFields((await stranger.get('/setup')).text, '/setup');
    const cookie = stranger.cookies.get('uptake_pre') ?? '';

    const answers: number[] = [];
    for (const token of ['', cookie, setup['_csrf'] ?? '', `${cookie}.${'0'.repeat(64)}`])
      answers.push((await stranger.post('/login', { ...admin, _csrf: token })).status);
    stranger.cookies.delete('uptake_pre');
    answers.push((await stranger.post('/login', { ...admin, ...login })).status);
    stranger.cookies.set('uptake_pre', 'x'.repeat(43));
    answers.push((await stranger.post('/login', { ...admin, ...login })).status);
    const page = await stranger.post('/login', { ...admin });

    expect(answers).toEqual([403, 403, 403, 403, 403, 403]);
    expect(page.text).toContain('Nothing was changed.');
    expect(page.text).toContain('Request id');
  });
});
