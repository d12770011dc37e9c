// Alerts as rules: who hears of which kind, and when one is over.
import { fc } from '@fast-check/jest';
import { alertEnd, alertKinds, alertRules, eventAlertMs, recipientRoles } from '../../src/domain/alert';

const instants = fc.date({ min: new Date('2020-01-01'), max: new Date('2040-01-01'), noInvalidDate: true });
const kinds = fc.constantFrom(...alertKinds);

describe('alerts', () => {
  it('go to Super Admins and Admins; those about evidence to Auditors too', () => {
    const withAuditors = alertKinds.filter((kind) => recipientRoles(kind).includes('auditor'));

    expect(withAuditors).toEqual(['report_failed']);
    for (const kind of alertKinds)
      expect(recipientRoles(kind)).toEqual(expect.arrayContaining(['super_admin', 'admin']));
  });

  it('are events where nothing else could end them, and all but one are important', () => {
    expect(alertKinds.filter((kind) => alertRules[kind].isEvent)).toEqual([
      'hold_expired',
      'mass_delete',
      'admin_deactivated',
    ]);
    expect(alertKinds.filter((kind) => !alertRules[kind].isImportant)).toEqual(['over_assigned']);
  });

  it('are over at their end, else by age and only as events', () => {
    fc.assert(
      fc.property(kinds, instants, instants, (kind, a, b) => {
        const [openedAt, now] = a < b ? [a, b] : [b, a];
        const isAged = now.getTime() - openedAt.getTime() >= eventAlertMs;

        const end = alertEnd({ kind, openedAt, closedAt: null }, now);

        expect(end !== null).toBe(alertRules[kind].isEvent && isAged);
        expect((end ?? now) <= now).toBe(true);
        expect(alertEnd({ kind, openedAt, closedAt: openedAt }, now)).toEqual(openedAt);
      }),
    );
  });
});
