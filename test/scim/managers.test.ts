// Managers who go and come back under the same reference, through both doors (E21, E47).
import { newId } from '../../src/ids';
import { createManagerLinks } from '../../src/service/manager-link';
import { useDatabase } from '../support/database';
import { doorNames, idOf, useDoors, type Answered, type DoorName } from './doors';

const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

describe.each(doorNames)('managers by the door %s', (door: DoorName) => {
  const db = useDatabase();
  const doors = useDoors(db);
  const add = async (userName: string, more: object = {}): Promise<string> =>
    idOf(
      await doors.send(door, 'POST', '/Users', {
        body: { userName: `${userName}@example.com`, displayName: userName, ...more },
      }),
    );
  const reporting = (manager: string) => ({ [enterprise]: { manager: { value: manager } } });
  const managerIn = ({ body }: Answered): unknown => body[enterprise]?.['manager'];
  const read = (id: string) => doors.send(door, 'GET', `/Users/${id}`);
  const patch = (id: string, path: string, value: unknown) =>
    doors.send(door, 'PATCH', `/Users/${id}`, { body: { Operations: [{ op: 'replace', path, value }] } });
  const open = async (): Promise<unknown[]> =>
    (await db.sql.query('SELECT kind, user_id FROM provisioning_findings WHERE resolved_at IS NULL'))[0] as unknown[];

  it('a removed manager is shown no more, is a finding, and the next one of that externalId takes its place', async () => {
    const boss = await add('boss', { externalId: 'EXT-1' });
    const rep = await add('rep', reporting('EXT-1'));
    const linked = managerIn(await read(rep));

    await doors.send(door, 'DELETE', `/Users/${boss}`);
    const orphaned = managerIn(await read(rep));
    const found = await open();
    const next = await add('boss2', { externalId: 'EXT-1' });
    const adopted = managerIn(await read(rep));

    expect(linked).toMatchObject({ value: 'EXT-1', displayName: 'boss' });
    expect(orphaned).toEqual({ value: 'EXT-1' });
    expect(found).toEqual([{ kind: 'unknown_manager', user_id: rep }]);
    expect(adopted).toMatchObject({ value: 'EXT-1', displayName: 'boss2' });
    expect((adopted as { $ref: string }).$ref).toMatch(new RegExp(`/Users/${next}$`));
  });

  it.each([
    ['the same manager', `${enterprise}:manager`, 'EXT-1'],
    ['something else beside it', 'title', 'Lead'],
  ])('a request with %s looks an unlinked manager up again', async (_, path, value) => {
    const boss = await add('boss', { externalId: 'EXT-1' });
    const rep = await add('rep', reporting('EXT-1'));
    await db.sql.query('UPDATE users SET manager_user_id = NULL WHERE id = ?', [rep]);
    await db.sql.query('UPDATE provisioning_findings SET resolved_at = NOW(6)');

    const answer = await patch(rep, path, value);

    expect(answer.status).toBe(200);
    expect(managerIn(answer)).toMatchObject({ value: 'EXT-1', displayName: 'boss' });
    expect(managerIn(await read(rep))).toMatchObject({ value: 'EXT-1', displayName: 'boss' });
    const [versions] = await db.sql.query(
      'SELECT manager_user_id AS id FROM user_profile_versions WHERE user_id = ? AND is_open = 1',
      [rep],
    );
    expect(versions).toEqual([{ id: boss }]);
  });

  it('a request that repeats a manager who is linked, or whom nobody knows, writes nothing', async () => {
    await add('boss', { externalId: 'EXT-1' });
    const rep = await add('rep', reporting('EXT-1'));
    const lost = await add('lost', reporting('EXT-2'));
    db.statements.length = 0;

    await patch(rep, `${enterprise}:manager`, 'EXT-1');
    await patch(lost, `${enterprise}:manager`, 'EXT-2');

    expect(db.statements.filter((sql) => /^(INSERT|UPDATE|DELETE)/.test(sql))).toEqual([]);
  });

  it('a manager who goes and comes while the pass has not run leaves the pass what is right', async () => {
    const boss = await add('boss', { externalId: 'EXT-1' });
    const rep = await add('rep', reporting('EXT-1'));
    doors.clock.advance(1000);
    await doors.send(door, 'DELETE', `/Users/${boss}`);
    const next = await add('boss2', { externalId: 'EXT-1' });
    doors.clock.advance(1000);

    await createManagerLinks({ database: db.database, clock: doors.clock, newId })();

    const [versions] = await db.sql.query(
      'SELECT manager_user_id AS id FROM user_profile_versions WHERE user_id = ? ORDER BY valid_from',
      [rep],
    );
    expect(versions).toEqual([{ id: boss }, { id: null }, { id: next }]);
    expect(await open()).toEqual([]);
  });
});
