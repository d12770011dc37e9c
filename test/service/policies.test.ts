// Policies on a real database: versions, one in force, and what a wish may say.
import { useDatabase } from '../support/database';
import { quickWish, useReminding } from '../support/reminding';

describe('policies', () => {
  const db = useDatabase();
  const world = useReminding(db);
  const { caller } = world;

  it('put a new version in force, retire the one before and tell open journeys', async () => {
    const { policies } = world.build();

    await policies.set(caller(), 'activation', quickWish);
    await policies.set(caller(), 'activation', { ...quickWish, max: 3 });
    const list = await policies.list(caller());

    expect(list.map(({ version, state, config }) => [version, state, config.maxCount])).toEqual([
      [2, 'active', 3],
      [1, 'retired', 2],
    ]);
    expect(list[0]?.config).toMatchObject({
      firstAfter: 'PT2S',
      intervals: ['PT3S'],
      cap: 'off',
      window: 'always',
      atEnd: 'stop',
    });
    expect(await world.topics()).toEqual(['PolicyActivated', 'PolicyActivated']);
    expect(await world.rows(`SELECT action FROM audit_entries`)).toEqual([
      { action: 'policy.activated' },
      { action: 'policy.activated' },
    ]);
  });

  it('leave the other organization as it is', async () => {
    const { policies } = world.build();
    const stranger = { ...caller(), organizationId: db.secondOrganizationId };
    await policies.set(caller(), 'usage', quickWish);

    const theirs = await policies.list(stranger);
    const first = await policies.set(stranger, 'usage', quickWish);

    expect(theirs).toEqual([]);
    expect(first.version).toBe(1);
  });

  it('say every fault at once and write nothing', async () => {
    const { policies } = world.build();

    const refusal = policies.set(caller(), 'lunch', { first: 'x', repeat: 'y', max: 0, window: 'z', cap: '1' });

    await expect(refusal).rejects.toMatchObject({
      code: 'input.invalid',
      message: expect.stringMatching(/stage.*first.*repeat.*max.*window.*cap/s),
    });
    expect(await policies.list(caller())).toEqual([]);
  });

  it('are not for tokens', async () => {
    const token = { ...caller(), actor: { kind: 'token' as const, id: 't' } };

    const refusal = world.build().policies.set(token, 'usage', quickWish);

    await expect(refusal).rejects.toMatchObject({ code: 'role.missing' });
  });
});
