// /readyz: starting until the schema is there, ready with a worker, degraded without one, never slower than a second.
import { createHealth } from '../src/health';
import { openDatabase } from '../src/store/database';
import { testClock } from './support/builders';
import { useDatabase } from './support/database';

describe('health', () => {
  const db = useDatabase();
  const clock = testClock();
  const build = (isMigrated = async () => true) => createHealth({ database: db.database, clock, isMigrated });
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

    const { isReady, body } = await createHealth({ database: away, clock, isMigrated: async () => true }).readiness();
    await away.close();

    expect([isReady, body.database]).toEqual([false, 'down']);
  });

  it('answers within its second when the database does not', async () => {
    const { isReady } = await build(() => new Promise<boolean>(() => undefined)).readiness();

    expect(isReady).toBe(false);
  });

  it('is out of service from the moment the process stops', async () => {
    const health = build();

    health.stop();

    expect((await health.readiness()).body.status).toBe('stopping');
  });
});
