// Whom an event means, by the names it gives.
import type { UserReference } from '../../src/domain/activity';
import { createMatcher, namesIn } from '../../src/service/event-matching';
import type { NamedUser } from '../../src/store/user-activity-store';

const id = (digit: number): string => `0190a1b2-c3d4-7e5f-8a9b-00000000000${digit}`;
const user = (digit: number, over: Partial<NamedUser> = {}): NamedUser => ({
  id: id(digit),
  externalId: `x-${digit}`,
  emailKey: `user-${digit}@example.com`,
  isRemoved: false,
  ...over,
});
const names = (over: Partial<UserReference>): UserReference => ({ id: null, externalId: null, email: null, ...over });
const one = { kind: 'user', userId: id(1) };
const two = { kind: 'user', userId: id(2) };

describe('matching', () => {
  const match = createMatcher([user(1), user(2)]);

  it.each([
    ['an id', names({ id: id(1) }), one],
    ['an id before an external id', names({ id: id(1), externalId: 'x-2' }), one],
    ['an external id before an e-mail', names({ externalId: 'x-2', email: 'user-1@example.com' }), two],
    ['an e-mail in other letters', names({ email: 'USER-2@EXAMPLE.com' }), two],
    ['a stale id by the next name', names({ id: id(9), email: 'user-1@example.com' }), one],
    ['an id with an address nobody has', names({ id: id(1), email: 'old@example.com' }), one],
    ['an id and the address of another', names({ id: id(1), email: 'user-2@example.com' }), { kind: 'user_mismatch' }],
    ['an id in capitals', names({ id: id(1).toUpperCase() }), { kind: 'unknown_user' }],
    ['nobody', names({ externalId: 'x-9', email: 'user-9@example.com' }), { kind: 'unknown_user' }],
  ])('takes %s', (_, reference, expected) => {
    expect(match(reference)).toEqual(expected);
  });

  it('prefers the live person of a name, takes the one removed, and chooses among several never', () => {
    const shared = { emailKey: 'shared@example.com' };
    const byEmail = names({ email: 'shared@example.com' });

    expect(createMatcher([user(1, shared), user(2, { ...shared, isRemoved: true })])(byEmail)).toEqual(one);
    expect(createMatcher([user(2, { ...shared, isRemoved: true })])(byEmail)).toEqual(two);
    expect(createMatcher([user(1, shared), user(2, shared)])(byEmail)).toEqual({ kind: 'ambiguous_user' });
    expect(createMatcher([user(1), user(2, { externalId: 'x-1' })])(names({ externalId: 'x-1' }))).toEqual({
      kind: 'ambiguous_user',
    });
  });

  it('lets a removed person keep an id although somebody new has another address', () => {
    const removed = user(1, { isRemoved: true });

    expect(createMatcher([removed, user(2)])(names({ id: id(1), email: 'user-1@example.com' }))).toEqual(one);
  });

  it('asks for each name once, folded, and for no id that is none of ours', () => {
    const events = [
      { user: names({ id: 'x', email: 'A@example.com' }) },
      { user: names({ id: id(1), email: 'a@example.com' }) },
    ];

    expect(namesIn(events)).toEqual({ ids: [id(1)], externalIds: [], emailKeys: ['a@example.com'] });
  });
});
