// Changes whose meaning hangs on what is there or on how little is said: roles as JSON text, extensions nobody declared, empty
// values. Rows E6, E14, E23, E40, E41, E43 of docs/scim.md, through both doors.
import { useDatabase } from '../support/database';
import { doorNames, useDoors, type Answered, type DoorName, idOf } from './doors';

const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const core = 'urn:ietf:params:scim:schemas:core:2.0:User';

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

  it('E23, E43: adding nothing and removing nobody leave a list as it is; replace and a bare remove empty it', async () => {
    const emails = [{ type: 'work', value: 'e@example.com' }];
    const after = async (...operations: object[]) => (await changed({ emails }, operations)).body['emails'];

    for (const value of [null, '', []]) {
      expect(await after({ op: 'Add', path: 'emails', value }, { op: 'Remove', path: 'emails', value })).toEqual(
        emails,
      );
      await doors.send(door, 'DELETE', `/Users/${await onlyId()}`);
    }
    expect(await after({ op: 'replace', path: 'emails', value: null })).toBeUndefined();
    await doors.send(door, 'DELETE', `/Users/${await onlyId()}`);
    expect(await after({ op: 'remove', path: 'emails' })).toBeUndefined();
  });

  const onlyId = async (): Promise<string> => {
    const { body } = await doors.send(door, 'GET', '/Users?attributes=id');
    return body['Resources']?.[0]?.['id'] as unknown as string;
  };

  it('refuses a message that says its operations twice, in two cases', async () => {
    const raw = '{"Operations":[{"op":"add","path":"title","value":"a"}],"operations":[]}';
    const made = await doors.send(door, 'POST', '/Users', { body: { userName: 'u' } });

    const answer = await doors.send(door, 'PATCH', `/Users/${idOf(made)}`, { raw });

    expect([answer.status, answer.body['scimType']]).toEqual([400, 'invalidSyntax']);
  });

  describe('the URN of an extension nobody declared', () => {
    const urn = 'urn:ietf:params:scim:schemas:extension:Foo:2.0:User';

    it.each(['add', 'Replace'])('E6: as the path of %s takes an object, each key an attribute', async (op) => {
      const start = { [urn]: { tag: '0', kept: 'k' } };

      const { status, body } = await changed(start, [{ op, path: urn, value: { tag: '1', more: 'm' } }]);

      expect([status, body[urn]]).toEqual([200, { tag: '1', kept: 'k', more: 'm' }]);
      expect(Object.keys(body).filter((key) => key.startsWith('urn:'))).toEqual([urn]);
    });

    it.each([
      ['remove', { op: 'remove', path: urn }],
      ['remove in odd case', { op: 'Remove', path: urn.toUpperCase() }],
      ['null by path', { op: 'replace', path: urn, value: null }],
      ['null by key', { op: 'replace', value: { [urn]: null } }],
    ])('E6: %s clears the extension', async (_, operation) => {
      const { status, body } = await changed({ [urn]: { tag: '0' }, title: 'T' }, [operation]);

      expect([status, body[urn], body['title']]).toEqual([200, undefined, 'T']);
    });

    it('still names an attribute where there is no such extension', async () => {
      const parent = urn.slice(0, -5);
      const operations = [{ op: 'add', path: urn, value: 'text' }];

      const set = await changed({}, operations);
      const removed = await doors.send(door, 'PATCH', `/Users/${idOf(set)}`, {
        body: { Operations: [{ op: 'remove', path: urn }] },
      });

      expect([set.body[parent], removed.body[parent]]).toEqual([{ User: 'text' }, undefined]);
    });

    it.each([`${enterprise}Custom`, `${core}X`])('is told by all of it: %s', async (name) => {
      const { status, body } = await changed({ [name]: { tag: '1' }, [enterprise]: { department: 'D' } });

      expect([status, body[name], body[enterprise]]).toEqual([201, { tag: '1' }, { department: 'D' }]);
    });
  });

  it('E41: a group PATCH that names nothing but an unknown extension is 400, one that names more is applied', async () => {
    const urn = 'urn:ietf:params:scim:schemas:extension:Foo:2.0:Group';
    const group = await doors.send(door, 'POST', '/Groups', { body: { displayName: 'G', [urn]: { tag: '1' } } });
    const patched = (...Operations: object[]): Promise<Answered> =>
      doors.send(door, 'PATCH', `/Groups/${idOf(group)}`, { body: { Operations } });

    const alone = [
      await patched({ op: 'replace', path: `${urn}:tag`, value: '1' }),
      await patched({ op: 'remove', path: urn }),
      await patched({ op: 'add', value: { [urn]: { tag: '1' } } }),
    ];
    const both = await patched({ op: 'replace', value: { [`${urn}:tag`]: '1', displayName: 'H' } });

    expect(group.status).toBe(201);
    expect(alone.map(({ status, body }) => [status, body['scimType']])).toEqual(alone.map(() => [400, 'invalidPath']));
    expect([both.status, both.body['displayName'], both.body[urn]]).toEqual([200, 'H', undefined]);
  });
});
