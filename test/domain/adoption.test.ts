// The seventeen counts as sums, the flags behind them, and moves between bars.
import * as fc from 'fast-check';
import { bucketOf, countDelta, countsOf, flagBits, flagsOf, flagSets, netChanges } from '../../src/domain/adoption';
import type { AdoptionSums, CountedUser } from '../../src/domain/adoption';

const nobody: CountedUser = {
  accountState: 'enabled',
  licensedAt: null,
  lastUsedAt: null,
  milestones: {
    activatedAt: null,
    onboardedAt: null,
    itemsAddedAt: null,
    extensionConnectedAt: null,
    autofillUsedAt: null,
    returnedAt: null,
    hubAuthenticatedAt: null,
  },
};
const at = '2026-03-02 09:00:00.000000';

describe('flags', () => {
  it('give each fact its bit, and nothing to a removed person', () => {
    const all: CountedUser = {
      ...nobody,
      licensedAt: at,
      milestones: Object.fromEntries(
        Object.keys(nobody.milestones).map((name) => [name, at]),
      ) as CountedUser['milestones'],
    };

    expect(flagsOf(nobody)).toBe(flagBits.enabled);
    expect(flagsOf({ ...nobody, accountState: 'deactivated', licensedAt: new Date() })).toBe(flagBits.appSeat);
    expect(flagsOf(all)).toBe(511);
    expect(flagsOf({ ...all, accountState: 'removed' })).toBeNull();
  });

  it('stand with the UTC day of the last use', () => {
    expect(bucketOf(nobody)?.lastUsedOn).toBe('1000-01-01');
    expect(bucketOf({ ...nobody, lastUsedAt: at })?.lastUsedOn).toBe('2026-03-02');
    expect(bucketOf({ ...nobody, lastUsedAt: new Date('2026-03-02T23:59:59.999Z') })?.lastUsedOn).toBe('2026-03-02');
  });

  it('move only when the counts see it', () => {
    const used = { ...nobody, lastUsedAt: at };

    expect(countDelta(used, { ...used, lastUsedAt: '2026-03-02 10:00:00.000000' })).toBeUndefined();
    expect(countDelta(undefined, nobody)).toEqual({ from: null, to: { flags: 1, lastUsedOn: '1000-01-01' } });
    expect(countDelta(used, { ...used, accountState: 'removed' })).toEqual({
      from: { flags: 1, lastUsedOn: '2026-03-02' },
      to: null,
    });
  });

  it('cancel out where people only pass through a bar', () => {
    const bar = (flags: number) => ({ flags, lastUsedOn: '2026-03-02' });

    expect(
      netChanges([
        { from: null, to: bar(1) },
        { from: bar(1), to: bar(3) },
        { from: bar(3), to: bar(7) },
        { from: null, to: bar(7) },
      ]),
    ).toEqual([{ ...bar(7), people: 2 }]);
  });
});

describe('the counts', () => {
  const anyone = fc.integer({ min: 0, max: 511 }).map((flags) => {
    // As the services make people: milestones nest, and a seat is given back with the account.
    const nested = (from: number, implied: number): number => ((flags & from) !== 0 ? implied : 0);
    const reached = nested(96, 12) | nested(16, 12) | nested(8, 4);
    return (flags & 1 ? flags : flags & ~2) | reached;
  });
  const sumsOf = (people: readonly number[], active: number): AdoptionSums => {
    const size = (allOf: number): number => people.filter((flags) => (flags & allOf) === allOf).length;
    const sets = Object.entries(flagSets).map(([name, { allOf }]) => [name, size(allOf)]);
    return {
      ...Object.fromEntries(sets),
      activeMembers: Math.min(active, size(flagSets.members.allOf)),
    } as AdoptionSums;
  };

  it('keep I1 to I6 and I10 for any people and seats', () => {
    fc.assert(
      fc.property(fc.array(anyone, { maxLength: 60 }), fc.nat(80), fc.nat(60), (people, seats, active) => {
        const c = countsOf(seats, sumsOf(people, active));
        const enabled = people.filter((flags) => flags & 1).length;

        expect(c.totalLicense).toBe(c.assignedLicense + c.unassignedLicense - Math.max(c.assignedLicense - seats, 0));
        expect(c.assignedLicense).toBe(c.activatedLicense + c.activationPending);
        expect(c.activatedLicense).toBe(c.onboardedUsers + c.appSetupPending);
        expect(c.onboardedUsers).toBe(c.usingApp + c.usagePending);
        expect(c.addedItems).toBe(c.usingApp);
        expect(c.usingApp).toBe(c.connectedExtension + c.connectedExtensionPending);
        expect(c.usingApp).toBe(c.usingAutofill + c.usingAutofillPending);
        expect(c.totalUsers).toBe(c.activeUsers + c.inactiveUsers);
        expect(c.assignedLicense).toBeLessThanOrEqual(enabled);
        expect(c.onboardedUsers).toBeLessThanOrEqual(c.totalUsers);
        expect(Object.values(c).every((value) => Number.isInteger(value) && value >= 0)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
