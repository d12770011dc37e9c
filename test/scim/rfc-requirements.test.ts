// What RFC 7643 and 7644 ask of a server, as far as scim2/test-suite checks it, through both doors. Each row allows one
// answer: where the RFC leaves a choice, the one of docs/scim.md.
import { join } from 'node:path';
import { useDatabase } from '../support/database';
import { doorNames, useDoors } from './doors';
import { attributeRows } from './rfc-attributes';
import { bulkRows } from './rfc-bulk';
import { discoveryRows } from './rfc-discovery';
import { listRows } from './rfc-lists';
import { messageRows } from './rfc-messages';
import { operationRows } from './rfc-operations';
import { patchRows } from './rfc-patch';
import { personAndCharacteristics } from './rfc-people';
import { requestRows } from './rfc-requests';
import { resourceRows } from './rfc-resources';
import { clientOf, titleOf, type Requirement } from './rfc-rows';

const rows: readonly Requirement[] = [
  ...attributeRows,
  ...resourceRows,
  ...personAndCharacteristics,
  ...discoveryRows,
  ...messageRows,
  ...requestRows,
  ...listRows,
  ...patchRows,
  ...operationRows,
  ...bulkRows,
];

describe('RFC 7643 and 7644', () => {
  const db = useDatabase();
  const doors = useDoors(db);
  const titled = rows.map((row) => [titleOf(row), row] as const);

  describe.each(doorNames)('through the %s door', (door) => {
    it.each(titled)('%s', async (_, { look, sees }) => {
      const seen = await look(clientOf(db, doors, door));

      expect(seen).toEqual(sees);
    });
  });
});

describe('the rows', () => {
  it('are one for each of the 127 demands that the Go suite has a test for', () => {
    const ids = rows.map(({ id }) => id);

    expect([ids.length, new Set(ids).size]).toEqual([127, 127]);
    expect(ids.filter((id) => !/^764[34]-[\d.]+-L\d+$/.test(id))).toEqual([]);
  });

  it('show what we do instead of each thing that the Go suite may miss', () => {
    const { allowedFailures } = jest.requireActual<{ allowedFailures: { suite: string; test: string | RegExp }[] }>(
      join(__dirname, '..', 'conformance', 'judge.js'),
    );
    const ids = rows.map(({ id }) => `RFC${id}`);

    const missed = allowedFailures.filter(({ suite }) => suite === 'scim2/test-suite').map(({ test }) => String(test));

    expect(missed).toHaveLength(8);
    expect(missed.filter((test) => !ids.includes(test.split('/')[0] ?? ''))).toEqual([]);
  });
});
