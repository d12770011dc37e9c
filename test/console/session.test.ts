// Sessions: a new id at each step, flags of the cookie, ends that work at the next request, and no way back from them.
import { newId } from '../../src/ids';
import { endSignIns } from '../../src/service/admin-account';
import { createIngestion } from '../../src/service/ingestion';
import { createLicensing } from '../../src/service/licensing';
import { createProvisioning } from '../../src/service/provisioning';
import { admin, signedIn } from '../support/admin';
import { aProfile, scimCaller } from '../support/builders';
import { startConsole, type TestConsole } from '../support/console';
import { useDatabase } from '../support/database';
import { codeAt, enroll } from '../support/second-factor';

const minuteMs = 60_000;

describe('a session', () => {
  const db = useDatabase();
  let console: TestConsole;
  beforeEach(async () => {
    console = await startConsole(db);
  });
  afterEach(() => console.close());

  const ids = async (): Promise<{ id: string; end_reason: string | null }[]> => {
    const [rows] = await db.sql.query('SELECT id, end_reason FROM admin_sign_ins ORDER BY created_at, id');
    return rows as { id: string; end_reason: string | null }[];
  };

  test('never keeps an id that somebody else chose, and changes it at the second step', async () => {
    await enroll(console, await signedIn(console, db.organizationId));
    const victim = console.browser();
    victim.cookies.set('uptake', 's%3Achosen-by-somebody-else.signature');
    console.clock.advance(2 * minuteMs);

    await victim.fill('/login', admin);
    const half = victim.cookies.get('uptake');
    const secret = await secretInDatabase();
    await victim.fill('/login/totp', { code: codeAt(secret, console.clock.now()) });
    const whole = victim.cookies.get('uptake');
    const thief = console.browser();
    thief.cookies.set('uptake', half ?? '');
    const stolen = await thief.get('/');

    expect(half).not.toContain('chosen');
    expect(whole).not.toBe(half);
    expect(stolen.location).toBe('/login');
  });

  const secretInDatabase = async (): Promise<string> => {
    const [rows] = await db.sql.query('SELECT id, totp_secret FROM admins');
    const [row] = rows as { id: string; totp_secret: Buffer }[];
    return console.administration.sealing.open(row!.totp_secret, `totp:${db.organizationId}:${row!.id}`);
  };

  test('is kept as a digest; neither its id nor its cookie stands in the database', async () => {
    const browser = await signedIn(console, db.organizationId);

    const id = decodeURIComponent(browser.cookies.get('uptake') ?? '').slice(2, 45);
    const [rows] = await db.sql.query('SELECT token_hash, data FROM admin_sign_ins');
    const kept = JSON.stringify(rows);

    expect(id).toMatch(/^[\w-]{43}$/);
    expect(kept).not.toContain(id);
    expect(kept).toMatch(/"token_hash":"[0-9a-f]{64}"/);
  });

  test('carries the flags that keep it from scripts and other sites', async () => {
    await console.administration.ensureFirstAdmin(db.organizationId, admin);

    const done = await console.browser().fill('/login', admin);
    const cookie = done.headers.getSetCookie().find((line) => line.startsWith('uptake=')) ?? '';

    expect(cookie).toContain('; HttpOnly');
    expect(cookie).toContain('; SameSite=Lax');
    expect(cookie).toContain('; Path=/');
    expect(cookie).not.toMatch(/domain|expires|max-age/i);
  });

  test('ends after half an hour without a request, and lives on with them for twelve hours', async () => {
    const idle = await signedIn(console, db.organizationId);
    const busy = await signedIn(console, db.organizationId);

    const seen: number[] = [];
    for (let i = 0; i < 24; i += 1) {
      console.clock.advance(29 * minuteMs);
      seen.push((await busy.get('/')).status);
    }
    const idleAnswer = await idle.get('/');
    console.clock.advance(25 * minuteMs);
    const last = await busy.get('/');

    expect(new Set(seen)).toEqual(new Set([200]));
    expect(idleAnswer.status).toBe(303);
    expect(last.status).toBe(303);
  });

  test('is dead at the next request once the directory took the person away, and signing in is too', async () => {
    const ingestion = createIngestion({ database: db.database, clock: console.clock, newId });
    const provisioning = createProvisioning({
      database: db.database,
      clock: console.clock,
      newId,
      licensing: createLicensing({ newId }),
      consequences: {
        endSignIns,
        matchQuarantined: (stores, user, at) => ingestion.matchQuarantined(stores, user, at),
      },
    });
    const browser = await signedIn(console, db.organizationId);
    const caller = scimCaller(db.organizationId);
    const user = await provisioning.createUser(caller, aProfile({ userName: 'Super.Admin@example.com' }));

    const before = await browser.get('/');
    await provisioning.changeUser(caller, user.id, (profile) => ({ ...profile, active: false }), {
      ifMatch: undefined,
    });
    const after = await browser.get('/');
    const again = await console.browser().fill('/login', admin);
    const [rows] = await db.sql.query('SELECT status, blocked_reason FROM admins');

    expect([before.status, after.status, after.location]).toEqual([200, 303, '/login']);
    expect(again.status).toBe(401);
    expect((await ids())[0]?.end_reason).toBe('deactivated');
    expect(rows).toEqual([{ status: 'blocked', blocked_reason: 'deactivated' }]);
  });

  test('does not cross organizations when a person of the same address is taken away', async () => {
    const browser = await signedIn(console, db.organizationId);

    const person = { userId: '00000000-0000-7000-8000-00000000000a', emailKey: admin.email, at: console.clock.now() };
    const ended = await db.database.inTransaction(db.secondOrganizationId, (stores) =>
      endSignIns(stores, scimCaller(db.secondOrganizationId), { ...person, reason: 'removed' }),
    );
    const after = await browser.get('/');

    expect(ended).toEqual([]);
    expect(after.status).toBe(200);
  });

  test('ends with a change of role', async () => {
    const browser = await signedIn(console, db.organizationId);
    const [rows] = await db.sql.query('SELECT id FROM admins');
    const [{ id }] = rows as [{ id: string }];
    await db.sql.query(
      `INSERT INTO admins (organization_id, id, email, email_key, display_name, role, password_hash, status, created_at) SELECT organization_id, UUID(), 'b@example.com', 'b@example.com', 'B', 'super_admin', password_hash, 'active', created_at FROM admins`,
    );

    const caller = { organizationId: db.organizationId, actor: { kind: 'admin', id } as const, requestId: 'test' };
    await console.administration.changeRole(caller, id, 'auditor');
    const after = await browser.get('/');

    expect(after.status).toBe(303);
  });

  test('is one of five at most: the oldest gives way', async () => {
    const browsers = [];
    for (let i = 0; i < 6; i += 1) {
      browsers.push(await signedIn(console, db.organizationId));
      console.clock.advance(1000);
    }

    const answers = [];
    for (const browser of browsers) answers.push((await browser.get('/')).status);

    expect(answers).toEqual([303, 200, 200, 200, 200, 200]);
    expect((await ids())[0]?.end_reason).toBe('too_many');
  });

  test('with an oversized or doubled cookie is no session, and no error', async () => {
    const browser = await signedIn(console, db.organizationId);
    const good = browser.cookies.get('uptake') ?? '';
    const answers: number[] = [];

    for (const cookie of [
      `uptake=${'x'.repeat(8000)}`,
      'uptake=s%3A',
      'uptake=%',
      `uptake=__proto__`,
      `uptake=${good}x`,
    ])
      answers.push((await fetch(`${console.url}/`, { headers: { cookie }, redirect: 'manual' })).status);

    expect(new Set(answers)).toEqual(new Set([303]));
  });
});

