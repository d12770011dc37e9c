// What an outcome makes of a mail.
import { settlementOf, type MailOutcome } from '../../src/domain/mail';

const at = new Date('2027-01-04T08:00:00Z');
const reply = 'x';
const hours = (count: number): Date => new Date(at.getTime() + count * 3_600_000);

describe('the settlement of an outcome', () => {
  it.each<[string, MailOutcome, object]>([
    ['accepted', { kind: 'accepted', code: 250, reply }, { status: 'sent', smtpCode: 250 }],
    ['in doubt', { kind: 'unknown', reason: 'ECONNECTION' }, { status: 'unknown', smtpCode: null }],
    [
      'never handed over',
      { kind: 'unreachable', reason: 'EDNS' },
      { status: 'pending', isUncounted: true, nextAttemptAt: null },
    ],
    [
      'no such address',
      { kind: 'rejected', code: 550, reply, enhanced: '5.1.1' },
      { status: 'rejected', suppress: 'hard_bounce' },
    ],
    [
      'mailbox disabled',
      { kind: 'rejected', code: 550, reply, enhanced: '5.2.1' },
      { status: 'rejected', suppress: 'hard_bounce' },
    ],
    [
      'mailbox full',
      { kind: 'rejected', code: 552, reply, enhanced: '5.2.2' },
      { status: 'rejected', suppress: 'soft_bounce' },
    ],
    [
      'our sender refused',
      { kind: 'rejected', code: 550, reply, enhanced: '5.7.1' },
      { suppress: null, isSenderRefused: true },
    ],
    [
      'refused without a reason',
      { kind: 'rejected', code: 554, reply },
      { status: 'rejected', suppress: null, isSenderRefused: false },
    ],
  ])('%s', (_, outcome, expected) => {
    const settlement = settlementOf(outcome, 1, at);

    expect(settlement).toMatchObject(expected);
  });

  it('tries a deferred mail after 15 minutes, 4 hours and 24 hours, then it is a soft bounce', () => {
    const deferred: MailOutcome = { kind: 'deferred', code: 450, reply };

    const settlements = [1, 2, 3, 4].map((attempt) => settlementOf(deferred, attempt, at));

    expect(settlements.map((it) => it.nextAttemptAt)).toEqual([hours(0.25), hours(4), hours(24), null]);
    expect(settlements[3]).toMatchObject({ status: 'rejected', suppress: 'soft_bounce' });
  });
});
