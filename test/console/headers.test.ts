// The header walk: every route answers with exactly the headers that keep a page safe, signed in or not.
import { signedIn } from '../support/admin';
import { startConsole, type Browser, type TestConsole } from '../support/console';
import { useDatabase } from '../support/database';

const policy =
  "default-src 'none';script-src 'self';style-src 'self';img-src 'self';font-src 'self';connect-src 'self';form-action 'self';frame-src 'self';base-uri 'none';object-src 'none';frame-ancestors 'none';report-uri /csp";

const gets = [
  '/',
  '/login',
  '/login/totp',
  '/logout',
  '/setup',
  '/profile',
  '/profile/backup-codes',
  '/u/x',
  '/nothing',
];
const posts = [
  '/login',
  '/login/totp',
  '/logout',
  '/setup',
  '/profile/password',
  '/u/x',
  '/u/x/snooze',
  '/csp',
  '/nothing',
];

describe('headers', () => {
  const db = useDatabase();

  const walk = async (console: TestConsole, browser: Browser): Promise<[string, Headers][]> => {
    const seen: [string, Headers][] = [];
    for (const path of gets) seen.push([`GET ${path}`, (await browser.get(path)).headers]);
    for (const path of posts) seen.push([`POST ${path}`, (await browser.post(path, {})).headers]);
    const put = await fetch(`${console.url}/login`, { method: 'PUT', headers: { origin: console.publicUrl } });
    return [...seen, ['PUT /login', put.headers]];
  };

  test.each(['https://uptake.example.com', undefined])('stand on every answer (%s)', async (publicUrl) => {
    const console = await startConsole(db, publicUrl ? { publicUrl } : {});
    const browser = await signedIn(console, db.organizationId);

    const answers = [...(await walk(console, browser)), ...(await walk(console, console.browser()))];
    await console.close();
    const wrong = answers.flatMap(([route, headers]) => {
      const expected: Record<string, string | null> = {
        'content-security-policy': policy,
        'strict-transport-security': publicUrl ? 'max-age=31536000' : null,
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': route.includes('/u/') ? 'no-referrer' : 'same-origin',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
        'cache-control': 'no-store',
        'x-powered-by': null,
        etag: null,
      };
      return Object.entries(expected)
        .filter(([name, value]) => headers.get(name) !== value)
        .map(([name]) => `${route}: ${name}: ${headers.get(name)}`);
    });
    const open = answers.filter(
      ([, headers]) => !/camera=\(\).*usb=\(\)/.test(headers.get('permissions-policy') ?? ''),
    );

    expect(wrong).toEqual([]);
    expect(open).toEqual([]);
    expect(answers.every(([, headers]) => headers.has('x-request-id'))).toBe(true);
  });

  test('let assets be kept for ever, since their names hold their digests', async () => {
    const console = await startConsole(db);
    const { text } = await console.browser().get('/setup');

    const names = [...text.matchAll(/(?:href|src)="(\/assets\/[^"#]+)/g)].map(([, path = '']) => path);
    const answers = await Promise.all(names.map((path) => fetch(`${console.url}${path}`)));
    const missing = await fetch(`${console.url}/assets/console.css`);
    await console.close();

    expect(new Set(names.map((name) => name.replace(/\.[0-9a-f]{16}\./, '.')))).toEqual(
      new Set(['/assets/mark.svg', '/assets/console.css', '/assets/console.js']),
    );
    for (const answer of answers)
      expect(answer.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(missing.status).toBe(404);
  });
});
