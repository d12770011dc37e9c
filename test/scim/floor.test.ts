// The floor of the SCIM bench is only a floor while it sends what the product sends.
import { join } from 'node:path';
import { useDatabase } from '../support/database';
import { useDoors } from './doors';

const floor = jest.requireActual<{ create: string[]; filter: string }>(
  join(__dirname, '..', '..', 'bench', 'floor', 'scim.js'),
);

/** One statement, spaces and the number of places aside. */
const plain = (sql: string): string =>
  sql
    .replaceAll(/\s+/g, ' ')
    .replace(/ VALUES .*/, ' VALUES')
    .trim();

describe('the floor', () => {
  const db = useDatabase();
  const doors = useDoors(db);
  const emails = [{ primary: true, type: 'work', value: 'u@example.com' }];
  const body = {
    externalId: 'e',
    userName: 'u@example.com',
    displayName: 'D',
    name: { givenName: 'G', familyName: 'F' },
    emails,
  };

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
});
