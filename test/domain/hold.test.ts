// The limit of a mass change, and what a held user looks like.
import { held, isDeactivation, isHeld, massLimit } from '../../src/domain/hold';
import { newUser, withProfile } from '../../src/domain/user';
import { aProfile } from '../support/builders';

const at = new Date('2026-03-02T09:00:00Z');
const enabled = newUser('u', 'scim', aProfile(), at);
const left = withProfile(enabled, { ...enabled.profile, active: false, title: 'T' }, new Date(at.getTime() + 1));

describe('the limit', () => {
  it.each([
    [0, 50],
    [60, 50],
    [450, 50],
    [451, 51],
    [9000, 1000],
  ])('with %i people left enabled is %i', (people, limit) => {
    const found = massLimit(people);

    expect(found).toBe(limit);
  });

  it.each([500, 501, 600, 1000, 12_345])('lets a tenth of %i people go, and not one more', (people) => {
    let gone = 0;

    while (gone < massLimit(people - gone)) gone += 1;

    expect(gone).toBe(Math.max(50, Math.ceil(people / 10)));
  });
});

describe('a held user', () => {
  it('reads back as sent and keeps account and seat', () => {
    const waiting = held(enabled, left);

    expect(isDeactivation(enabled, left)).toBe(true);
    expect(waiting).toMatchObject({
      accountState: 'enabled',
      stateSince: at,
      rowVersion: 2,
      profile: { active: false },
    });
    expect([isHeld(enabled), isHeld(left), isHeld(waiting)]).toEqual([false, false, true]);
  });
});
