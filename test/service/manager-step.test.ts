// Managers who are gone: their links, the history of who had them, and very many of them.
import { newId } from '../../src/ids';
import { createLicensing } from '../../src/service/licensing';
import { createManagerLinks } from '../../src/service/manager-link';
import { createProvisioning } from '../../src/service/provisioning';
import { addPeople } from '../scim/many-people';
import { aProfile, scimCaller, testClock } from '../support/builders';
import { useDatabase } from '../support/database';

describe('people whose manager is removed', () => {
  const db = useDatabase();
  const clock = testClock();
  const parts = () => ({ database: db.database, clock, newId });
  const build = () =>
    createProvisioning({
      ...parts(),
      licensing: createLicensing({ newId }),
      consequences: { endSignIns: async () => undefined, matchQuarantined: async () => undefined },
    });
  const rows = async (sql: string, values: unknown[] = []): Promise<Record<string, unknown>[]> =>
    (await db.sql.query(sql, values))[0] as Record<string, unknown>[];
  const add = (name: string, managerRaw: string | null = null) =>
    build().createUser(
      scimCaller(db.organizationId),
      aProfile({ userName: `${name}@example.com`, displayName: name, managerRaw }),
    );
  const remove = (id: string) => build().removeUser(scimCaller(db.organizationId), id, { ifMatch: undefined });
  const linked = async (managerId: string) =>
    Number((await rows('SELECT COUNT(*) AS n FROM users WHERE manager_user_id = ?', [managerId]))[0]?.['n']);
  /** People written as rows, all linked to a manager. */
  const addReports = async (count: number, managerId: string): Promise<void> => {
    await addPeople(db, count);
    await db.sql.query(
      "UPDATE users SET manager_user_id = ?, manager_raw = 'boss@example.com' WHERE organization_id = ? AND id <> ?",
      [managerId, db.organizationId, managerId],
    );
  };

  it('have history, audit and outbox of it in the same transaction, in the version they had', async () => {
    const boss = await add('boss');
    const rep = await add('rep', 'boss@example.com');
    const other = await add('other', rep.id);
    clock.advance(1000);

    await remove(boss.id);

    expect(await build().getUser(scimCaller(db.organizationId), rep.id)).toMatchObject({
      managerUserId: null,
      managerDisplayName: null,
      rowVersion: 1,
      profile: { managerRaw: 'boss@example.com' },
    });
    expect(
      await rows(
        'SELECT manager_user_id AS manager, display_name AS name, valid_to FROM user_profile_versions WHERE user_id = ? ORDER BY valid_from',
        [rep.id],
      ),
    ).toEqual([
      { manager: boss.id, name: 'rep', valid_to: clock.now() },
      { manager: null, name: 'rep', valid_to: null },
    ]);
    expect(
      await rows("SELECT target_id AS id, detail FROM audit_entries WHERE action = 'user.manager_unlinked'"),
    ).toMatchObject([{ id: rep.id }]);
    expect(await rows("SELECT subject_id AS id FROM outbox WHERE topic = 'ProfileChanged'")).toEqual([{ id: rep.id }]);
    expect(await linked(rep.id)).toBe(1);
    expect(await rows('SELECT kind, user_id FROM provisioning_findings WHERE resolved_at IS NULL')).toEqual([
      { kind: 'unknown_manager', user_id: rep.id },
    ]);
    expect(other.managerUserId).toBe(rep.id);
  });

  it('are found by an index, and a removal without them costs one look', async () => {
    await addPeople(db, 3000);
    const boss = await add('boss');
    db.statements.length = 0;

    await remove(boss.id);

    const look = db.statements.filter((sql) => sql.includes('u.manager_user_id = ?'));
    expect(look).toHaveLength(1);
    expect(db.statements.filter((sql) => /SET manager_user_id = NULL/.test(sql))).toEqual([]);
    const [plan] = await rows(`EXPLAIN FORMAT=TRADITIONAL ${look[0]?.replace('LIMIT ?', 'LIMIT 1000')}`, [
      db.organizationId,
      boss.id,
    ]);
    expect(plan).toMatchObject({ type: 'ref', key: 'users_manager_user_id_fk' });
  });

  it('are unlinked a thousand with the answer, and the rest by the pass, which finds it by an index', async () => {
    const boss = await add('boss');
    await addReports(2500, boss.id);
    await db.sql.query(
      `INSERT INTO user_state_intervals (organization_id, id, user_id, state, started_at, cause, created_at)
       SELECT organization_id, UUID(), id, 'enabled', created_at, 'scim', created_at FROM users WHERE id <> ?`,
      [boss.id],
    );
    await db.sql.query('ANALYZE TABLE users, user_state_intervals');

    await remove(boss.id);
    const left = await linked(boss.id);
    db.statements.length = 0;
    await createManagerLinks(parts())();

    expect(left).toBe(1500);
    expect(await linked(boss.id)).toBe(0);
    const [sum] = await rows(
      "SELECT COUNT(*) AS n, COUNT(DISTINCT user_id) AS people FROM provisioning_findings WHERE kind = 'unknown_manager' AND resolved_at IS NULL",
    );
    expect(sum).toEqual({ n: 2500, people: 2500 });
    const look = db.statements.find((sql) => sql.includes('user_state_intervals i')) ?? '';
    const plan = await rows(`EXPLAIN FORMAT=TRADITIONAL ${look.replace('LIMIT ?', 'LIMIT 500')}`, [
      db.organizationId,
      new Date(0),
    ]);
    expect(plan.map(({ key }) => key)).toEqual([
      'user_state_intervals_state_started_at_ended_at_index',
      'users_manager_user_id_fk',
    ]);
  });

  it('are seen by the pass when they were linked at the very moment of the removal', async () => {
    const boss = await add('boss');
    const rep = await add('rep', 'boss@example.com');
    await remove(boss.id);
    await db.sql.query('UPDATE users SET manager_user_id = ? WHERE id = ?', [boss.id, rep.id]);
    await db.sql.query('UPDATE provisioning_findings SET resolved_at = NOW(6)');

    await createManagerLinks(parts())();

    expect(await linked(boss.id)).toBe(0);
    expect(await rows('SELECT kind, user_id FROM provisioning_findings WHERE resolved_at IS NULL')).toEqual([
      { kind: 'unknown_manager', user_id: rep.id },
    ]);
  });

  it('are rid of it however they are changed and named at the same moment', async () => {
    const boss = await add('boss');
    const caller = scimCaller(db.organizationId);
    const reps: string[] = [];
    for (let no = 0; no < 12; no += 1) reps.push((await add(`rep${no}`, no % 2 ? 'boss@example.com' : null)).id);

    await Promise.all([
      ...reps.map((id, no) =>
        build().changeUser(caller, id, (it) => ({ ...it, title: `T${no}`, managerRaw: 'boss@example.com' }), {
          ifMatch: undefined,
        }),
      ),
      remove(boss.id),
    ]);
    await createManagerLinks(parts())();

    expect(await linked(boss.id)).toBe(0);
    const found = await rows(
      "SELECT user_id AS id FROM provisioning_findings WHERE kind = 'unknown_manager' AND resolved_at IS NULL",
    );
    expect(found.map(({ id }) => id).toSorted()).toEqual(reps.toSorted());
    expect(
      await rows('SELECT COUNT(*) AS n FROM user_profile_versions WHERE is_open = 1 AND manager_user_id IS NOT NULL'),
    ).toEqual([{ n: 0 }]);
  });

  it('are those of the organization alone', async () => {
    const boss = await add('boss');
    const stranger = scimCaller(db.secondOrganizationId);
    const theirs = await build().createUser(stranger, aProfile({ userName: 'boss@example.com' }));
    const rep = await build().createUser(stranger, aProfile({ userName: 'rep', managerRaw: 'boss@example.com' }));

    await remove(boss.id);

    expect((await build().getUser(stranger, rep.id)).managerUserId).toBe(theirs.id);
  });
});
