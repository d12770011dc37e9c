// /readyz: starting until the schema is there, ready with a worker, degraded without one, never slower than a second.
import { createHealth } from '../src/health';
import { openDatabase } from '../src/store/database';
import { pendingMigrations } from '../src/store/migrate';
import { testClock } from './support/builders';
import { useDatabase } from './support/database';

const failing = () => Promise.reject(new TypeError('a fault of ours'));

/** The lines of a log: level, sentence, code of the error. */
function aLog() {
  const lines: string[] = [];
  const write = (level: string) => (facts: object, sentence: string) =>
    void lines.push(`${level} ${sentence}: ${(facts as { error?: { code: string } }).error?.code ?? ''}`);
  return { lines, log: { info: write('info'), warn: write('warn'), error: write('error') } };
}

describe('health', () => {
  const db = useDatabase();
  const clock = testClock();
  const build = (isMigrated = async () => true) =>
    createHealth({ database: db.database, clock, isMigrated, log: aLog().log });
  const see = (secondsAgo: number, isMailFailing = false) =>
    db.database.acrossOrganizations((scan) =>
      scan.server.see({
        namespace: 'uptake',
        namespaceId: 'n',
        at: new Date(clock.now().getTime() - secondsAgo * 1000),
        isMailFailing,
      }),
    );

  it('is starting while migrations are pending, and looks no more once they are done', async () => {
    let asked = 0;
    const health = build(async () => (asked += 1) > 1);

    const [first, second, third] = [await health.readiness(), await health.readiness(), await health.readiness()];

    expect(first).toEqual({
      isReady: false,
      body: { status: 'starting', database: 'migrating', worker: 'unknown', mail: 'unknown' },
    });
    expect([second.isReady, third.isReady, asked]).toEqual([true, true, 2]);
  });

  it.each([
    [29, false, { status: 'ready', worker: 'ok', mail: 'ok' }],
    [31, false, { status: 'degraded', worker: 'silent', mail: 'ok' }],
    [1, true, { status: 'degraded', worker: 'ok', mail: 'failing' }],
  ])('with a worker seen %i s ago and failing mail %s is %o', async (secondsAgo, isMailFailing, expected) => {
    await see(secondsAgo, isMailFailing);

    const { isReady, body } = await build().readiness();

    expect(isReady).toBe(true);
    expect(body).toMatchObject(expected);
  });

  it('is degraded, not down, when no worker was ever seen', async () => {
    const { isReady, body } = await build().readiness();

    expect([isReady, body.status, body.mail]).toEqual([true, 'degraded', 'unknown']);
  });

  it('is not ready when the database cannot be reached', async () => {
    const away = openDatabase({
      url: 'mysql://u:p@127.0.0.1:9/none',
      pool: 1,
      acquireMs: 300,
      lockMs: 1000,
      statementMs: 1000,
      connectMs: 300,
    });

    const { lines, log } = aLog();
    const health = createHealth({ database: away, clock, isMigrated: async () => true, log });

    const { isReady, body } = await health.readiness();
    await health.readiness();
    await away.close();

    expect([isReady, body.database]).toEqual([false, 'down']);
    expect(lines).toEqual(['warn not ready: the database does not answer: database.unavailable']);
  });

  it('answers within its second when the database does not', async () => {
    const { isReady } = await build(() => new Promise<boolean>(() => undefined)).readiness();

    expect(isReady).toBe(false);
  });

  it('does not call a fault of its own an outage, and says the cause once, not at each probe', async () => {
    const { lines, log } = aLog();
    const looks: (() => Promise<boolean>)[] = [failing, failing, async () => true, failing];
    const isMigrated = () => (looks.shift() ?? failing)();
    const health = createHealth({ database: db.database, clock, isMigrated, log });

    const [first, second, third] = [await health.readiness(), await health.readiness(), await health.readiness()];

    expect([first.isReady, first.body.database, second.body.database]).toEqual([false, 'unknown', 'unknown']);
    expect(third.isReady).toBe(true);
    expect(lines).toEqual([
      'error not ready: the look at the database failed: bug',
      'info the database answers again: ',
    ]);
  });

  it('does not call a missing database an outage: it answers', async () => {
    const url = new URL(db.url);
    url.pathname = '/uptake_none';
    const isMigrated = async () =>
      (await pendingMigrations({ url: url.href, connectMs: 5000, lockMs: 5000 })).length === 0;

    const { isReady, body } = await build(isMigrated).readiness();

    expect([isReady, body.database]).toEqual([false, 'unknown']);
  });

  it('is out of service from the moment the process stops', async () => {
    const health = build();

    health.stop();

    expect((await health.readiness()).body.status).toBe('stopping');
  });
});
