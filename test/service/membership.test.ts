// Groups as the service keeps them: intervals, counts, trails, and what stays true when people and groups change at once.
import { sameMembers, type GroupMoved, type MemberEdit } from '../../src/domain/group';
import { newId } from '../../src/ids';
import { createLicensing, type Licensing } from '../../src/service/licensing';
import { createMembership } from '../../src/service/membership';
import { createProvisioning } from '../../src/service/provisioning';
import { aProfile, scimCaller, testClock } from '../support/builders';
import { useDatabase } from '../support/database';

const all = { upTo: Infinity };
/** MariaDB's driver hands JSON over as text or parsed, by its version. */
const jsonOf = (held: unknown): unknown => (typeof held === 'string' ? JSON.parse(held) : held);

describe('membership', () => {
  const db = useDatabase();
  const clock = testClock();
  const moves: GroupMoved[] = [];
  const licensing = createLicensing({ newId });
  const noting =
    (verb: 'groupMoved' | 'groupRemoved'): Licensing['groupMoved'] =>
    (stores, caller, moved, at) => {
      moves.push(moved);
      return licensing[verb](stores, caller, moved, at);
    };
  const membership = () =>
    createMembership({
      database: db.database,
      clock,
      newId,
      licensing: { groupMoved: noting('groupMoved'), groupRemoved: noting('groupRemoved') },
    });
  const provisioning = () =>
    createProvisioning({
      database: db.database,
      clock,
      newId,
      licensing,
      consequences: { endSignIns: async () => undefined, matchQuarantined: async () => undefined },
    });
  const caller = (requestId?: string) => scimCaller(db.organizationId, requestId);
  const person = async (userName: string): Promise<string> =>
    (await provisioning().createUser(caller(), aProfile({ userName }))).id;
  const profile = (displayName: string, externalId: string | null = null) => ({ displayName, externalId });
  const edit = (wanted: Record<string, boolean>, others: MemberEdit['others'] = 'stay'): MemberEdit => ({
    others,
    wanted: new Map(Object.entries(wanted)),
  });
  const change = (id: string, members: MemberEdit) =>
    membership().changeGroup(caller(), id, { edit: (it) => it, members }, { ...all, ifMatch: undefined });
  const rows = async (sql: string): Promise<Record<string, unknown>[]> =>
    (await db.sql.query(sql, [db.organizationId]))[0] as Record<string, unknown>[];
  /** Groups whose stored number of members is not the number of their open memberships. */
  const miscounted = () =>
    rows(
      `SELECT g.id FROM directory_groups g WHERE g.organization_id = ? AND g.member_count <>
        (SELECT COUNT(*) FROM directory_group_members m WHERE m.organization_id = g.organization_id AND m.group_id = g.id AND m.is_open = 1)`,
    );

  beforeEach(() => {
    clock.set('2026-03-02T09:00:00Z');
    moves.length = 0;
  });

  afterEach(async () => {
    const wrong = await miscounted();
    if (wrong.length > 0) throw new Error(`groups that count their members wrong: ${JSON.stringify(wrong)}`);
  });

  it('keeps memberships as intervals: who leaves and comes back has two', async () => {
    const a = await person('a');
    const { group } = await membership().createGroup(caller(), profile('Team'), edit({ [a]: true }), all);
    clock.advance(60_000);
    await change(group.id, edit({ [a]: false }));
    clock.advance(60_000);
    await change(group.id, edit({ [a]: true }));

    const intervals = await rows(
      'SELECT joined_at, left_at FROM directory_group_members WHERE organization_id = ? ORDER BY joined_at',
    );

    expect(intervals).toEqual([
      { joined_at: new Date('2026-03-02T09:00:00Z'), left_at: new Date('2026-03-02T09:01:00Z') },
      { joined_at: new Date('2026-03-02T09:02:00Z'), left_at: null },
    ]);
  });

  it('writes nothing when nothing changes, and an audit entry with ids when something does', async () => {
    const [a, b] = [await person('a'), await person('b')];
    const made = await membership().createGroup(caller('r1'), profile('Team'), edit({ [a]: true }), all);
    clock.advance(60_000);

    const same = await change(made.group.id, edit({ [a]: true, [b]: false }));
    const changed = await membership().changeGroup(
      caller('r2'),
      made.group.id,
      { edit: () => profile('Squad', 'e'), members: edit({ [b]: true }, 'leave') },
      { ...all, ifMatch: [1] },
    );

    expect([same.isChanged, same.group]).toEqual([false, made.group]);
    expect([changed.group.rowVersion, changed.group.updatedAt]).toEqual([2, new Date('2026-03-02T09:01:00Z')]);
    const entries = await rows(
      `SELECT action, request_id, detail FROM audit_entries WHERE organization_id = ? AND target_kind = 'group' ORDER BY id`,
    );
    expect(entries.map((it) => [it['action'], it['request_id'], jsonOf(it['detail'])])).toEqual([
      [
        'group.created',
        'r1',
        {
          fields: ['displayName'],
          version: 1,
          joined: { count: 1, userIds: [a] },
          left: { count: 0, userIds: [] },
        },
      ],
      [
        'group.changed',
        'r2',
        {
          fields: ['displayName', 'externalId'],
          version: 2,
          joined: { count: 1, userIds: [b] },
          left: { count: 1, userIds: [a] },
        },
      ],
    ]);
    expect(moves).toEqual([
      { groupId: made.group.id, joined: [a], left: [] },
      { groupId: made.group.id, joined: [b], left: [a] },
    ]);
  });

  it('takes a manual group over at the first write of the directory', async () => {
    const admin = { ...caller(), actor: { kind: 'admin' as const, id: newId() } };
    const { group } = await membership().createGroup(admin, profile('Team'), sameMembers, all);

    const taken = await change(group.id, sameMembers);

    expect([group.source, taken.group.source, taken.group.rowVersion]).toEqual(['manual', 'scim', 2]);
  });

  it('ends memberships of a removed person in every group, and moves their versions', async () => {
    const [a, b] = [await person('a'), await person('b')];
    const first = await membership().createGroup(caller(), profile('1'), edit({ [a]: true, [b]: true }), all);
    const second = await membership().createGroup(caller(), profile('2'), edit({ [a]: true }), all);
    await membership().createGroup(scimCaller(db.secondOrganizationId), profile('1'), sameMembers, all);
    clock.advance(60_000);

    await provisioning().removeUser(caller(), a, { ifMatch: undefined });
    const { items } = await membership().listGroups(caller(), { offset: 0, limit: 10 }, all);

    expect(items.map(({ group, members }) => [group.id, group.rowVersion, group.memberCount, members])).toEqual([
      [first.group.id, 2, 1, [{ userId: b, displayName: 'Active User' }]],
      [second.group.id, 2, 0, []],
    ]);
    expect(items[0]?.group.updatedAt).toEqual(new Date('2026-03-02T09:01:00Z'));
  });

  it('removes a group with its members, and frees its name', async () => {
    const [a, b] = [await person('a'), await person('b')];
    const { group } = await membership().createGroup(caller(), profile('Team'), edit({ [a]: true, [b]: true }), all);

    await membership().removeGroup(caller(), group.id, { ifMatch: [1] });
    await membership().createGroup(caller(), profile('TEAM'), sameMembers, all);

    expect(moves.at(-1)).toEqual({ groupId: group.id, joined: [], left: [a, b].toSorted() });
    await expect(membership().getGroup(caller(), group.id, all)).rejects.toMatchObject({ code: 'group.not_found' });
    await expect(membership().removeGroup(caller(), group.id, { ifMatch: '*' })).rejects.toMatchObject({
      code: 'group.not_found',
    });
  });

  it('S8: 50 parallel adds and removals on one group all survive, while people are removed', async () => {
    const ids: string[] = [];
    for (let no = 0; no < 50; no += 1) ids.push(await person(`u${no}`));
    const { group } = await membership().createGroup(
      caller(),
      profile('Team'),
      edit(Object.fromEntries(ids.slice(0, 10).map((id) => [id, true]))),
      all,
    );

    await Promise.all([
      ...ids.slice(0, 5).map((id) => change(group.id, edit({ [id]: false }))),
      ...ids.slice(5, 10).map((id) => provisioning().removeUser(caller(), id, { ifMatch: undefined })),
      ...ids.slice(10).map((id) => change(group.id, edit({ [id]: true }))),
    ]);
    const shown = await membership().getGroup(caller(), group.id, all);

    expect(shown.members?.map(({ userId }) => userId)).toEqual(ids.slice(10).toSorted());
    expect([shown.group.memberCount, shown.group.rowVersion]).toEqual([40, 51]);
  }, 60_000);

  it('lets nobody join while being removed: whichever comes first, no membership of a removed person is open', async () => {
    for (let round = 0; round < 10; round += 1) {
      const id = await person(`u${round}`);
      const { group } = await membership().createGroup(caller(), profile(`Team ${round}`), sameMembers, all);

      await Promise.all([
        change(group.id, edit({ [id]: true })),
        provisioning().removeUser(caller(), id, { ifMatch: undefined }),
      ]);

      expect((await membership().getGroup(caller(), group.id, all)).members).toEqual([]);
    }
  }, 60_000);
});
