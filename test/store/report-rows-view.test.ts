// The rows of the user list as of an instant, over the golden population and what happens to it afterwards.
import { newId } from '../../src/ids';
import type { UserListValues } from '../../src/domain/user-list';
import { useDatabase } from '../support/database';
import { addGoldenPopulation, afterGoldenAt, goldenAt, type GoldenPopulation } from '../support/golden-population';

const [name, email, department, managerEmail, state, license, status, stage] = [1, 2, 5, 6, 7, 8, 10, 11];
const [lastUsed, activity, neverUsed, hub, devices, reminders, lastReminder] = [17, 18, 19, 20, 21, 22, 23];

describe('userList', () => {
  const db = useDatabase();
  let golden: GoldenPopulation;

  beforeEach(async () => {
    golden = await addGoldenPopulation(db.sql, db.organizationId, db.poolId);
  });

  async function rowsAt(asOf: Date, batchSize?: number, organizationId = db.organizationId): Promise<UserListValues[]> {
    return db.database.inSnapshot(organizationId, async (stores) => {
      const rows: UserListValues[] = [];
      const question = { asOf, productName: 'Enpass', ...(batchSize && { batchSize }) };
      for await (const batch of stores.reportRows.userList(question)) rows.push(...batch);
      return rows;
    });
  }
  const person = (cohort: string, index = 0) => golden.people.get(cohort)![index]!;
  const tally = (rows: readonly UserListValues[], column: number) => {
    const counts: Record<string, number> = {};
    for (const row of rows) counts[String(row[column])] = (counts[String(row[column])] ?? 0) + 1;
    return counts;
  };

  it('has enabled and deactivated people, removed ones out, and the golden numbers', async () => {
    const rows = await rowsAt(goldenAt);

    const enabled = rows.filter((row) => row[state] === 'enabled');
    expect(rows).toHaveLength(480);
    expect(tally(rows, state)).toEqual({ enabled: 465, deactivated: 15 });
    expect(tally(enabled, status)).toEqual({ 'No License': 45, 'Pending User Action': 160, 'Using Enpass': 260 });
    expect(tally(enabled, stage)).toEqual({
      null: 45,
      activation_pending: 70,
      app_setup_pending: 50,
      usage_pending: 40,
      using: 260,
    });
    expect(tally(rows, activity)).toEqual({ active: 260, inactive: 60, null: 160 });
    expect(tally(rows, neverUsed)).toEqual({ true: 12, false: 308, null: 160 });
    expect(tally(enabled, hub)).toEqual({ authenticated: 210, lapsed: 5, never: 250 });
    expect(tally(rows, license)).toEqual({ APP: 378, 'APP-EXTRA': 42, null: 60 });
  });

  it('names people whom the directory sent without a displayName by their name, else by their userName', async () => {
    const [named, bare] = [person('G1', 0), person('G1', 1)];
    await db.sql.query(
      "UPDATE users SET display_name = NULL, given_name = 'Ada', family_name = 'Lovelace' WHERE id = ?",
      [named.id],
    );
    await db.sql.query(
      "UPDATE users SET display_name = NULL, given_name = NULL, family_name = '', user_name = 'bare' WHERE id = ?",
      [bare.id],
    );

    await db.sql.query('UPDATE user_profile_versions SET display_name = NULL WHERE user_id IN (?)', [
      [named.id, bare.id],
    ]);

    const rows = await rowsAt(goldenAt);

    expect([named, bare].map(({ id }) => rows.find((row) => row[0] === id)?.[name])).toEqual(['Ada Lovelace', 'bare']);
  });

  it('says the same of the instant after later rows exist, and other things of a later one', async () => {
    const before = await rowsAt(goldenAt);
    await golden.addLaterRows();

    const again = await rowsAt(goldenAt);
    const later = await rowsAt(afterGoldenAt);

    expect(again).toEqual(before);
    expect(tally(later, stage)).toMatchObject({ activation_pending: 66, using: 258 });
  });

  it('gives the same rows in whatever batches they are read', async () => {
    const whole = await rowsAt(goldenAt);

    expect(await rowsAt(goldenAt, 7)).toEqual(whole);
    expect(await rowsAt(goldenAt, 480)).toEqual(whole);
    expect(new Set(whole.map((row) => row[0])).size).toBe(480);
  });

  it('shows the profile, manager, state and license that held at the instant', async () => {
    const [user, manager, gone] = [person('G4', 5), person('G4', 6), person('G4', 7)];
    const later = '2026-04-02 08:00:00.000000';
    const version = { organization_id: db.organizationId, user_id: user.id, valid_from: '2026-01-01', valid_to: later };
    await db.sql.query('INSERT INTO user_profile_versions SET ?', {
      ...version,
      id: newId(),
      display_name: 'Old Name',
      email: 'old@example.com',
      department: 'Old',
      manager_user_id: manager.id,
      created_at: later,
    });
    await db.sql.query('INSERT INTO user_profile_versions SET ?', {
      ...version,
      id: newId(),
      user_id: manager.id,
      display_name: 'Boss',
      email: 'boss.then@example.com',
      created_at: later,
    });
    await db.sql.query("UPDATE users SET display_name = 'New', department = 'New' WHERE id = ?", [user.id]);
    await db.sql.query("UPDATE users SET account_state = 'removed', state_since = ?, licensed_at = NULL WHERE id = ?", [
      later,
      gone.id,
    ]);
    await db.sql.query('UPDATE user_state_intervals SET ended_at = ? WHERE user_id = ?', [later, gone.id]);
    await db.sql.query("UPDATE license_assignments SET released_at = ?, release_reason = 'removed' WHERE user_id = ?", [
      later,
      gone.id,
    ]);

    const rows = new Map((await rowsAt(goldenAt)).map((row) => [row[0], row]));
    const now = new Map((await rowsAt(new Date('2026-04-03T00:00:00Z'))).map((row) => [row[0], row]));

    const then = rows.get(user.id)!;
    expect([then[name], then[email], then[department], then[managerEmail]]).toEqual([
      'Old Name',
      'old@example.com',
      'Old',
      'boss.then@example.com',
    ]);
    expect(now.get(user.id)?.[name]).toBe('New');
    expect([rows.get(gone.id)?.[state], rows.get(gone.id)?.[license], rows.get(gone.id)?.[status]]).toEqual([
      'enabled',
      'APP',
      'Using Enpass',
    ]);
    expect(now.has(gone.id)).toBe(false);
  });

  it('takes the newest use up to the instant, to the microsecond at the edge of the window', async () => {
    const [user, edge, past] = [person('G4', 5), person('G4', 0), person('G4', 230)];
    const later = '2026-04-01 10:00:00.000000';
    await db.sql.query('INSERT INTO user_activity_days VALUES (?, ?, ?, ?, ?, 1)', [
      db.organizationId,
      user.id,
      '2026-04-01',
      later,
      later,
    ]);
    await db.sql.query('UPDATE users SET last_used_at = ? WHERE id = ?', [later, user.id]);

    const rows = new Map((await rowsAt(goldenAt)).map((row) => [row[0], row]));

    expect([rows.get(user.id)?.[lastUsed], rows.get(user.id)?.[activity]]).toEqual([
      '2026-03-30 09:15:00.123456',
      'active',
    ]);
    expect([rows.get(edge.id)?.[lastUsed], rows.get(edge.id)?.[activity]]).toEqual([
      '2026-03-01 22:00:00.000000',
      'active',
    ]);
    expect(rows.get(past.id)?.[activity]).toBe('inactive');
  });

  it('counts devices and reminders as of the instant, the invitation not', async () => {
    const user = person('G1');
    const device = {
      organization_id: db.organizationId,
      user_id: user.id,
      registered_at: '2026-01-01',
      created_at: '2026-01-01',
    };
    await db.sql.query('INSERT INTO devices SET ?', { ...device, id: newId(), external_device_id: 'a' });
    await db.sql.query('INSERT INTO devices SET ?', {
      ...device,
      id: newId(),
      external_device_id: 'b',
      removed_at: '2026-02-01',
    });
    await db.sql.query('INSERT INTO devices SET ?', {
      ...device,
      id: newId(),
      external_device_id: 'c',
      registered_at: '2026-04-01',
    });
    const reminder = {
      organization_id: db.organizationId,
      user_id: user.id,
      stage: 'activation',
      episode: 'e',
      kind: 'automatic',
      created_at: '2026-01-01',
    };
    const sent = (dedupe_key: string, step_no: number, end: string, sent_at: string | null) =>
      db.sql.query('INSERT INTO reminders SET ?', {
        ...reminder,
        id: newId(),
        dedupe_key,
        step_no,
        status: end,
        sent_at,
      });
    await sent(`invitation:${user.id}`, 0, 'sent', '2026-01-02');
    await sent('a:1', 1, 'sent', '2026-02-02');
    await sent('a:2', 2, 'bounced', '2026-02-09');
    await sent('a:3', 3, 'unknown', null);
    await sent('a:4', 4, 'sent', '2026-04-09');

    const row = (await rowsAt(goldenAt)).find(([id]) => id === user.id)!;

    expect([row[devices], row[reminders], row[lastReminder]]).toEqual([1, 2, '2026-02-09 00:00:00.000000']);
  });

  it('joins the names of the groups people were in', async () => {
    const user = person('G1');
    const join = async (group: string, joined: string, left: string | null) => {
      const id = newId();
      const at = '2026-01-01';
      await db.sql.query('INSERT INTO directory_groups SET ?', {
        organization_id: db.organizationId,
        id,
        source: 'scim',
        display_name: group,
        display_name_key: group.toLowerCase(),
        row_version: 1,
        created_at: at,
      });
      await db.sql.query('INSERT INTO directory_group_members SET ?', {
        organization_id: db.organizationId,
        id: newId(),
        group_id: id,
        user_id: user.id,
        joined_at: joined,
        left_at: left,
        created_at: at,
      });
    };
    await join('Sales', '2026-01-01', null);
    await join('Berlin', '2026-01-01', '2026-04-02');
    await join('Old', '2026-01-01', '2026-02-01');
    await join('New', '2026-04-02', null);

    const row = (await rowsAt(goldenAt)).find(([id]) => id === user.id)!;

    expect(row[4]).toBe('Berlin, Sales');
  });

  it('never shows a person of another organization, and yields nothing where nobody is', async () => {
    expect(await rowsAt(goldenAt, undefined, db.secondOrganizationId)).toEqual([]);
  });
});
