// The dashboard's words out of counts, whatever the counts are.
import * as fc from 'fast-check';
import { dashboardModel } from '../../src/console/dashboard-model';
import { countsOf } from '../../src/domain/adoption';

const someCounts = fc
  .record({
    seats: fc.nat(2_000_000),
    people: fc.array(fc.nat(1_000_000), { minLength: 6, maxLength: 6 }),
    recent: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map(({ seats, people, recent }) => {
    const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = people;
    const usingApp = Math.min(a, b, c, d);
    const onboarded = Math.min(a, b, c);
    const members = onboarded + e;
    return countsOf(seats, {
      assigned: a,
      activated: Math.min(a, b),
      onboarded,
      usingApp,
      usingWithExtension: Math.min(usingApp, e),
      usingWithAutofill: Math.min(usingApp, f),
      members,
      activeMembers: Math.floor(members * recent),
    });
  });

describe('the dashboard model', () => {
  test('draws and says nothing that is no number, whatever the counts', () => {
    fc.assert(
      fc.property(someCounts, (counts) => {
        const text = JSON.stringify(dashboardModel(counts, 'App'));

        expect(text).not.toMatch(/null|NaN|undefined|Infinity/);
      }),
      { numRuns: 500 },
    );
  });

  test('keeps every count with what is pending at the count before', () => {
    fc.assert(
      fc.property(someCounts, (counts) => {
        const { columns, usage } = dashboardModel(counts, 'App');

        columns.slice(1).forEach((column, i) => expect(column.count + column.pending).toBe(columns[i]?.count));
        usage.slice(1).forEach((row) => expect(row.count + row.pending).toBe(counts.usingApp));
      }),
    );
  });

  test('names no drop of fewer than five people or five percent', () => {
    const sums = { usingApp: 96, usingWithExtension: 0, usingWithAutofill: 0, members: 96, activeMembers: 96 };

    const few = dashboardModel(countsOf(100, { ...sums, assigned: 100, activated: 96, onboarded: 96 }), 'App');
    const some = dashboardModel(countsOf(100, { ...sums, assigned: 102, activated: 96, onboarded: 96 }), 'App');

    expect(few.hasDrop).toBe(false);
    expect(some.drop).toMatchObject({ pending: 6, of: 102, who: 'people with a license' });
  });

  test('says by how many licenses are over-assigned', () => {
    const sums = { activated: 0, onboarded: 0, usingApp: 0, usingWithExtension: 0, usingWithAutofill: 0 };

    const model = dashboardModel(countsOf(500, { ...sums, assigned: 505, members: 0, activeMembers: 0 }), 'App');

    expect(model).toMatchObject({ isOverAssigned: true, overAssigned: 5 });
    expect(model.columns[0]).toMatchObject({ pending: 0, count: 505 });
  });
});