describe('a session behind https', () => {
  const db = useDatabase();
  let console: TestConsole;
  beforeEach(async () => {
    console = await startConsole(db, { publicUrl: 'https://uptake.example.com' });
  });
  afterEach(() => console.close());

  test('is bound to the host and to encryption', async () => {
    await console.administration.ensureFirstAdmin(db.organizationId, admin);

    const done = await console.browser().fill('/login', admin);
    const cookies = done.headers.getSetCookie();

    expect(cookies.find((line) => line.startsWith('__Host-uptake='))).toMatch(
      /; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    );
    expect(cookies.every((line) => line.includes('; Secure'))).toBe(true);
  });

  test('without a second step reaches its set-up and nothing else', async () => {
    const browser = await signedIn(console, db.organizationId);

    const answers = [];
    for (const path of ['/', '/profile/backup-codes']) answers.push((await browser.get(path)).location);
    const page = await browser.get('/profile');
    const codes = await enroll(console, browser);
    const open = await browser.get('/');

    expect(answers).toEqual(['/profile', '/profile']);
    expect(page.text).toContain('Set up your second step');
    expect(page.text).not.toContain('action="/profile/password"');
    expect(codes.backupCodes).toHaveLength(10);
    expect(open.status).toBe(200);
  });

  test('cannot take its second step away', async () => {
    const browser = await signedIn(console, db.organizationId);
    await enroll(console, browser);

    const page = await browser.get('/profile');

    expect(page.text).not.toContain('/profile/second-factor/remove');
    expect(page.text).toContain('cannot be turned off here');
  });
});
