// Findings about addresses: they begin and end with what they say, by whatever request.
import { newId } from '../../src/ids';
import { createFindings } from '../../src/service/findings';
import { createLicensing } from '../../src/service/licensing';
import { createProvisioning } from '../../src/service/provisioning';
import { aProfile, scimCaller, testClock } from '../support/builders';
import { useDatabase } from '../support/database';

describe('findings about addresses', () => {
  const db = useDatabase();
  const clock = testClock();
  const build = () =>
    createProvisioning({
      database: db.database,
      clock,
      newId,
      licensing: createLicensing({ newId }),
      consequences: { endSignIns: async () => undefined, matchQuarantined: async () => undefined },
    });
  const caller = () => scimCaller(db.organizationId);
  const emailsOf = (email: string | null) =>
    email === null
      ? []
      : [{ attribute: 'emails', type: 'work', value: email, isPrimary: true, display: null, extra: null }];
  const add = async (userName: string, email: string | null): Promise<string> =>
    (await build().createUser(caller(), aProfile({ userName, values: emailsOf(email) }))).id;
  const move = (id: string, email: string | null) =>
    build().changeUser(caller(), id, (it) => ({ ...it, values: emailsOf(email) }), { ifMatch: undefined });
  const remove = (id: string) => build().removeUser(caller(), id, { ifMatch: undefined });
  const open = async (): Promise<unknown[]> => {
    const [found] = await db.sql.query(
      'SELECT kind, user_id FROM provisioning_findings WHERE resolved_at IS NULL ORDER BY kind, id',
    );
    return (found as { kind: string; user_id: string }[]).map((it) => [it.kind, it.user_id]);
  };

  it('of two people with one address end when the first moves away', async () => {
    const a = await add('a', 'one@example.com');
    const b = await add('b', 'ONE@example.com');
    const before = await open();

    await move(a, 'other@example.com');

    expect(before).toEqual([['duplicate_email', b]]);
    expect(await open()).toEqual([]);
  });

  it('of two people with one address end when the second moves away, and begin when it comes back', async () => {
    await add('a', 'one@example.com');
    const b = await add('b', 'one@example.com');

    await move(b, 'other@example.com');
    const apart = await open();
    await move(b, 'one@example.com');

    expect(apart).toEqual([]);
    expect(await open()).toEqual([['duplicate_email', b]]);
  });

  it('stay while a third still has the address', async () => {
    const a = await add('a', 'one@example.com');
    const b = await add('b', 'one@example.com');
    const c = await add('c', 'one@example.com');

    await move(a, 'other@example.com');
    const two = await open();
    await move(c, 'third@example.com');

    expect(two).toEqual([
      ['duplicate_email', b],
      ['duplicate_email', c],
    ]);
    expect(await open()).toEqual([]);
  });

  it('of a missing address end when there is one, and begin when it is taken away', async () => {
    const a = await add('a', null);
    const b = await add('b', 'b@example.com');
    const first = await open();

    await move(a, 'a@example.com');
    await move(b, null);

    expect(first).toEqual([['no_email', a]]);
    expect(await open()).toEqual([['no_email', b]]);
  });

  it('of a removed person end, all of them, and so does that of who had the same address', async () => {
    const a = await add('a', 'one@example.com');
    const b = await add('b', 'one@example.com');
    const c = await add('c', null);
    await build().changeUser(caller(), c, (it) => ({ ...it, managerRaw: 'nobody' }), { ifMatch: undefined });
    const before = await open();

    await remove(a);
    await remove(c);

    expect(before).toEqual([
      ['duplicate_email', b],
      ['no_email', c],
      ['unknown_manager', c],
    ]);
    expect(await open()).toEqual([]);
  });

  it('of another organization stay as they are', async () => {
    const stranger = scimCaller(db.secondOrganizationId);
    const a = await add('a', 'one@example.com');
    await build().createUser(stranger, aProfile({ userName: 'x', values: emailsOf('one@example.com') }));
    const y = await build().createUser(stranger, aProfile({ userName: 'y', values: emailsOf('one@example.com') }));

    await move(a, 'other@example.com');
    await remove(a);

    expect(await open()).toEqual([['duplicate_email', y.id]]);
  });

  it('that two requests at the same moment have left are closed by the review, in every organization', async () => {
    const a = await add('a', 'one@example.com');
    const b = await add('b', 'one@example.com');
    const c = await add('c', null);
    const d = await add('d', null);
    const stranger = scimCaller(db.secondOrganizationId);
    const x = await build().createUser(stranger, aProfile({ userName: 'x', values: [] }));
    await db.sql.query("UPDATE users SET email_key = 'other@example.com' WHERE id IN (?)", [[c, x.id]]);
    const { review } = createFindings({ database: db.database, clock });

    const first = await review();
    const left = await open();
    await db.sql.query("UPDATE users SET account_state = 'removed' WHERE id IN (?)", [[a, d]]);
    const second = await review();

    expect([first, second]).toEqual([{ closed: 2 }, { closed: 2 }]);
    expect(left).toEqual([
      ['duplicate_email', b],
      ['no_email', d],
    ]);
    expect(await open()).toEqual([]);
  });

  it('cost a change that leaves the address alone no statement', async () => {
    const a = await add('a', 'one@example.com');
    db.statements.length = 0;

    await build().changeUser(caller(), a, (it) => ({ ...it, title: 'Lead' }), { ifMatch: undefined });

    expect(db.statements.filter((sql) => /provisioning_findings|email_key/.test(sql))).toEqual([]);
    expect(db.statements).toHaveLength(7);
  });
});
