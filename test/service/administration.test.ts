// Administration as a service on a real database: first admin, setup codes, recovery, roles, the end of access.
import { hash as argonHash } from '@node-rs/argon2';
import { newId } from '../../src/ids';
import { endSignIns } from '../../src/service/admin-account';
import { createAdministration, type Administration } from '../../src/service/administration';
import { admin } from '../support/admin';
import { scimCaller, testClock, type TestClock } from '../support/builders';
import { useDatabase } from '../support/database';
import { codeAt } from '../support/second-factor';

const origin = { address: '192.0.2.1', requestId: 'test-request' };
const person = {
  email: admin.email,
  displayName: 'First Admin',
  password: admin.password,
  organizationName: undefined,
};

describe('administration', () => {
  const db = useDatabase();
  let clock: TestClock;
  let administration: Administration;
  beforeEach(() => {
    clock = testClock();
    administration = createAdministration({
      database: db.database,
      clock,
      newId,
      secretKey: 'a key of tests that is long enough',
      isLoopback: true,
    });
  });

  const callerFor = (id: string, organizationId = db.organizationId) => ({
    organizationId,
    actor: { kind: 'admin', id } as const,
    requestId: 'test-request',
  });
  const actions = async (): Promise<string[]> => {
    const [rows] = await db.sql.query('SELECT action FROM audit_entries ORDER BY id');
    return (rows as { action: string }[]).map(({ action }) => action);
  };

  describe('at the first start', () => {
    test('makes the Super Admin of the environment once; a later change is not followed', async () => {
      const first = await administration.ensureFirstAdmin(db.organizationId, admin);
      const second = await administration.ensureFirstAdmin(db.organizationId, {
        email: 'b@example.com',
        password: 'x',
      });
      const signedIn = await administration.signIn(admin, origin);

      expect([first, second]).toEqual([true, false]);
      expect(signedIn).toMatchObject({ organizationId: db.organizationId, stage: 'in', previousSignInAt: null });
      expect(await administration.isSetUp()).toBe(true);
    });

    test('made by two processes at once is still one admin', async () => {
      const both = await Promise.allSettled([
        administration.ensureFirstAdmin(db.organizationId, admin),
        administration.ensureFirstAdmin(db.organizationId, admin),
      ]);
      const [rows] = await db.sql.query('SELECT email FROM admins');

      expect(both.some((one) => one.status === 'fulfilled' && one.value)).toBe(true);
      expect(rows).toEqual([{ email: admin.email }]);
    });

    test('gives a fresh setup code as long as there is no admin, kept as a digest', async () => {
      const first = await administration.issueSetupCode(db.organizationId);
      const second = await administration.issueSetupCode(db.organizationId);
      const [rows] = await db.sql.query('SELECT code_hash, used_at IS NULL AS open FROM one_time_codes ORDER BY id');
      await administration.ensureFirstAdmin(db.organizationId, admin);
      const third = await administration.issueSetupCode(db.organizationId);

      expect(first?.code).toMatch(/^([0-9A-Z]{5}-){5}[0-9A-Z]$/);
      expect(second?.code).not.toBe(first?.code);
      expect(second?.expiresAt).toEqual(new Date(clock.now().getTime() + 30 * 60_000));
      expect(rows).toEqual([
        { code_hash: expect.stringMatching(/^[0-9a-f]{64}$/), open: 0 },
        { code_hash: expect.stringMatching(/^[0-9a-f]{64}$/), open: 1 },
      ]);
      expect(third).toBeUndefined();
    });

    test('takes one code for one admin, even when two send it at once', async () => {
      const code = (await administration.issueSetupCode(db.organizationId))?.code ?? '';

      const both = await Promise.allSettled([
        administration.setUp(code, person, origin),
        administration.setUp(code, { ...person, email: 'second@example.com' }, origin),
      ]);
      const [rows] = await db.sql.query('SELECT id FROM admins');

      expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
      expect(rows).toHaveLength(1);
    });

    test('writes what happened to the audit', async () => {
      const code = (await administration.issueSetupCode(db.organizationId))?.code ?? '';
      await administration.setUp(code, { ...person, organizationName: 'Contoso' }, origin);
      await administration.recover(db.organizationId);

      expect(await actions()).toEqual(['admin.setup_code_issued', 'admin.created', 'admin.setup_code_issued']);
    });
  });

  describe('signing in', () => {
    test('hashes again when the parameters have changed', async () => {
      await administration.ensureFirstAdmin(db.organizationId, admin);
      const old = await argonHash(admin.password, { memoryCost: 8192, timeCost: 1, parallelism: 1 });
      await db.sql.query('UPDATE admins SET password_hash = ?', [old]);

      await administration.signIn(admin, origin);
      const [rows] = await db.sql.query('SELECT password_hash FROM admins');

      expect(rows).toEqual([{ password_hash: expect.stringContaining('m=19456,t=2,p=1') }]);
    });

    test('finds the address in whatever case it is typed', async () => {
      await administration.ensureFirstAdmin(db.organizationId, admin);

      const signedIn = await administration.signIn({ ...admin, email: ' Super.ADMIN@Example.com ' }, origin);

      expect(signedIn.organizationId).toBe(db.organizationId);
    });

    test('off this machine leads to the second step before anything else', async () => {
      const secretKey = 'a key of tests that is long enough';
      const open = createAdministration({ database: db.database, clock, newId, secretKey, isLoopback: false });
      await open.ensureFirstAdmin(db.organizationId, admin);

      const before = await open.signIn(admin, origin);
      const secret = open.secondFactor.begin();
      const caller = callerFor(before.adminId);
      await open.secondFactor.enroll(caller, before.adminId, secret, codeAt(secret, clock.now()));
      const after = await open.signIn(admin, origin);

      expect([before.stage, after.stage]).toEqual(['enroll', 'totp']);
    });

    test('takes a code of one step before or after, and no other, and none twice', async () => {
      await administration.ensureFirstAdmin(db.organizationId, admin);
      const { adminId, organizationId } = await administration.signIn(admin, origin);
      const secret = administration.secondFactor.begin();
      const at = (seconds: number) => codeAt(secret, new Date(clock.now().getTime() + seconds * 1000));
      await administration.secondFactor.enroll(callerFor(adminId), adminId, secret, at(0));
      clock.advance(600_000);

      const tries: boolean[] = [];
      for (const code of [at(-60), at(60), at(-30), at(-30), at(30), at(0), at(30)])
        tries.push(
          await administration.confirm({ organizationId, adminId }, code, origin).then(
            () => true,
            () => false,
          ),
        );

      expect(tries).toEqual([false, false, true, false, true, false, false]);
    });

    test('stops guessing of codes after ten tries, also when the password is given again in between', async () => {
      await administration.ensureFirstAdmin(db.organizationId, admin);
      const { adminId, organizationId } = await administration.signIn(admin, origin);
      const secret = administration.secondFactor.begin();
      const caller = callerFor(adminId);
      await administration.secondFactor.enroll(caller, adminId, secret, codeAt(secret, clock.now()));

      const codes: string[] = [];
      for (let i = 0; i < 12; i += 1) {
        const other = { ...origin, address: `192.0.2.${i}` };
        await administration.signIn(admin, other);
        const refused = await administration.confirm({ organizationId, adminId }, '000000', other).catch((e) => e.code);
        codes.push(refused);
      }

      expect(codes.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => 'sign_in.refused'));
      expect(codes.slice(10)).toEqual(['rate.limited', 'rate.limited']);
    });

    test('of an address in two organizations opens the older account alone', async () => {
      await administration.ensureFirstAdmin(db.organizationId, admin);
      clock.advance(1000);
      await administration.ensureFirstAdmin(db.secondOrganizationId, { ...admin, password: 'quite another sentence' });

      const first = await administration.signIn(admin, origin);
      const second = administration.signIn({ ...admin, password: 'quite another sentence' }, origin);

      expect(first.organizationId).toBe(db.organizationId);
      await expect(second).rejects.toMatchObject({ code: 'sign_in.refused' });
    });
  });

  describe('rights', () => {
    const twoAdmins = async (): Promise<[string, string]> => {
      await administration.ensureFirstAdmin(db.organizationId, admin);
      const { code } = await administration.recover(db.organizationId);
      const other = await administration.setUp(code, { ...person, email: 'second@example.com' }, origin);
      return [(await administration.signIn(admin, origin)).adminId, other.adminId];
    };

    test('change by a Super Admin alone, and never leave the organization without one', async () => {
      const [first, second] = await twoAdmins();

      await administration.changeRole(callerFor(first), second, 'auditor');
      const [byAuditor, last] = await Promise.allSettled([
        administration.changeRole(callerFor(second), first, 'admin'),
        administration.changeRole(callerFor(first), first, 'admin'),
      ]);

      expect(byAuditor).toMatchObject({ reason: { code: 'role.missing' } });
      expect(last).toMatchObject({ reason: { code: 'input.invalid' } });
    });

    test('do not reach into another organization', async () => {
      const [, second] = await twoAdmins();
      await administration.ensureFirstAdmin(db.secondOrganizationId, { ...admin, email: 'theirs@example.com' });
      const theirs = await administration.signIn({ ...admin, email: 'theirs@example.com' }, origin);
      const caller = callerFor(theirs.adminId, db.secondOrganizationId);

      await administration.changeRole(caller, second, 'auditor');
      const seen = await administration.findViewer(db.secondOrganizationId, second);
      const viewer = await administration.findViewer(db.organizationId, second);

      expect(seen).toBeUndefined();
      expect(viewer?.role).toBe('super_admin');
    });

    test('end when the directory takes the person away, the last Super Admin included, and come back by recovery', async () => {
      await administration.ensureFirstAdmin(db.organizationId, admin);
      const { adminId } = await administration.signIn(admin, origin);
      const taken = { userId: newId(), emailKey: admin.email, reason: 'deactivated' as const, at: clock.now() };

      const ended = await db.database.inTransaction(db.organizationId, (stores) =>
        endSignIns(stores, scimCaller(db.organizationId), taken),
      );
      const refused = administration.signIn(admin, origin);
      await expect(refused).rejects.toMatchObject({ code: 'sign_in.refused' });
      const { code } = await administration.recover(db.organizationId);
      const back = await administration.setUp(code, person, origin);

      expect(ended).toEqual([adminId]);
      expect(back.adminId).toBe(adminId);
      expect(await actions()).toEqual(expect.arrayContaining(['admin.blocked', 'admin.recovered']));
    });

    test('of an admin bound to another user do not end by an equal address', async () => {
      await administration.ensureFirstAdmin(db.organizationId, admin);
      const userId = newId();
      await db.sql.query(
        `INSERT INTO users (organization_id, id, source, scim_active, account_state, state_since, created_at, updated_at, row_version) VALUES (?, ?, 'scim', 1, 'enabled', NOW(6), NOW(6), NOW(6), 1)`,
        [db.organizationId, userId],
      );
      await db.sql.query('UPDATE admins SET user_id = ?', [userId]);
      const taken = { emailKey: admin.email, reason: 'removed' as const, at: clock.now() };

      const other = await db.database.inTransaction(db.organizationId, (stores) =>
        endSignIns(stores, scimCaller(db.organizationId), { ...taken, userId: newId() }),
      );
      const own = await db.database.inTransaction(db.organizationId, (stores) =>
        endSignIns(stores, scimCaller(db.organizationId), { ...taken, userId }),
      );

      expect(other).toEqual([]);
      expect(own).toHaveLength(1);
    });
  });
});
