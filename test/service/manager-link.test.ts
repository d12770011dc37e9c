// The pass that links people to managers they could not see: created at the same moment, or in a ring.
import { newId } from '../../src/ids';
import { createIngestion } from '../../src/service/ingestion';
import { createLicensing } from '../../src/service/licensing';
import { createManagerLinks } from '../../src/service/manager-link';
import { createProvisioning } from '../../src/service/provisioning';
import { aProfile, scimCaller, testClock } from '../support/builders';
import { useDatabase } from '../support/database';

describe('manager links', () => {
  const db = useDatabase();
  const clock = testClock();
  const build = () => {
    const parts = { database: db.database, clock, newId };
    const { matchQuarantined } = createIngestion(parts);
    const consequences = { endSignIns: async () => undefined, matchQuarantined };
    return {
      provisioning: createProvisioning({ ...parts, licensing: createLicensing({ newId }), consequences }),
      linkManagers: createManagerLinks(parts),
    };
  };
  const open = async () =>
    (
      (await db.sql.query('SELECT COUNT(*) AS n FROM provisioning_findings WHERE resolved_at IS NULL'))[0] as {
        n: number;
      }[]
    )[0]!.n;

  it('links everybody of a ring that was made at once, and closes their findings', async () => {
    const { provisioning, linkManagers } = build();
    const caller = scimCaller(db.organizationId);
    const name = (n: number) => `ring${n % 8}@example.com`;
    const made = await Promise.all(
      Array.from({ length: 8 }, (_, n) =>
        provisioning.createUser(caller, aProfile({ userName: name(n), managerRaw: name(n + 1) })),
      ),
    );

    await linkManagers();

    const users = await Promise.all(made.map(({ id }) => provisioning.getUser(caller, id)));
    expect(users.map(({ managerUserId }) => managerUserId)).toEqual(made.map((_, n) => made[(n + 1) % 8]!.id));
    expect(await open()).toBe(0);
    expect(await linkManagers()).toBe(0);
  });

  it.each([
    ['not at all', true],
    ['in its row alone, by the create of the manager', false],
  ])(
    'writes history and audit of who was linked %s so far, and leaves who still names nobody',
    async (_, isUnlinked) => {
      const { provisioning, linkManagers } = build();
      const caller = scimCaller(db.organizationId);
      const lost = await provisioning.createUser(
        caller,
        aProfile({ userName: 'lost@example.com', managerRaw: 'nobody' }),
      );
      const late = await provisioning.createUser(
        caller,
        aProfile({ userName: 'late@example.com', managerRaw: 'boss@example.com' }),
      );
      const boss = await provisioning.createUser(caller, aProfile({ userName: 'boss@example.com' }));
      if (isUnlinked) await db.sql.query('UPDATE users SET manager_user_id = NULL WHERE id = ?', [late.id]);

      const linked = await linkManagers();

      expect(linked).toBe(1);
      expect(await provisioning.getUser(caller, late.id)).toMatchObject({ managerUserId: boss.id, rowVersion: 1 });
      expect((await provisioning.getUser(caller, lost.id)).managerUserId).toBeNull();
      const [versions] = await db.sql.query(
        'SELECT manager_user_id AS id FROM user_profile_versions WHERE user_id = ? AND is_open = 1',
        [late.id],
      );
      expect(versions).toEqual([{ id: boss.id }]);
      const [entries] = await db.sql.query(
        "SELECT target_id AS id FROM audit_entries WHERE action = 'user.manager_linked'",
      );
      expect(entries).toEqual([{ id: late.id }]);
      expect(await linkManagers()).toBe(0);
    },
  );
});
