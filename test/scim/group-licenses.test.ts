// S29, S30 over HTTP: licenses by membership of groups, and twenty requests for the last seat, through both doors.
import { newId } from '../../src/ids';
import { createLicenseRules } from '../../src/service/license-rules';
import { createLicensing } from '../../src/service/licensing';
import { createPools } from '../../src/service/pools';
import { scimCaller } from '../support/builders';
import { useDatabase } from '../support/database';
import { claimedBy, heldBy, rowsOf, useLicenseChecks } from '../support/licenses';
import { doorNames, idOf, useDoors, type DoorName } from './doors';

describe.each(doorNames)('licenses of groups, through the %s door', (door: DoorName) => {
  const db = useDatabase({ seats: 1 });
  useLicenseChecks(db);
  const doors = useDoors(db);

  const parts = () => ({ database: db.database, clock: doors.clock, newId, licensing: createLicensing({ newId }) });
  const caller = () => scimCaller(db.organizationId);
  const rule = (source: 'auto' | 'roles' | 'groups', match?: string) =>
    createLicenseRules(parts()).add(caller(), { source, poolCode: 'APP', ...(match !== undefined && { match }) });
  const seats = (count: number) => createPools(parts()).set(caller(), 'APP', { seats: count });
  const create = async (path: '/Users' | '/Groups', body: object) =>
    idOf(await doors.send(door, 'POST', path, { body }));
  const person = (userName: string, over: object = {}) => create('/Users', { userName, ...over });
  const group = (displayName: string) => create('/Groups', { displayName });
  const patch = (path: string, ...Operations: unknown[]) => doors.send(door, 'PATCH', path, { body: { Operations } });
  const join = (id: string, ...people: string[]) =>
    patch(`/Groups/${id}`, { op: 'Add', path: 'members', value: people.map((value) => ({ value })) });
  const setActive = (id: string, value: boolean) => patch(`/Users/${id}`, { op: 'replace', path: 'active', value });
  const held = (...people: string[]) => Promise.all(people.map((id) => heldBy(db, id)));

  beforeEach(async () => {
    const rules = createLicenseRules(parts());
    for (const one of await rules.list(caller())) await rules.end(caller(), one.id);
  });

  it('joining gives, leaving takes, in both dialects, and the freed seat goes on', async () => {
    const [sales, a, b] = [await group('Sales'), await person('a'), await person('b')];
    await rule('groups', 'sales');
    await join(sales, a);
    doors.clock.advance(1000);
    await join(sales, b);
    const full = await held(a, b);

    const removed = await patch(`/Groups/${sales}`, { op: 'Remove', path: 'members', value: [{ value: a }] });
    const moved = await held(a, b);
    await patch(`/Groups/${sales}`, { op: 'remove', path: `members[value eq "${b}"]` });

    expect([removed.status, full, moved]).toEqual([200, [['APP by groups'], ['APP?']], [[], ['APP by groups']]]);
    expect(await held(a, b)).toEqual([[], []]);
  });

  it('a group made with members, replaced whole and deleted', async () => {
    const [sales, a, b] = [await group('Sales'), await person('a'), await person('b')];
    await rule('groups', sales);
    const put = (...people: string[]) =>
      doors.send(door, 'PUT', `/Groups/${sales}`, {
        body: { displayName: 'Sales', members: people.map((value) => ({ value })) },
      });

    await put(a);
    const first = await held(a, b);
    await put(b);
    const second = await held(a, b);
    const deleted = await doors.send(door, 'DELETE', `/Groups/${sales}`);
    const again = await create('/Groups', { displayName: 'Sales', members: [{ value: a }] });

    expect([first, second, deleted.status]).toEqual([[['APP by groups'], []], [[], ['APP by groups']], 204]);
    expect([again === sales, await held(a, b), await claimedBy(db, b)]).toEqual([false, [[], []], []]);
  });

  it('a seat stays while a role or another group still claims it', async () => {
    const [sales, staff] = [await group('Sales'), await group('Staff')];
    const a = await person('a', { roles: [{ value: 'APP' }] });
    await rule('roles');
    for (const match of [sales, staff]) await rule('groups', match);
    await join(sales, a);
    await join(staff, a);
    const claims = await claimedBy(db, a);

    const kept: string[][] = [];
    for (const path of [`/Groups/${sales}`, `/Groups/${staff}`]) {
      await patch(path, { op: 'Remove', path: 'members', value: [{ value: a }] });
      kept.push(await heldBy(db, a));
    }
    await patch(`/Users/${a}`, { op: 'replace', path: 'roles', value: [] });

    expect(claims).toEqual(['APP by groups', 'APP by groups', 'APP by roles']);
    expect(kept).toEqual([['APP by roles'], ['APP by roles']]);
    expect(await held(a)).toEqual([[]]);
  });

  it('S28: a member who is deactivated and comes back has the seat again where one is free, else the last place', async () => {
    const [sales, a, b] = [await group('Sales'), await person('a'), await person('b')];
    await rule('groups', sales);
    await join(sales, a);
    await setActive(a, false);
    const [gone, claims] = [await heldBy(db, a), await claimedBy(db, a)];
    doors.clock.advance(1000);
    await setActive(a, true);
    const back = await heldBy(db, a);

    await setActive(a, false);
    await join(sales, b);
    doors.clock.advance(1000);
    await setActive(a, true);

    expect([gone, claims, back]).toEqual([[], ['APP by groups'], ['APP by groups']]);
    expect(await held(a, b)).toEqual([['APP?'], ['APP by groups']]);
  });

  it('who joins or leaves while deactivated holds nothing until coming back', async () => {
    const [sales, a, b] = [await group('Sales'), await person('a', { active: false }), await person('b')];
    await seats(9);
    await rule('groups', sales);
    await join(sales, b);
    await setActive(b, false);

    await patch(
      `/Groups/${sales}`,
      { op: 'add', path: 'members', value: [{ value: a }] },
      { op: 'remove', path: `members[value eq "${b}"]` },
    );
    const asleep = await held(a, b);
    for (const id of [a, b]) await setActive(id, true);

    expect(asleep).toEqual([[], []]);
    expect(await held(a, b)).toEqual([['APP by groups'], []]);
  });

  it('a bulk request that makes people and puts them into a mapped group gives them their seats', async () => {
    const sales = await group('Sales');
    await seats(2);
    await rule('groups', sales);
    const users = ['a', 'b', 'c'].map((userName) => ({
      method: 'POST',
      path: '/Users',
      bulkId: userName,
      data: { userName },
    }));
    const value = ['a', 'b', 'c'].map((name) => ({ value: `bulkId:${name}` }));
    const members = { Operations: [{ op: 'add', path: 'members', value }] };

    const answer = await doors.send(door, 'POST', '/Bulk', {
      body: {
        schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
        Operations: [...users, { method: 'PATCH', path: `/Groups/${sales}`, data: members }],
      },
    });

    const statuses = (answer.body['Operations'] as unknown as { status: string }[]).map((it) => it.status);
    expect(statuses).toEqual(['201', '201', '201', '200']);
    const [given] = await rowsOf(db, 'SELECT COUNT(*) AS n FROM license_assignments WHERE is_open = 1');
    const [waiting] = await rowsOf(db, 'SELECT COUNT(*) AS n FROM license_waitlist WHERE is_open = 1');
    expect([given, waiting]).toEqual([{ n: 2 }, { n: 1 }]);
  });

  it('the trail names the request for every seat that it moved', async () => {
    const [sales, a] = [await group('Sales'), await person('a')];
    await rule('groups', sales);

    const { headers } = await join(sales, a);

    const entries = await rowsOf(
      db,
      "SELECT action, target_id, JSON_UNQUOTE(JSON_EXTRACT(detail, '$.source')) AS source FROM audit_entries WHERE request_id = ? ORDER BY id",
      [headers['x-request-id']],
    );
    expect(entries).toEqual([
      { action: 'license.assigned', target_id: a, source: 'groups' },
      { action: 'group.changed', target_id: sales, source: null },
    ]);
    expect(await rowsOf(db, 'SELECT topic FROM outbox ORDER BY id DESC LIMIT 1')).toEqual([{ topic: 'SeatAssigned' }]);
  });

  it('a group of another organization moves no seat here', async () => {
    const [sales, a] = [await group('Sales'), await person('a')];
    await rule('groups', sales);
    const foreign = idOf(
      await doors.send(door, 'POST', '/Groups', { body: { displayName: 'Sales' }, token: doors.secondToken }),
    );

    const named = await doors.send(door, 'PATCH', `/Groups/${foreign}`, {
      body: { Operations: [{ op: 'add', path: 'members', value: [{ value: a }] }] },
      token: doors.secondToken,
    });

    expect([named.status, await held(a)]).toEqual([200, [[]]]);
  });

  describe('S30: of twenty requests at once one gets the last seat, and a freed one goes to the oldest', () => {
    const names = Array.from({ length: 20 }, (_, n) => `user${n}`);
    const asks: Record<string, () => Promise<number[]>> = {
      'POST, by the rule auto': async () => {
        await rule('auto');
        const sent = names.map((userName) => doors.send(door, 'POST', '/Users', { body: { userName } }));
        return (await Promise.all(sent)).map(({ status }) => status - 1);
      },
      'POST with a role': async () => {
        await rule('roles');
        const roles = [{ primary: 'True', value: JSON.stringify({ id: '1', value: 'app', displayName: 'App' }) }];
        const sent = names.map((userName) => doors.send(door, 'POST', '/Users', { body: { userName, roles } }));
        return (await Promise.all(sent)).map(({ status }) => status - 1);
      },
      'PATCH of one group': async () => {
        const sales = await group('Sales');
        await rule('groups', sales);
        const people = await Promise.all(names.map((name) => person(name)));
        return (await Promise.all(people.map((id) => join(sales, id)))).map(({ status }) => status);
      },
      'PATCH of twenty groups': async () => {
        const groups = await Promise.all(names.map(group));
        for (const id of groups) await rule('groups', id);
        const people = await Promise.all(names.map((name) => person(name)));
        return (await Promise.all(people.map((id, n) => join(groups[n]!, id)))).map(({ status }) => status);
      },
    };
    it.each(Object.keys(asks))(
      '%s',
      async (name) => {
        const statuses = await asks[name]!();
        const seated = await rowsOf(db, 'SELECT user_id FROM license_assignments WHERE is_open = 1');
        const order = 'SELECT user_id FROM license_waitlist WHERE is_open = 1 ORDER BY waiting_since, id';
        const waiting = await rowsOf(db, order);

        await setActive(seated[0]!['user_id'] as string, false);

        expect(statuses).toEqual(names.map(() => 200));
        expect([seated.length, waiting.length]).toEqual([1, 19]);
        const next = await rowsOf(db, 'SELECT user_id FROM license_assignments WHERE is_open = 1');
        expect(next).toEqual([waiting[0]]);
      },
      60_000,
    );
  });

  it('a thousand members in one PATCH have their seats and places in one transaction', async () => {
    await seats(600);
    const [sales, people] = [await group('Sales'), [] as string[]];
    await rule('groups', sales);
    for (let n = 0; n < 1000; n += 10) {
      people.push(...(await Promise.all(Array.from({ length: 10 }, (_, k) => person(`user${n + k}`)))));
    }
    const transactions = () => db.statements.filter((sql) => sql === 'COMMIT').length;
    db.statements.length = 0;

    const joined = await join(sales, ...people);
    const [commits, statements] = [transactions(), db.statements.length];
    const counts = await rowsOf(
      db,
      `SELECT (SELECT COUNT(*) FROM license_assignments WHERE is_open = 1) AS seated, (SELECT COUNT(*) FROM license_waitlist WHERE is_open = 1) AS waiting`,
    );
    const deleted = await doors.send(door, 'DELETE', `/Groups/${sales}`);

    expect([joined.status, commits]).toEqual([204, 1]);
    expect(statements).toBeLessThanOrEqual(30);
    expect(counts).toEqual([{ seated: 600, waiting: 400 }]);
    expect(deleted.status).toBe(204);
    expect(await rowsOf(db, 'SELECT id FROM license_assignments WHERE is_open = 1')).toEqual([]);
  }, 120_000);
});
