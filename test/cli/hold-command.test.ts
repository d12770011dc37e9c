// What the command line shows of holds: whom they are about, page by page, for the organization that asks.
import { PassThrough } from 'node:stream';
import { decideHold, showHold } from '../../src/cli/hold-command';
import { createOutput } from '../../src/cli/output';
import { systemCaller } from '../../src/domain/caller';
import { newId } from '../../src/ids';
import { createHolds } from '../../src/service/holds';
import { createLicensing } from '../../src/service/licensing';
import { addPeople } from '../scim/many-people';
import { testClock } from '../support/builders';
import { useDatabase } from '../support/database';

interface Shown {
  readonly state: string;
  readonly items: readonly { readonly user_id: string; readonly [key: string]: unknown }[];
  readonly next_cursor: string | null;
}

describe('hold show', () => {
  const db = useDatabase();
  const clock = testClock();
  const holdId = '0195e1a2-b3c4-7000-8000-0000000000aa';
  const at = '2026-03-02 09:00:00';

  function aSession(isJson: boolean, organizationId = db.organizationId) {
    const holds = createHolds({ database: db.database, clock, newId, licensing: createLicensing({ newId }) });
    const stdout = new PassThrough();
    const output = createOutput(isJson, stdout, new PassThrough());
    const session = { holds, caller: systemCaller(organizationId, 'command line'), output };
    const printed = (): string => String(stdout.read());
    return { session, printed, document: () => JSON.parse(printed()) as Shown };
  }
  /** People who all wait in one hold. */
  const hold = async (people: number): Promise<string[]> => {
    await addPeople(db, people);
    await db.sql.query("UPDATE users SET account_state = 'enabled', scim_active = 0");
    await db.sql.query(
      "INSERT INTO provisioning_holds (organization_id, id, opened_at, threshold, state, created_at) VALUES (?, ?, ?, 50, 'open', ?)",
      [db.organizationId, holdId, at, at],
    );
    await db.sql.query(
      `INSERT INTO provisioning_hold_items (organization_id, id, hold_id, user_id, request_id, requested_at, created_at)
       SELECT organization_id, id, ?, id, CONCAT('r-', user_name), ?, ? FROM users`,
      [holdId, at, at],
    );
    const [rows] = await db.sql.query('SELECT id FROM users ORDER BY id');
    return (rows as { id: string }[]).map(({ id }) => id);
  };

  it('names everybody with the request and the moment, in pages that a cursor joins', async () => {
    const ids = await hold(5);
    const { session, document } = aSession(true);

    await showHold(session, holdId, { limit: 3 });
    const first = document();
    await showHold(session, holdId, { limit: 3, cursor: first.next_cursor ?? '' });
    const second = document();

    expect([...first.items, ...second.items].map((it) => it.user_id)).toEqual(ids);
    expect([first.state, first.next_cursor, second.next_cursor]).toEqual(['open', ids[2], null]);
    expect(first.items[1]).toEqual({
      user_id: ids[1],
      user_name: 'u0000004',
      display_name: 'Name 1',
      state: 'waiting',
      requested_at: '2026-03-02T09:00:00.000Z',
      request_id: 'r-u0000004',
    });
  });

  it('says after the answer, and after a change of mind, what became of each', async () => {
    const ids = await hold(2);
    await db.sql.query('UPDATE provisioning_hold_items SET dropped_at = NOW(6) WHERE user_id = ?', [ids[0]]);
    const { session, document } = aSession(true);

    await decideHold(session, 'approve', holdId);
    document();
    await showHold(session, holdId, { limit: 100 });

    const { state, items } = document();
    expect([state, ...items.map((it) => it['state'])]).toEqual(['approved', 'dropped', 'applied']);
  });

  it('prints lines in which no name steers the terminal, and how to go on', async () => {
    const ids = await hold(2);
    await db.sql.query('UPDATE users SET display_name = ? WHERE id = ?', ['A\u001B[2J', ids[0]]);
    const { session, printed } = aSession(false);

    await showHold(session, holdId, { limit: 1 });

    expect(printed()).toBe(
      `${ids[0]}  waiting  2026-03-02T09:00:00.000Z  u0000002  A?[2J  request r-u0000002\nMore: --cursor ${ids[0]}\n`,
    );
  });

  it('knows only the holds of the organization', async () => {
    await hold(1);
    const { session } = aSession(true, db.secondOrganizationId);

    await expect(showHold(session, holdId, { limit: 1 })).rejects.toMatchObject({ code: 'hold.not_found' });
  });

  it('reads a page deep in 100,000 people by key: as many rows as it shows', async () => {
    const ids = await hold(100_000);
    await db.sql.query('ANALYZE TABLE users, provisioning_hold_items');
    const { session, document } = aSession(true);
    db.statements.length = 0;

    await showHold(session, holdId, { limit: 100, cursor: ids[89_999] ?? '' });

    expect(document().items.map((it) => it.user_id)).toEqual(ids.slice(90_000, 90_100));
    const sql = db.statements.find((it) => it.includes('provisioning_hold_items')) ?? '';
    await db.sql.query('FLUSH STATUS');
    await db.sql.query(sql, [db.organizationId, holdId, ids[89_999], 101]);
    const [rows] = await db.sql.query("SHOW SESSION STATUS LIKE 'Handler_read%'");
    const read = (rows as { Value: string }[]).reduce((sum, { Value }) => sum + Number(Value), 0);
    expect(read).toBeLessThan(500);
    expect(db.statements).toHaveLength(2);
  }, 180000);
});
