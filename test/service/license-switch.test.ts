// An admin's grant, deny and clear of one person's license, against the real database.
import { newId } from '../../src/ids';
import { createLicenseRules } from '../../src/service/license-rules';
import { createLicenseSwitch } from '../../src/service/license-switch';
import { createLicensing } from '../../src/service/licensing';
import { createProvisioning } from '../../src/service/provisioning';
import { systemCaller } from '../../src/domain/caller';
import { aProfile, scimCaller, testClock } from '../support/builders';
import { useDatabase } from '../support/database';
import { claimedBy, heldBy, rowsOf, useLicenseChecks } from '../support/licenses';

describe('the license switch', () => {
  const db = useDatabase({ seats: 1 });
  useLicenseChecks(db);
  const clock = testClock();
  const directory = () => scimCaller(db.organizationId);
  const admin = () => systemCaller(db.organizationId, 'command line');

  function build() {
    const parts = { database: db.database, clock, newId, licensing: createLicensing({ newId }) };
    const consequences = { endSignIns: async () => undefined, matchQuarantined: async () => 0 };
    const provisioning = createProvisioning({ ...parts, consequences });
    const add = async (name: string) => {
      clock.advance(1000);
      return provisioning.createUser(directory(), aProfile({ userName: `${name}@example.com`, values: [] }));
    };
    return { add, rules: createLicenseRules(parts), provisioning, licenses: createLicenseSwitch(parts) };
  }
  async function withoutRules() {
    const it = build();
    for (const { id } of await it.rules.list(admin())) await it.rules.end(admin(), id);
    return it;
  }
  const app = { poolCode: 'app' };
  const auditOf = (userId: string) =>
    rowsOf(
      db,
      `SELECT a.action, a.actor_kind, a.request_id, v.value_text AS reason FROM audit_entries a
       LEFT JOIN audit_personal_values v ON v.audit_id = a.id AND v.field = 'reason' AND v.subject_user_id = a.target_id
       WHERE a.target_id = ? AND a.action IN ('license.granted', 'license.denied', 'license.cleared') ORDER BY a.id`,
      [userId],
    );

  it('grants what nothing else grants, and says by whom it is claimed', async () => {
    const it = await withoutRules();
    const { id } = await it.add('ann');

    const granted = await it.licenses.assign(admin(), id, app);

    expect(granted).toEqual({
      userId: id,
      isChanged: true,
      pools: [{ code: 'APP', holds: 'assigned', claims: [{ source: 'admin', effect: 'grant' }] }],
    });
    expect(await heldBy(db, id)).toEqual(['APP by admin']);
  });

  it('lets the person wait when the pool is full, and evicts nobody', async () => {
    const it = await withoutRules();
    const [first, second] = [await it.add('ann'), await it.add('bob')];
    await it.licenses.assign(admin(), first.id, app);

    const { pools } = await it.licenses.assign(admin(), second.id, app);

    expect(pools).toMatchObject([{ holds: 'waitlisted' }]);
    expect([await heldBy(db, first.id), await heldBy(db, second.id)]).toEqual([['APP by admin'], ['APP?']]);
  });

  it('denies against every carrier, and the seat goes to the oldest waiter at once', async () => {
    const it = build();
    const [first, second] = [await it.add('ann'), await it.add('bob')];

    const { pools } = await it.licenses.release(admin(), first.id, app);

    expect(pools).toEqual([
      {
        code: 'APP',
        holds: 'none',
        claims: [
          { source: 'auto', effect: 'grant' },
          { source: 'admin', effect: 'deny' },
        ],
      },
    ]);
    expect([await heldBy(db, first.id), await heldBy(db, second.id)]).toEqual([[], ['APP by auto']]);
  });

  it('cleared, a deny and a grant are gone and the other sources decide again', async () => {
    const it = build();
    const { id } = await it.add('ann');
    await it.licenses.release(admin(), id, app);

    const afterDeny = await it.licenses.clear(admin(), id, app);
    await it.licenses.assign(admin(), id, app);
    const afterGrant = await it.licenses.clear(admin(), id, app);

    expect([afterDeny, afterGrant].map(({ pools }) => pools[0]?.holds)).toEqual(['assigned', 'assigned']);
    expect(await claimedBy(db, id)).toEqual(['APP by auto']);
  });

  it('cleared, a seat that only the admin claimed is released', async () => {
    const it = await withoutRules();
    const { id } = await it.add('ann');
    await it.licenses.assign(admin(), id, app);

    const { pools } = await it.licenses.clear(admin(), id, app);

    expect(pools).toEqual([{ code: 'APP', holds: 'none', claims: [] }]);
  });

  it('keeps each change in the audit trail with who and why, the reason apart, and none where nothing changed', async () => {
    const it = await withoutRules();
    const { id } = await it.add('ann');

    await it.licenses.assign(admin(), id, { ...app, reason: ' asked by Bob ' });
    const again = await it.licenses.assign(admin(), id, { ...app, reason: 'again' });
    await it.licenses.clear(admin(), id, app);

    expect(again.isChanged).toBe(false);
    expect(await auditOf(id)).toEqual([
      { action: 'license.granted', actor_kind: 'system', request_id: 'command line', reason: 'asked by Bob' },
      { action: 'license.cleared', actor_kind: 'system', request_id: 'command line', reason: null },
    ]);
    expect(await rowsOf(db, "SELECT 1 FROM audit_entries WHERE detail LIKE '%Bob%'")).toEqual([]);
  });

  it('remembers a grant of somebody deactivated until they are back', async () => {
    const it = await withoutRules();
    const { id } = await it.add('ann');
    const setActive = (active: boolean) =>
      it.provisioning.changeUser(directory(), id, (was) => ({ ...was, active }), { ifMatch: undefined });
    await setActive(false);

    const { pools } = await it.licenses.assign(admin(), id, app);
    await setActive(true);

    expect(pools).toMatchObject([{ holds: 'none', claims: [{ source: 'admin', effect: 'grant' }] }]);
    expect(await heldBy(db, id)).toEqual(['APP by admin']);
  });

  it.each([
    ['empty', ' '],
    ['of two lines', 'a\nb'],
    ['too long', 'x'.repeat(301)],
  ])('refuses a reason that is %s, and changes nothing', async (_, reason) => {
    const it = build();
    const { id } = await it.add('ann');

    await expect(it.licenses.release(admin(), id, { ...app, reason })).rejects.toMatchObject({ code: 'input.invalid' });

    expect(await heldBy(db, id)).toEqual(['APP by auto']);
  });

  it('finds a person by id, externalId or userName, and nobody of another organization', async () => {
    const it = build();
    const { id } = await it.provisioning.createUser(
      directory(),
      aProfile({ userName: 'Ann@example.com', externalId: 'ext-1' }),
    );
    const foreign = systemCaller(db.secondOrganizationId, 'command line');

    const found = await Promise.all(
      [id, 'ext-1', 'ann@EXAMPLE.com'].map((name) => it.licenses.findUser(admin(), name)),
    );

    expect(found).toEqual([id, id, id]);
    await expect(it.licenses.findUser(foreign, 'ext-1')).rejects.toMatchObject({ code: 'user.not_found' });
    await expect(it.licenses.release(foreign, id, app)).rejects.toMatchObject({ code: 'user.not_found' });
    await expect(it.licenses.clear(admin(), id, { poolCode: 'NO' })).rejects.toMatchObject({ code: 'pool.not_found' });
  });
});
