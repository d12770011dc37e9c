// What a profile says about licenses, and which rules it meets.
import { carriedCodes, grantedBy, isSameCarried, type LicenseRule } from '../../src/domain/license-carrier';

const urn = 'urn:ietf:params:scim:schemas:extension:uptake:2.0:User';
const rule = (id: string, source: LicenseRule['source'], matchValue: string): LicenseRule => {
  return { id, source, matchValue, poolId: `pool of ${id}`, isApp: true };
};
const role = (value: string | null, display: string | null = null, attribute = 'roles') => ({
  attribute,
  value,
  display,
});

describe('license carriers', () => {
  it('reads roles, entitlements and codes, folded and without what says nothing', () => {
    const profile = {
      values: [
        role(' APP ', 'App'),
        role(null, 'Pro'),
        role('  '),
        role('x', null, 'entitlements'),
        role('y', null, 'emails'),
      ],
      extra: { [urn]: { license: 'One; ;NONE;one;Two' } },
    };

    const codes = carriedCodes(profile);

    expect(codes).toEqual([
      { source: 'roles', names: ['app'] },
      { source: 'roles', names: ['pro'] },
      { source: 'roles', names: ['x'] },
      { source: 'extension', names: ['one'] },
      { source: 'extension', names: ['two'] },
    ]);
  });

  it.each([['text'], [null], [{ license: 7 }], [{ constructor: 'APP' }]])(
    'an extension of %j carries nothing',
    (held) => {
      expect(carriedCodes({ values: [], extra: { [urn]: held } })).toEqual([]);
    },
  );

  it('meets auto always, groups never, a code by its value before its display; each unknown code once', () => {
    const rules = [
      rule('1', 'auto', '*'),
      rule('2', 'roles', 'App'),
      rule('3', 'roles', 'APP'),
      rule('4', 'roles', 'Sales'),
      rule('5', 'groups', 'app'),
      rule('6', 'extension', 'app'),
    ];
    const values = [role('app', 'sales'), role('nobody', 'no one'), role('Nobody')];

    const granted = grantedBy(rules, { values, extra: {} });

    expect(granted.rules.map(({ id }) => id)).toEqual(['1', '2', '3']);
    expect(granted.unmapped).toEqual(['nobody']);
  });

  it('is the same while codes differ only in case', () => {
    const profile = (value: string) => ({ values: [role(value)], extra: {} });

    expect([isSameCarried(profile('APP'), profile('app')), isSameCarried(profile('APP'), profile('PRO'))]).toEqual([
      true,
      false,
    ]);
  });
});
