// The alert of a full pool where those who waited leave it at the same instant, each for a seat of another pool.
import { newId } from '../../src/ids';
import { systemCaller } from '../../src/domain/caller';
import { createLicenseRules } from '../../src/service/license-rules';
import { createLicenseSwitch } from '../../src/service/license-switch';
import { createLicensing } from '../../src/service/licensing';
import { createPools } from '../../src/service/pools';
import { createProvisioning } from '../../src/service/provisioning';
import { openDatabase, type Database } from '../../src/store/database';
import { alertsOf } from '../support/alerts';
import { aProfile, scimCaller, testClock } from '../support/builders';
import { useDatabase } from '../support/database';
import { heldBy, rowsOf, useLicenseChecks } from '../support/licenses';

describe('the alert of a full pool', () => {
  const db = useDatabase({ seats: 1 });
  useLicenseChecks(db);
  const admin = () => systemCaller(db.organizationId, 'test');

  function build(database: Database = db.database) {
    const parts = { database, clock: testClock(), newId, licensing: createLicensing({ newId }) };
    const consequences = { endSignIns: async () => undefined, matchQuarantined: async () => 0 };
    const provisioning = createProvisioning({ ...parts, consequences });
    const licenses = createLicenseSwitch(parts);
    return {
      rules: createLicenseRules(parts),
      pools: createPools(parts),
      licenses,
      /** Somebody whom an admin grants pools of the app. */
      add: async (name: string, ...codes: string[]) => {
        const profile = aProfile({ userName: `${name}@example.com` });
        const { id } = await provisioning.createUser(scimCaller(db.organizationId), profile);
        for (const poolCode of codes) await licenses.assign(admin(), id, { poolCode });
        return id;
      },
    };
  }
  /** A database whose transactions stop before they commit, and how they go on. */
  function pausing() {
    let reached!: () => void;
    let resume!: () => void;
    const isReached = new Promise<void>((resolve) => (reached = resolve));
    const isResumed = new Promise<void>((resolve) => (resume = resolve));
    const fault = async (point: string): Promise<void> => {
      if (point !== 'tx.beforeCommit') return;
      reached();
      await isResumed;
    };
    const waits = { acquireMs: 5000, lockMs: 20_000, statementMs: 20_000, connectMs: 5000 };
    return { database: openDatabase({ url: db.url, pool: 2, ...waits, fault }), isReached, resume };
  }
  /** Until the work is done or waits for a lock of somebody else. */
  async function untilDoneOrBlocked(work: Promise<unknown>): Promise<void> {
    const deadline = Date.now() + 15_000;
    const isBlocked = async () =>
      (await rowsOf(db, "SELECT 1 FROM information_schema.INNODB_TRX WHERE trx_state = 'LOCK WAIT'")).length > 0;
    // The server makes that table anew only for who has not looked for a tenth of a second.
    const look = () => new Promise((resolve) => setTimeout(resolve, 150)).then(isBlocked);
    while (!(await Promise.race([work.then(() => true), look()]))) {
      if (Date.now() > deadline) throw new Error('neither done nor blocked');
    }
  }

  it('closes when the last two who waited leave at once, and not only at the next review', async () => {
    const it = build();
    for (const { id } of await it.rules.list(admin())) await it.rules.end(admin(), id);
    for (const code of ['ONE', 'TWO']) await it.pools.set(admin(), code, { seats: 1 });
    const [first, second] = [await it.add('h1', 'ONE'), await it.add('h2', 'TWO')];
    await it.add('h3', 'APP');
    const [ann, bob] = [await it.add('ann', 'ONE', 'APP'), await it.add('bob', 'TWO', 'APP')];
    const before = [await heldBy(db, ann), await heldBy(db, bob), await alertsOf(db)];
    const { database, isReached, resume } = pausing();

    const one = build(database).licenses.clear(admin(), first, { poolCode: 'ONE' });
    await isReached;
    const two = it.licenses.clear(admin(), second, { poolCode: 'TWO' });
    await untilDoneOrBlocked(two);
    resume();
    await Promise.all([one, two]);
    await database.close();

    expect(before).toEqual([
      ['APP?', 'ONE?'],
      ['APP?', 'TWO?'],
      ['pool_full', 'pool_full', 'pool_full'],
    ]);
    expect([await heldBy(db, ann), await heldBy(db, bob)]).toEqual([['ONE by admin'], ['TWO by admin']]);
    expect(await alertsOf(db)).toEqual(['pool_full, ended', 'pool_full, ended', 'pool_full, ended']);
  });
});
