// Errors in the frame: what happened, what was not changed, the request id; never a stack, SQL, path or secret.
import { createServer, type AddressInfo } from 'node:net';
import { openDatabase } from '../../src/store/database';
import { signedIn } from '../support/admin';
import { hiddenFields, startConsole, type Browser, type TestConsole } from '../support/console';
import { useDatabase } from '../support/database';

describe('the error pages', () => {
  const db = useDatabase();
  let console: TestConsole;
  let browser: Browser;
  beforeEach(async () => {
    console = await startConsole(db);
    browser = await signedIn(console, db.organizationId);
  });
  afterEach(() => console.close());

  test('say that nothing is at an unknown address, with sidebar and request id', async () => {
    const page = await browser.get('/users/nothing');
    const stranger = await console.browser().get('/users/nothing');

    expect(page.status).toBe(404);
    expect(page.text).toContain('Nothing is here');
    expect(page.text).toContain('aria-label="Main"');
    expect(page.text).toContain(page.headers.get('x-request-id'));
    expect(stranger.status).toBe(404);
    expect(stranger.text).not.toContain('aria-label="Main"');
  });

  test.each([
    ['DELETE', '/', 'GET'],
    ['PUT', '/login', 'GET, POST'],
    ['PATCH', '/setup', 'GET, POST'],
    ['POST', '/assets/x.css', 'GET'],
    ['GET', '/csp', 'POST'],
    ['GET', '/profile/password', 'POST'],
    ['DELETE', '/u/x', 'GET, POST'],
  ])('answer 405 with Allow for %s %s', async (method, path, allow) => {
    const answer = await fetch(`${console.url}${path}`, { method, headers: { origin: console.publicUrl } });

    const isForm = path.startsWith('/profile') && method !== 'GET';
    expect(answer.status).toBe(isForm ? 403 : 405);
    expect(answer.headers.get('allow')).toBe(allow);
  });

  test.each([
    ['a body of 9 kB', { method: 'POST', body: new URLSearchParams({ email: 'x'.repeat(9000) }) }, 413],
    ['a compression nobody knows', { method: 'POST', body: 'email=a', headers: { 'content-encoding': 'x-odd' } }, 415],
    ['a path that cannot be decoded', { path: '/u/%E0%A4%A' }, 400],
    ['a NUL in a path', { path: '/u/%00' }, 404],
    [
      'a body of another kind',
      { method: 'POST', body: '{"email":', headers: { 'content-type': 'application/json' } },
      403,
    ],
  ] as [string, RequestInit & { path?: string }, number][])('stay calm about %s', async (_, request, status) => {
    const form = { 'content-type': 'application/x-www-form-urlencoded', origin: console.publicUrl };
    const headers = { ...form, ...(request.headers as Record<string, string>) };

    const answer = await fetch(`${console.url}${request.path ?? '/login'}`, { ...request, headers });
    const text = await answer.text();

    expect(answer.status).toBe(status);
    expect(text).toContain('Uptake');
    expect(text).not.toMatch(/at \w+.*:\d+:\d+|node_modules|SELECT/);
  });

  test('keep a fault of ours to themselves: 500, request id, one line in the log', async () => {
    await db.sql.query('UPDATE organizations SET time_zone = ?', ['Not/AZone']);

    const page = await browser.get('/');
    const logged = console.logged.filter(({ level }) => level === 'error');

    expect(page.status).toBe(500);
    expect(page.text).toContain('Something went wrong on our side');
    expect(page.text).not.toContain('Not/AZone');
    expect(logged).toEqual([
      { level: 'error', facts: expect.objectContaining({ requestId: page.headers.get('x-request-id') }) },
    ]);
  });

  test('survive keys that would reach a prototype', async () => {
    const fields = hiddenFields((await browser.get('/profile')).text, '/profile/appearance');
    const odd = { ...fields, __proto__: 'x', constructor: 'x', 'theme[__proto__]': 'x', theme: 'dark', timeZone: '' };

    const form = await browser.post('/profile/appearance', odd);
    const query = await console.browser().get('/login?__proto__=x&constructor[prototype]=y&next[a]=b&next=c&next=d');

    expect(form.status).toBe(303);
    expect(query.status).toBe(200);
  });
});

describe('a console whose database is gone', () => {
  const db = useDatabase();

  test('answers 503 with Retry-After and says what was not done', async () => {
    const hole = createServer();
    await new Promise<void>((resolve) => hole.listen(0, '127.0.0.1', resolve));
    const url = `mysql://nobody:nothing@127.0.0.1:${(hole.address() as AddressInfo).port}/none`;
    const away = openDatabase({ url, pool: 2, acquireMs: 400, lockMs: 1000, statementMs: 1000, connectMs: 300 });
    const console = await startConsole({ ...db, database: away });

    const page = await console.browser().get('/login');
    const link = await console.browser().get('/nothing');
    await Promise.all([console.close(), away.close(), new Promise((resolve) => hole.close(resolve))]);

    expect(page.status).toBe(503);
    expect(page.headers.get('retry-after')).toBe('5');
    expect(page.text).toContain('Not available right now');
    expect(link.status).toBe(404);
  });
});
