// The watch over directories: what fails and who falls silent, over real requests, the real log and a real database.
import { systemCaller } from '../../src/domain/caller';
import { cycleMs, silentMs } from '../../src/domain/entra-quarantine';
import type { AnsweredRequest } from '../../src/domain/request-record';
import { newId } from '../../src/ids';
import { createAlerts } from '../../src/service/alerts';
import { createProvisioningWatch } from '../../src/service/provisioning-watch';
import { createRequestHistory } from '../../src/service/request-history';
import { createRequestLogWriter } from '../../src/service/request-log-writer';
import { openDatabase } from '../../src/store/database';
import { useDoors, type Answered } from '../scim/doors';
import { addAdmin, alertMailsOf, alertsOf } from '../support/alerts';
import { useDatabase } from '../support/database';
import { quietLog } from '../support/reports';

const minuteMs = 60_000;

describe('the watch over directories', () => {
  const db = useDatabase();
  const doors = useDoors(db);
  const { clock } = doors;
  const parts = () => ({ database: db.database, clock, newId });
  const caller = () => systemCaller(db.organizationId, 'test');
  const watching = () => createProvisioningWatch(parts());
  const health = () => createRequestHistory(parts()).health(caller(), 24);
  const open = async (organizationId = db.organizationId) =>
    (await createAlerts(parts()).list(systemCaller(organizationId, 'test'), { isAll: false })).map(
      ({ facts }) => facts,
    );

  /** What came since goes to the log, and the worker looks. */
  async function look(): Promise<void> {
    await doors.flush();
    const writer = createRequestLogWriter({ ...parts(), log: quietLog });
    await writer.write(doors.rows.splice(0) as AnsweredRequest[], { promised: 0, dropped: 0 });
    await watching().watch();
  }

  const create = (userName: string, token = doors.token): Promise<Answered> =>
    doors.send('hot', 'POST', '/Users', {
      token,
      body: { schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'], userName },
    });
  const search = (userName: string, token = doors.token): Promise<Answered> =>
    doors.send('hot', 'GET', `/Users?filter=${encodeURIComponent(`userName eq "${userName}"`)}`, { token });
  /** Searches for people nobody knows and creates a taken name, so that of ten requests so many fail. */
  async function ask(requests: number, failuresOfTen: number, token = doors.token): Promise<void> {
    for (let no = 0; no < requests; no += 1)
      await (no % 10 < failuresOfTen ? create('taken@example.com', token) : search(`nobody${no}@example.com`, token));
  }

  beforeEach(async () => {
    await addAdmin(db, 'one');
    await create('taken@example.com');
    await create('taken@example.com', doors.secondToken);
    await look();
  });

  it('S33: a simulated cycle with 30 % failures raises provisioning_failing before 5,000 failures', async () => {
    let asked = 0;
    while ((await open()).length === 0 && asked < 16_000) {
      await ask(30, 3);
      asked += 30;
      clock.advance(minuteMs);
      await look();
    }

    const [found] = await open();
    expect(found).toMatchObject({ kind: 'provisioning_failing', status: 409, referenceFailures: 0 });
    expect(asked * 0.3).toBeLessThan(5000);
    expect(await alertMailsOf(db)).toEqual(['provisioning_failing to one@example.com']);
    expect(await open(db.secondOrganizationId)).toEqual([]);
  });

  it('a failing cycle: told once, its figures follow, and over when a cycle fails less than a tenth', async () => {
    await ask(40, 4);
    await look();
    const [told] = await open();
    await ask(20, 10);
    await look();
    const [again] = await open();
    clock.advance(cycleMs + 1);
    await ask(40, 1);
    await look();
    const between = [await open(), (await health()).state];
    await ask(40, 0);
    await look();

    expect(told).toMatchObject({ requests: 41, failures: 16, ratio: 16 / 41, times: 16, expectedAt: null });
    expect(again).toMatchObject({ requests: 61, failures: 36 });
    expect(between).toEqual([[expect.objectContaining({ kind: 'provisioning_failing' })], 'at_risk']);
    expect(await alertsOf(db)).toEqual(['provisioning_failing, ended']);
    expect(await health()).toMatchObject({ state: 'ok', ratio: 40 / 141, recentRatio: 4 / 80 });
    expect(await alertMailsOf(db)).toHaveLength(1);
  });

  it('stays open between two cycles, while the tail of one or nothing is left to judge by', async () => {
    await ask(40, 4);
    clock.advance(minuteMs);
    await ask(3, 1);
    await look();
    clock.advance(cycleMs - 1);
    await look();
    const tail = await alertsOf(db);
    clock.advance(minuteMs);
    await look();

    expect([tail, await alertsOf(db)]).toEqual([['provisioning_failing'], ['provisioning_failing']]);
    clock.advance(cycleMs);
    await ask(3, 1);
    await look();
    expect(await open()).toEqual([]);
  });

  it('searches for people who are not there, gone ones too, are no failures, and a few failures are no alert', async () => {
    for (let no = 0; no < 20; no += 1) await doors.send('hot', 'GET', `/Users/${newId()}`);
    for (let no = 0; no < 4; no += 1) await create('taken@example.com');

    await look();

    expect(await open()).toEqual([]);
    expect(await health()).toMatchObject({ requests: 25, failures: 4, state: 'ok', byStatus: { 404: 20, 409: 4 } });
    await create('taken@example.com');
    await doors.send('hot', 'PATCH', `/Users/${newId()}`, { body: patch('displayName') });
    await look();
    expect(await open()).toMatchObject([{ kind: 'provisioning_failing', failures: 6, status: 409, times: 5 }]);
  });

  it('failures about members and managers count for the ceiling alone', async () => {
    for (let no = 0; no < 10; no += 1)
      await doors.send('hot', 'PATCH', `/Groups/${newId()}`, { body: patch('members') });

    await look();

    expect(await open()).toEqual([]);
    expect(await health()).toMatchObject({ failures: 10, referenceFailures: 10, ratio: 0, state: 'ok' });
  });

  it('silence: told once after two cycles, and over with the next request', async () => {
    await ask(5, 0);
    await look();
    clock.advance(silentMs - 1);
    await look();
    const early = await alertsOf(db);
    clock.advance(1);
    await look();
    await look();
    const told = await open();
    const whileSilent = await health();
    clock.advance(silentMs);
    await search('nobody@example.com');
    await look();

    expect(early).toEqual([]);
    expect(told).toEqual([{ kind: 'provisioning_silent', lastAt: new Date('2026-03-02T09:00:00Z'), requests: 6 }]);
    expect(whileSilent).toMatchObject({ isSilent: true, lastAt: new Date('2026-03-02T09:00:00Z') });
    expect(await alertsOf(db)).toEqual(['provisioning_silent, ended', 'provisioning_silent']);
    expect(await open()).toEqual([]);
    expect(await open(db.secondOrganizationId)).toMatchObject([{ kind: 'provisioning_silent', requests: 1 }]);
    expect(await alertMailsOf(db)).toEqual(['provisioning_silent to one@example.com']);
  });

  it('an organization that was never asked is not silent, nor one whose credentials were all revoked', async () => {
    await db.sql.query('DELETE FROM scim_request_log WHERE organization_id = ?', [db.secondOrganizationId]);
    clock.advance(silentMs);
    await look();
    const told = await alertsOf(db);
    await db.sql.query('UPDATE scim_credentials SET revoked_at = NOW(6) WHERE organization_id = ?', [
      db.organizationId,
    ]);

    await look();

    expect([told, await alertsOf(db)]).toEqual([['provisioning_silent'], ['provisioning_silent, ended']]);
    expect((await watching().measure()).map(({ slug }) => slug)).toEqual(['main']);
  });

  it('an organization that fails does not keep the others from being watched', async () => {
    await ask(40, 5);
    await look();
    await ask(40, 5, doors.secondToken);
    await doors.flush();
    const hasty = openDatabase({
      url: db.url,
      pool: 2,
      acquireMs: 2000,
      lockMs: 1000,
      statementMs: 5000,
      connectMs: 2000,
    });
    const writer = createRequestLogWriter({ ...parts(), log: quietLog });
    await writer.write(doors.rows.splice(0) as AnsweredRequest[], { promised: 0, dropped: 0 });
    await db.sql.query('SET TRANSACTION ISOLATION LEVEL READ COMMITTED; START TRANSACTION');
    await db.sql.query('SELECT id FROM alerts WHERE organization_id = ? FOR UPDATE', [db.organizationId]);

    const watched = createProvisioningWatch({ ...parts(), database: hasty }).watch();

    const outcome = await watched.catch((error: unknown) => error);
    await db.sql.query('ROLLBACK');
    await hasty.close();
    expect(outcome).toMatchObject({ code: 'database.busy' });
    expect(await open(db.secondOrganizationId)).toMatchObject([{ kind: 'provisioning_failing' }]);
  }, 30_000);

  it('measures every directory that has asked', async () => {
    await ask(10, 5);
    await look();

    const measured = await watching().measure();

    expect(measured.map(({ slug, standing }) => [slug, standing.recent.requests, standing.state])).toEqual([
      ['main', 11, 'at_risk'],
      ['second', 1, 'ok'],
    ]);
  });
});

function patch(path: string): object {
  return {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
    Operations: [{ op: 'replace', path, value: path === 'members' ? [] : 'x' }],
  };
}
