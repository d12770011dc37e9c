// A dry run: the answer, the delta and the decisions of a real request, and no trace of it.
import { loadConfig } from '../../src/config';
import { createCore, type Core } from '../../src/compose/core';
import { rehearse } from '../../src/compose/rehearsal';
import { createLog } from '../../src/log';
import { aProfile, scimCaller } from '../support/builders';
import { useDatabase } from '../support/database';

describe('a dry run', () => {
  const db = useDatabase();
  let core: Core;

  beforeAll(() => {
    const config = loadConfig({ DATABASE_URL: db.url, SECRET_KEY: 'k'.repeat(44) });
    core = createCore({ config, log: createLog('test', 'error', 'stderr'), pool: 4 });
  });

  afterAll(() => core.close());

  const everything = async (): Promise<string> => {
    const [tables] = await db.sql.query(
      "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE' ORDER BY table_name",
    );
    const held: unknown[] = [];
    for (const { name } of tables as { name: string }[])
      held.push([name, (await db.sql.query(`SELECT * FROM ${name}`))[0]]);
    return JSON.stringify(held);
  };
  const caller = () => scimCaller(db.organizationId);
  const aUser = () => core.provisioning.createUser(caller(), aProfile());
  const patchOf = (...Operations: object[]) => JSON.stringify({ Operations });

  it('tells what a PATCH would do, and does nothing', async () => {
    const user = await aUser();
    const before = await everything();
    const body = patchOf({ op: 'Replace', path: 'active', value: 'False' }, { op: 'add', path: 'nonsense', value: 1 });

    const told = await rehearse(core, caller(), { method: 'PATCH', path: `/Users/${user.id}`, body });

    expect(told).toMatchObject({
      status: 200,
      decision: 'changed',
      operations: [{ op: 'replace', path: 'active', value: false }],
      before: { id: user.id, active: true },
      after: { id: user.id, active: false },
      error: null,
    });
    expect(told.warnings).toHaveLength(1);
    expect(told.changes.map(({ action }) => action)).toEqual(['user.deactivated', 'license.released']);
    expect(await everything()).toBe(before);
  });

  it('tells of a POST, a PUT and a DELETE likewise', async () => {
    const user = await aUser();
    const before = await everything();
    const body = JSON.stringify({ userName: 'new@example.com' });

    const made = await rehearse(core, caller(), { method: 'POST', path: '/Users', body });
    const put = await rehearse(core, caller(), { method: 'PUT', path: `/scim/v2/Users/${user.id}`, body });
    const gone = await rehearse(core, caller(), { method: 'DELETE', path: `/Users/${user.id}`, body: undefined });

    expect(made).toMatchObject({ status: 201, before: null, after: { userName: 'new@example.com' } });
    expect(made.changes.map(({ action }) => action)).toEqual(['user.created', 'license.assigned']);
    expect(put).toMatchObject({ status: 200, before: { id: user.id }, after: { userName: 'new@example.com' } });
    expect(gone).toMatchObject({ status: 204, before: { id: user.id }, after: null, decision: 'removed' });
    expect(await everything()).toBe(before);
  });

  it('tells why a request would be refused, and never reaches another organization', async () => {
    const user = await aUser();
    const before = await everything();
    const trial = { method: 'PATCH', path: `/Users/${user.id}`, body: patchOf({ op: 'x' }) };

    const wrong = await rehearse(core, caller(), trial);
    const taken = await rehearse(core, caller(), {
      method: 'POST',
      path: '/Users',
      body: JSON.stringify({ userName: 'ACTIVE.user@example.com' }),
    });
    const foreign = await rehearse(core, scimCaller(db.secondOrganizationId), { ...trial, body: patchOf() });

    expect(wrong).toMatchObject({ status: 400, decision: 'body.shape', error: { scimType: 'invalidSyntax' } });
    expect(taken).toMatchObject({ status: 409, decision: 'user.user_name_taken', error: { scimType: 'uniqueness' } });
    expect(foreign).toMatchObject({ status: 404, before: null, after: null });
    expect(await everything()).toBe(before);
  });

  it('has the doors that the product has: roles where they are switched on', async () => {
    const config = loadConfig({ DATABASE_URL: db.url, SECRET_KEY: 'k'.repeat(44), SCIM_ROLES: 'on' });
    const withRoles = createCore({ config, log: createLog('test', 'error', 'stderr'), pool: 2 });
    const trial = { method: 'GET', path: '/Roles', body: undefined };

    const [off, on] = [await rehearse(core, caller(), trial), await rehearse(withRoles, caller(), trial)];
    await withRoles.close();

    expect([off.status, on.status]).toEqual([404, 200]);
  });
});
