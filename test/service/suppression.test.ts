// The opt-out link: who may use it, for how long, and what it does.
import { fc } from '@fast-check/jest';
import { useDatabase } from '../support/database';
import { useReminding } from '../support/reminding';

const day = 86_400_000;

describe('the opt-out link', () => {
  const db = useDatabase();
  const world = useReminding(db);
  const { clock } = world;
  const linkOf = (userId: string): string =>
    world
      .build()
      .suppression.optOutUrl(db.organizationId, userId, clock.now())
      .replace('https://uptake.example.com/u/', '');
  const open = () => world.rows('SELECT kind, expires_at FROM suppressions WHERE released_at IS NULL');

  beforeEach(() => clock.set('2026-03-02T09:00:00Z'));

  it('names no person and shows whose mails it stops', async () => {
    const { id } = await world.addLicensed();

    const link = await world.build().suppression.readToken(linkOf(id));

    expect(linkOf(id)).not.toContain('pending.user');
    expect(link).toMatchObject({
      userId: id,
      organizationName: 'My organization',
      productName: 'Enpass',
      isOptedOut: false,
      snoozedUntil: null,
    });
  });

  it('stops once, tells the journeys and leaves an audit entry of the user', async () => {
    const { id } = await world.addLicensed();
    const { suppression } = world.build();

    await suppression.optOut(linkOf(id), 'request-1');
    const again = await suppression.optOut(linkOf(id), 'request-2');

    expect(again.isOptedOut).toBe(true);
    expect(await open()).toEqual([{ kind: 'opt_out', expires_at: null }]);
    expect(await world.topics()).toEqual(['SuppressionChanged']);
    expect(await world.rows('SELECT actor_kind, actor_id, action, target_id, request_id FROM audit_entries')).toEqual([
      { actor_kind: 'user', actor_id: id, action: 'suppression.added', target_id: id, request_id: 'request-1' },
    ]);
  });

  it('snoozes for 1, 2 or 4 weeks; a later choice replaces the earlier', async () => {
    const { id } = await world.addLicensed();
    const { suppression } = world.build();

    await suppression.snooze(linkOf(id), 4, 'r');
    const shorter = await suppression.snooze(linkOf(id), 1, 'r');
    const odd = suppression.snooze(linkOf(id), 3, 'r');

    await expect(odd).rejects.toMatchObject({ code: 'input.invalid' });
    expect(shorter.snoozedUntil).toEqual(new Date(clock.now().getTime() + 7 * day));
    expect(await open()).toHaveLength(1);
  });

  it('keeps a stop when a snooze comes after it', async () => {
    const { id } = await world.addLicensed();
    const { suppression } = world.build();
    await suppression.optOut(linkOf(id), 'r');

    const snoozed = await suppression.snooze(linkOf(id), 1, 'r');

    expect(snoozed).toMatchObject({ isOptedOut: true, snoozedUntil: null });
    expect(await open()).toEqual([{ kind: 'opt_out', expires_at: null }]);
  });

  it('works for sixty days and no longer', async () => {
    const { id } = await world.addLicensed();
    const link = linkOf(id);
    const { suppression } = world.build();

    clock.advance(59 * day);
    const inTime = await suppression.readToken(link);
    clock.advance(2 * day);
    const late = suppression.readToken(link);

    expect(inTime.userId).toBe(id);
    await expect(late).rejects.toMatchObject({ code: 'code.refused' });
  });

  it('is refused when anything in it is changed, and when it names another organization', async () => {
    const { id } = await world.addLicensed();
    const link = linkOf(id);
    const { suppression } = world.build();
    const [, rest] = [link.split('.')[0], link.slice(link.indexOf('.'))];

    const foreign = suppression.readToken(`${db.secondOrganizationId.toString(36)}${rest}`);

    await expect(foreign).rejects.toMatchObject({ code: 'code.refused' });
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: link.length - 2 }),
        fc.constantFrom('a', '0', '.', '_'),
        async (index, sign) => {
          const forged = link.slice(0, index) + sign + link.slice(index + 1);
          fc.pre(forged !== link);
          await expect(suppression.optOut(forged, 'r')).rejects.toMatchObject({ code: 'code.refused' });
        },
      ),
    );
    expect(await open()).toEqual([]);
  });

  it.each(['', '.', 'a.b.c.d', '....', 'x'.repeat(5000), '1.zzzzzz.01900000-0000-7000-8000-000000000001.AAAA'])(
    'is refused as "%.20s"',
    async (token) => {
      const refusal = world.build().suppression.readToken(token);

      await expect(refusal).rejects.toMatchObject({ code: 'code.refused' });
    },
  );
});
