// S10 with a license rule, over HTTP: a request that moves thousands of members is answered when they have moved, by a few
// statements for each thousand; their seats follow behind it.
import { newId } from '../../src/ids';
import { createGroupMoves } from '../../src/service/group-moves';
import { createLicenseRules } from '../../src/service/license-rules';
import { createLicensing } from '../../src/service/licensing';
import { scimCaller } from '../support/builders';
import { useDatabase } from '../support/database';
import { rowsOf, useLicenseChecks } from '../support/licenses';
import { addNumbered } from '../support/numbered-people';
import { doorNames, idOf, useDoors, type Answered } from './doors';

const size = 2100;
const silent = { debug: ignore, info: ignore, warn: ignore, error: ignore };
function ignore(): void {}

describe('large groups with a license rule', () => {
  const db = useDatabase({ seats: size });
  useLicenseChecks(db);
  const doors = useDoors(db);
  const membersOf = (people: readonly string[]) => people.map((value) => ({ value }));
  const seatsOf = async (people: readonly string[]): Promise<number> => {
    const sql = 'SELECT COUNT(*) AS n FROM license_assignments WHERE is_open = 1 AND user_id IN (?)';
    return Number((await rowsOf(db, sql, [people]))[0]?.['n']);
  };

  const requests: Record<string, (door: 'hot' | 'app', path: string, others: readonly string[]) => Promise<Answered>> =
    {
      DELETE: (door, path) => doors.send(door, 'DELETE', path),
      'PATCH that empties it': (door, path) =>
        doors.send(door, 'PATCH', path, { body: { Operations: [{ op: 'remove', path: 'members' }] } }),
      'PUT with other members': (door, path, others) =>
        doors.send(door, 'PUT', path, { body: { displayName: 'Large', members: membersOf(others) } }),
    };

  it.each(doorNames.flatMap((door) => Object.keys(requests).map((name) => [door, name] as const)))(
    'through the %s door, %s',
    async (door, name) => {
      const parts = { database: db.database, clock: doors.clock, newId, licensing: createLicensing({ newId }) };
      const people = await addNumbered(db, db.organizationId, 2 * size);
      const [members, others] = [people.slice(0, size), people.slice(size)];
      const body = { displayName: 'Large', members: membersOf(members) };
      const path = `/Groups/${idOf(await doors.send(door, 'POST', '/Groups', { body }))}`;
      const rule = { source: 'groups' as const, poolCode: 'APP', match: 'large' };
      await createLicenseRules(parts).add(scimCaller(db.organizationId), rule);
      doors.clock.advance(1000);
      db.statements.length = 0;

      const answer = await requests[name]!(door, path, others);
      const statements = db.statements.length;
      const between = [await seatsOf(members), await seatsOf(others)];
      doors.clock.advance(1000);
      await createGroupMoves({ ...parts, log: silent }).settle(new AbortController().signal);

      const joining = name.startsWith('PUT') ? size : 0;
      expect([answer.status < 300, between]).toEqual([true, [size, 0]]);
      expect((statements / size) * 1000).toBeLessThan(15);
      expect([await seatsOf(members), await seatsOf(others)]).toEqual([0, joining]);
      const trail = await rowsOf(
        db,
        "SELECT action, COUNT(*) AS n FROM audit_entries WHERE request_id = ? AND target_kind = 'user' GROUP BY action ORDER BY action",
        [answer.headers['x-request-id']],
      );
      expect(trail).toEqual([
        ...(joining > 0 ? [{ action: 'license.assigned', n: size }] : []),
        { action: 'license.released', n: size },
      ]);
    },
    60_000,
  );
});
