// When tokens end, which scopes are meant, how a name goes on.
import { expiryOf, nextName, readLabel, readMinutes, readScopes } from '../../src/domain/credential';

const now = new Date('2028-02-29T12:00:00Z');
const refused = expect.objectContaining({ code: 'input.invalid' }) as unknown;

function thrownBy(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}

describe('the end of a token', () => {
  it.each([
    ['scim', undefined, '2029-03-01T12:00:00.000Z'],
    ['scim', '90d', '2028-05-29T12:00:00.000Z'],
    ['scim', '3y', '2031-03-01T12:00:00.000Z'],
    ['scim', '2028-03-01', '2028-03-01T00:00:00.000Z'],
    ['api', undefined, '2029-03-01T12:00:00.000Z'],
    ['api', '30y', '2058-03-01T12:00:00.000Z'],
    ['oauth-client', undefined, '2030-03-01T12:00:00.000Z'],
    ['oauth-client', '1y', '2029-03-01T12:00:00.000Z'],
    ['oauth-client', '3y', '2031-03-01T12:00:00.000Z'],
  ] as const)('of %s with %s is %s', (kind, wish, expected) => {
    expect(expiryOf(kind, wish, now)?.toISOString()).toBe(expected);
  });

  it('never comes for an API token that is to have none', () => {
    expect(expiryOf('api', 'never', now)).toBeNull();
  });

  it.each([
    ['scim', 'never'],
    ['scim', '4y'],
    ['scim', '0d'],
    ['scim', '1097d'],
    ['scim', '2028-02-29'],
    ['scim', '2029-02-29'],
    ['scim', ''],
    ['scim', '1 y'],
    ['scim', '-1d'],
    ['scim', '9999y'],
    ['api', '2027-01-01'],
    ['oauth-client', '90d'],
    ['oauth-client', 'never'],
    ['oauth-client', '4y'],
  ] as const)('of %s is refused for "%s"', (kind, wish) => {
    expect(thrownBy(() => expiryOf(kind, wish, now))).toEqual(refused);
  });
});

describe('the words of a token', () => {
  it('are scopes in any case and with any sign between', () => {
    expect(readScopes(['users-read', 'onboarding & adoption', 'USERS READ'])).toEqual([
      'Onboarding & Adoption',
      'Users Read',
    ]);
  });

  it.each([[[]], [['']], [['Users Read', 'Everything']], [['constructor']]])('are refused for %j', (words) => {
    expect(thrownBy(() => readScopes(words))).toEqual(refused);
  });

  it.each([['', ' ', 'a'.repeat(81), 'a\nb', 'a\u0000', 'a\u202eb']].flat())('are no label for %j', (label) => {
    expect(thrownBy(() => readLabel(label))).toEqual(refused);
  });

  it.each([59, 361, 90.5, Number.NaN])('are no life of access tokens for %d minutes', (minutes) => {
    expect(thrownBy(() => readMinutes(minutes))).toEqual(refused);
  });

  it('go on with the next number that is free, within 80 characters', () => {
    expect(nextName('app', new Set(['app']))).toBe('app 2');
    expect(nextName('app 2', new Set(['app', 'app 2', 'app 3']))).toBe('app 4');
    expect(nextName('a'.repeat(80), new Set())).toBe(`${'a'.repeat(78)} 2`);
  });
});
