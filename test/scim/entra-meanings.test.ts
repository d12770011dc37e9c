// Changes whose meaning hangs on what is there or on how little is said: roles as JSON text, extensions nobody declared, empty
// values. Rows E6, E14, E23, E40, E41, E43 of docs/scim.md, through both doors.
import { useDatabase } from '../support/database';
import { doorNames, useDoors, type Answered, type DoorName, idOf } from './doors';

describe.each(doorNames)('what changes mean through the %s door', (door: DoorName) => {
  const db = useDatabase();
  const doors = useDoors(db);

  /** Makes a user and changes it; the answer to the last change. */
  const changed = async (start: object, ...requests: object[][]): Promise<Answered> => {
    const made = await doors.send(door, 'POST', '/Users', { body: { userName: 'u@example.com', ...start } });
    expect(made.status).toBe(201);
    let answer = made;
    for (const Operations of requests) {
      answer = await doors.send(door, 'PATCH', `/Users/${idOf(made)}`, { body: { Operations } });
    }
    return answer;
  };
  const roleText = '{"id":"1","value":"APP","displayName":"App"}';
  const byText = `roles[value eq ${JSON.stringify(roleText)}]`;

  it('E14: a role removed by its JSON text is the one of that value; one that shares the id alone stays', async () => {
    const roles = [
      { value: 'APP', id: '2' },
      { value: 'OLD', id: '1' },
      { value: 'OTHER', id: '3' },
    ];

    const one = await changed({ roles }, [{ op: 'Remove', path: byText }]);

    expect([one.status, one.body['roles']]).toEqual([200, roles.slice(1)]);
  });

  it.each([
    ['alone', byText],
    ['beside another condition', `${byText.slice(0, -1)} and id pr]`],
    ['reversed', byText.replace('[', '[not (not (').replace(/\]$/, '))]')],
  ])('E14: where no role has the value, the JSON text means the one with the id: %s', async (_, path) => {
    const roles = [
      { value: 'OLD', id: '1' },
      { value: 'OTHER', id: '3' },
    ];

    const one = await changed({ roles }, [{ op: 'remove', path }]);

    expect([one.status, one.body['roles']]).toEqual([200, roles.slice(1)]);
  });
});
