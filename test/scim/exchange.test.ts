// One answer to each request: deadlines, outages, and a handler that fails after it has committed.
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import { AppError } from '../../src/errors';
import { newId } from '../../src/ids';
import { createScim, type Scim } from '../../src/scim/scim';
import type { ProvisioningPort } from '../../src/scim/user-resource';
import { createAccess } from '../../src/service/access';
import { createLicensing } from '../../src/service/licensing';
import { createMembership } from '../../src/service/membership';
import { createProvisioning } from '../../src/service/provisioning';
import { openDatabase } from '../../src/store/database';
import { scimCaller, testClock } from '../support/builders';
import { useDatabase } from '../support/database';

describe('an exchange', () => {
  const db = useDatabase();
  const servers: Server[] = [];
  const errors: unknown[] = [];
  const clock = testClock();
  const silent = () => undefined;
  const log = { debug: silent, info: silent, warn: silent, error: (facts: object) => void errors.push(facts) };
  const real = (): ProvisioningPort =>
    createProvisioning({
      database: db.database,
      clock,
      newId,
      licensing: createLicensing({ newId }),
      consequences: { endSignIns: async () => undefined, matchQuarantined: async () => undefined },
    });

  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
    errors.length = 0;
  });

  /** A listener over a provisioning service of the test's making; answers its address. */
  async function listen(
    provisioning: Partial<ProvisioningPort>,
    over: Partial<Parameters<typeof createScim>[0]> = {},
    handler: (scim: Scim) => RequestListener = (scim) => (req, res) =>
      scim.hot(req, res, (error) => (error ? scim.answerError(error, req, res) : scim.app(req, res))),
  ): Promise<string> {
    const scim = createScim({
      provisioning: { ...real(), ...provisioning },
      membership: createMembership({ database: db.database, clock, newId, licensing: createLicensing({ newId }) }),
      access: {
        scimCaller: async () => ({ ...scimCaller(db.organizationId), credentialId: newId(), perSecond: 1 }),
        admit: silent,
      },
      requestLog: { add: silent, stats: () => ({ queued: 0, dropped: 0 }), close: async () => undefined },
      clock,
      newId,
      log,
      publicUrl: 'https://uptake.example.com',
      secretKey: 'k'.repeat(32),
      ...over,
    });
    const server = createServer(handler(scim));
    servers.push(server);
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/scim/v2`;
  }

  const headers = { Authorization: 'Bearer token', 'Content-Type': 'application/scim+json' };
  const body = JSON.stringify({ userName: 'u' });

  it('S2: a hot handler that fails after COMMIT has run once, and its error says nothing', async () => {
    const createUser: ProvisioningPort['createUser'] = async (caller, profile) => {
      await real().createUser(caller, profile);
      throw new Error('secret: SELECT * FROM users');
    };
    const base = await listen({ createUser });

    const answer = await fetch(`${base}/Users`, { method: 'POST', headers, body });

    expect(answer.status).toBe(500);
    expect(await answer.text()).not.toMatch(/secret|SELECT|node_modules/);
    const [rows] = await db.sql.query('SELECT user_name FROM users');
    expect(rows).toEqual([{ user_name: 'u' }]);
    expect(errors).toHaveLength(1);
  });

  it('is answered 503 at its deadline, whatever comes later', async () => {
    let finish = silent as () => void;
    const getUser = () => new Promise<never>((_, reject) => (finish = () => reject(new AppError('user.not_found'))));
    const base = await listen({ getUser }, { deadlineMs: 100 });

    const answer = await fetch(`${base}/Users/${newId()}`, { headers });
    finish();

    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
    expect(errors).toEqual([]);
  });

  it('says 414 for a URL that the listener would not have read, to callers it knows, and logs it', async () => {
    const logged: [string, number][] = [];
    const requestLog = {
      add: (request: { decision: string | undefined }, status: number) =>
        void logged.push([request.decision ?? '', status]),
      stats: () => ({ queued: 0, dropped: 0 }),
      close: async () => undefined,
    };
    const base = await listen({}, { requestLog }, (scim) => (req, res) => {
      scim.answerError(new AppError('url.too_long'), req, res);
    });
    const url = `${base}/Users?filter=${'a'.repeat(15_000)}`;

    const [known, stranger] = [await fetch(url, { headers }), await fetch(url)];

    expect([known.status, stranger.status, logged]).toEqual([414, 401, [['url.too_long', 414]]]);
    expect(await known.json()).toMatchObject({ status: '414' });
  });

  it.each(['database.unavailable', 'database.busy'] as const)(
    'E56: %s is 503 with Retry-After on every verb',
    async (code) => {
      const away = () => Promise.reject(new AppError(code));
      const base = await listen({
        createUser: away,
        changeUser: away,
        getUser: away,
        listUsers: away,
        removeUser: away,
      });
      const id = `/Users/${newId()}`;
      const patch = JSON.stringify({ Operations: [] });

      const answers = await Promise.all([
        fetch(`${base}/Users`, { headers }),
        fetch(`${base}/Users?filter=userName+eq+%22u%22`, { headers }),
        fetch(`${base}/Users`, { method: 'POST', headers, body }),
        fetch(base + id, { headers }),
        fetch(base + id, { method: 'PATCH', headers, body: patch }),
        fetch(base + id, { method: 'PUT', headers, body }),
        fetch(base + id, { method: 'DELETE', headers }),
      ]);

      expect(answers.map((it) => [it.status, it.headers.get('retry-after')])).toEqual(answers.map(() => [503, '5']));
    },
  );

  it('E56: in a bulk a dependency that goes away ends the run, and at the first operation the request', async () => {
    const bulk = async (base: string, first: number) => {
      const operations = [0, 1, 2, 3].map((index) => ({
        method: 'POST',
        path: '/Users',
        bulkId: `b${first + index}`,
        data: { userName: `user${first + index}` },
      }));
      return fetch(`${base}/Bulk`, { method: 'POST', headers, body: JSON.stringify({ Operations: operations }) });
    };
    const { createUser } = real();
    let calls = 0;
    const base = await listen({
      createUser: (caller, profile) => {
        calls += 1;
        return calls > 2 ? Promise.reject(new AppError('database.unavailable')) : createUser(caller, profile);
      },
    });

    const midway = await bulk(base, 0);
    const atOnce = await bulk(base, 10);

    const { Operations } = (await midway.json()) as { Operations: { status: string }[] };
    expect(Operations.map(({ status }) => status)).toEqual(['201', '201', '503', '503']);
    expect([midway.status, atOnce.status, atOnce.headers.get('retry-after')]).toEqual([200, 503, '5']);
    expect(calls).toBe(4);
  });

  it('E56: a database that hangs up on every connection is 503 at the token check already', async () => {
    const hangingUp = createTcpServer((socket) => void socket.destroy());
    await new Promise<void>((resolve) => void hangingUp.listen(0, '127.0.0.1', resolve));
    const url = `mysql://root@127.0.0.1:${(hangingUp.address() as AddressInfo).port}/none`;
    const database = openDatabase({ url, pool: 1, acquireMs: 500, lockMs: 500, statementMs: 500, connectMs: 500 });
    const base = await listen({}, { access: createAccess({ database, clock }) });

    const answers = await Promise.all([fetch(`${base}/Users`, { headers }), fetch(`${base}/Schemas`, { headers })]);
    await database.close();
    hangingUp.close();

    expect(answers.map((it) => it.status)).toEqual([503, 503]);
  });
});
