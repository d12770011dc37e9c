// Rows of docs/scim.md about the bodies of POST. Through both doors.
import { useDatabase } from '../support/database';
import { doorNames, useDoors, type Answered, type DoorName, idOf } from './doors';

const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const core = 'urn:ietf:params:scim:schemas:core:2.0:User';

describe.each(doorNames)('bodies through the %s door', (door: DoorName) => {
  const db = useDatabase();
  const doors = useDoors(db);
  const post = (body: object): Promise<Answered> => doors.send(door, 'POST', '/Users', { body });

  it.each([
    ['E4: active is true unless it is said', {}, { active: true }],
    ['E4: active as text', { active: 'fALSE' }, { active: false }],
    ['E11: primary as text', { roles: [{ value: 'a', primary: 'True' }] }, { roles: [{ value: 'a', primary: true }] }],
    [
      'E18: the documented root-level null manager',
      { manager: null, phoneNumbers: null, roles: [] },
      { roles: undefined },
    ],
    [
      'E29: read-only keys are ignored',
      { id: 'mine', meta: { version: 'x' }, groups: [{ value: 'g' }] },
      { groups: undefined },
    ],
    [
      'E40: an odd URN in schemas, an unlisted extension',
      { schemas: ['urn:x'], 'urn:a:b:2.0:User:badge': 'B' },
      { schemas: [core, 'urn:a:b:2.0:User'], 'urn:a:b:2.0:User': { badge: 'B' } },
    ],
    [
      'E40: the misspelled enterprise URN',
      { 'urn:ietf:params:scim:schemas:extension:enterprise:2.0User': { department: 'D' } },
      { [enterprise]: { department: 'D' }, schemas: [core, enterprise] },
    ],
    [
      'E41: an unknown key at any depth',
      { x: 1, name: { y: 2, givenName: 'G' }, emails: [{ value: 'e@example.com', z: 3 }] },
      { name: { givenName: 'G' }, emails: [{ value: 'e@example.com' }] },
    ],
    [
      'E42: a number, an array of one, a bare element',
      { title: 5, displayName: ['D'], emails: 'e@example.com' },
      { title: '5', displayName: 'D', emails: [{ value: 'e@example.com' }] },
    ],
    [
      'E43: null and "" inside elements',
      {
        emails: [
          { value: 'e@example.com', display: '', type: null },
          { type: 'work', value: '' },
        ],
      },
      { emails: [{ value: 'e@example.com' }] },
    ],
    [
      'E44: types and URLs of any kind',
      {
        profileUrl: 'x',
        emails: [
          { type: 'Work', value: 'e@example.com' },
          { type: 'secondary', value: 'f@example.com' },
        ],
      },
      {
        profileUrl: 'x',
        emails: [
          { type: 'Work', value: 'e@example.com' },
          { type: 'secondary', value: 'f@example.com' },
        ],
      },
    ],
    [
      'E54: two primary elements, the last wins',
      {
        emails: [
          { value: 'a@example.com', primary: true },
          { value: 'b@example.com', primary: true },
        ],
      },
      {
        emails: [
          { value: 'a@example.com', primary: false },
          { value: 'b@example.com', primary: true },
        ],
      },
    ],
    [
      'locale and zone as sent',
      { locale: 'xx-nonsense-zzzz', timezone: 'Mars/Base', preferredLanguage: 'de' },
      { locale: 'xx-nonsense-zzzz', timezone: 'Mars/Base', preferredLanguage: 'de' },
    ],
  ])('%s', async (_, sent, held) => {
    const made = await post({ userName: 'u@example.com', ...sent });
    const read = await doors.send(door, 'GET', `/Users/${idOf(made)}`);

    expect(made.status).toBe(201);
    expect(read.body).toEqual(made.body);
    for (const [name, value] of Object.entries(held)) expect([name, read.body[name]]).toEqual([name, value]);
  });

  it.each([
    ['E43: no userName', { displayName: 'D' }, 'invalidValue'],
    ['E43: an empty userName', { userName: '' }, 'invalidValue'],
    ['a userName of 256 characters', { userName: 'u'.repeat(256) }, 'invalidValue'],
    ['a userName that folds longer than its column', { userName: '\uFDFA'.repeat(200) }, 'invalidValue'],
    ['an address of 321 characters', { userName: 'u', emails: [{ value: 'e'.repeat(321) }] }, 'invalidValue'],
    ['E4: active that is neither', { userName: 'u', active: 'yes' }, 'invalidValue'],
    ['an array', [], 'invalidSyntax'],
  ])('%s is refused', async (_, sent, scimType) => {
    const answer = await post(sent);

    expect([answer.status, answer.body['scimType']]).toEqual([400, scimType]);
  });

  it('S35 in short: the longest values of every column are stored and found, 4-byte characters too', async () => {
    const text = (length: number): string => '😀'.repeat(length);
    const held = {
      userName: text(255),
      externalId: text(255),
      displayName: text(255),
      title: text(255),
      name: { givenName: text(255), familyName: text(255), middleName: text(255) },
      profileUrl: text(1024),
      emails: [{ value: text(320), display: text(255), type: text(64) }],
      photos: [{ value: text(1024) }],
      addresses: [{ country: text(64), formatted: text(1024) }],
      [enterprise]: { department: text(255), manager: { value: text(255) } },
    };

    const made = await post(held);
    const found = await doors.send(door, 'GET', `/Users?filter=${encodeURIComponent(`userName eq "${text(255)}"`)}`);

    expect(made.status).toBe(201);
    expect(made.body).toMatchObject(held);
    expect(found.body['totalResults']).toBe(1);
  });
});
