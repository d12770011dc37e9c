// The floor of the SCIM bench is only a floor while it sends what the product sends.
import { join } from 'node:path';
import { useDatabase } from '../support/database';
import { idOf, useDoors } from './doors';
import { addPeople } from './many-people';

const floor = jest.requireActual<
  Record<'change' | 'create' | 'list', string[]> &
    Record<'filter' | 'get', string> & { byKey: Record<string, { sql: string }> }
>(join(__dirname, '..', '..', 'bench', 'floor', 'scim-statements.js'));

const whole = jest.requireActual<{ wholeUser: (name: string) => Record<string, unknown> }>(
  join(__dirname, '..', '..', 'bench', 'scim-people.js'),
);

/** One statement, spaces aside. */
const plain = (sql: string): string => sql.replaceAll(/\s+/g, ' ').trim();

describe('the floor', () => {
  const db = useDatabase();
  const doors = useDoors(db);
  const body = whole.wholeUser('u');

  it('creates by the product’s own statements', async () => {
    await doors.send('hot', 'GET', '/Users?count=0');
    db.statements.length = 0;

    await doors.send('hot', 'POST', '/Users', { body });

    const [begin, ...rest] = db.statements.map(plain);
    expect([begin, rest.pop()]).toEqual(['START TRANSACTION', 'COMMIT']);
    expect(floor.create.map(plain).toSorted()).toEqual(rest.toSorted());
  });

  it('finds by the product’s own statement, the only one', async () => {
    await doors.send('hot', 'POST', '/Users', { body });
    db.statements.length = 0;

    await doors.send('hot', 'GET', '/Users?filter=userName+eq+%22u@example.com%22');

    expect(db.statements.map(plain)).toEqual([plain(floor.filter)]);
  });

  it.each([
    ['userName', 'userName eq "u"'],
    ['externalId', 'externalId eq "e"'],
    ['work e-mail', 'emails[type eq "work"].value eq "u@example.com"'],
    ['id and manager', 'id eq "0190a1b2-c3d4-7e5f-8a9b-000000000001" and manager eq "m"'],
  ])('searches by %s by the product’s own statement, the only one', async (name, filter) => {
    await doors.send('hot', 'GET', '/Users?count=0');
    db.statements.length = 0;

    await doors.send('hot', 'GET', `/Users?filter=${encodeURIComponent(filter)}`);

    expect(db.statements.map(plain)).toEqual([plain(floor.byKey[name]?.sql ?? '')]);
  });

  it('reads, lists and changes by the product’s own statements', async () => {
    await addPeople(db, 120);
    const id = idOf(await doors.send('hot', 'POST', '/Users', { body }));
    const sent = async (work: () => Promise<unknown>): Promise<string[]> => {
      db.statements.length = 0;
      await work();
      return db.statements.map(plain);
    };
    const Operations = [{ op: 'replace', path: 'title', value: 'T' }];

    const read = await sent(() => doors.send('hot', 'GET', `/Users/${id}`));
    const listed = await sent(() => doors.send('hot', 'GET', '/Users'));
    const changed = await sent(() => doors.send('hot', 'PATCH', `/Users/${id}`, { body: { Operations } }));

    expect(read).toEqual([plain(floor.get)]);
    expect(listed.toSorted()).toEqual(floor.list.map(plain).toSorted());
    expect(changed).toEqual(['START TRANSACTION', ...floor.change.map(plain), 'COMMIT']);
  });
});
