// The pure rules of reports: honest states, recipients, run keys.
import * as fc from 'fast-check';
import {
  checkedRecipients,
  closedStatus,
  deliveryStatusOf,
  manualRunKey,
  runOfManualKey,
  type DeliveryStatus,
} from '../../src/domain/report';

const delivery = (status: DeliveryStatus, required = true) => ({ destinationId: 'd', status, required });

describe('closedStatus', () => {
  it.each([
    ['succeeded', [delivery('delivered'), delivery('delivered')]],
    ['partial', [delivery('delivered'), delivery('failed')]],
    ['partial', [delivery('delivered'), delivery('unknown')]],
    ['failed', [delivery('failed'), delivery('unknown')]],
    ['succeeded', [delivery('delivered'), delivery('failed', false)]],
    ['failed', [delivery('failed'), delivery('delivered', false)]],
    ['failed', [delivery('failed', false)]],
    ['succeeded', []],
    ['failed', [delivery('pending')]],
    ['failed', [delivery('skipped')]],
  ] as const)('is %s', (expected, deliveries) => {
    expect(closedStatus(deliveries)).toBe(expected);
  });

  it('never says succeeded while a required destination lacks the files', () => {
    const any = fc.record({
      destinationId: fc.uuid(),
      status: fc.constantFrom<DeliveryStatus>('pending', 'sending', 'delivered', 'failed', 'unknown', 'skipped'),
      required: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(any), (deliveries) => {
        const lacking = deliveries.some((it) => it.required && it.status !== 'delivered');
        expect(lacking && closedStatus(deliveries) === 'succeeded').toBe(false);
      }),
    );
  });
});

describe('deliveryStatusOf', () => {
  it.each([
    [[], 'skipped'],
    [['sent', 'sent'], 'delivered'],
    [['sent', 'rejected'], 'failed'],
    [['sent', 'unknown', 'rejected'], 'unknown'],
    [['sent', 'pending'], 'sending'],
    [['cancelled'], 'failed'],
  ] as const)('of %j is %s', (mails, expected) => {
    expect(deliveryStatusOf(mails)).toBe(expected);
  });
});

describe('checkedRecipients', () => {
  it('lets active admins and allowed domains pass, compared without case, and counts the others', () => {
    const allowed = { adminEmails: ['Admin@Other.example'], domains: ['example.com'] };
    const recipients = ['a@EXAMPLE.com', 'admin@other.example', 'b@sub.example.com', 'c@example.com.evil.example'];

    expect(checkedRecipients(recipients, allowed)).toEqual({
      allowed: ['a@EXAMPLE.com', 'admin@other.example'],
      dropped: ['b@sub.example.com', 'c@example.com.evil.example'],
    });
  });
});

describe('run keys by hand', () => {
  it('lead back to their run, and a nominal local time leads to none', () => {
    expect(runOfManualKey(manualRunKey('r1'))).toBe('r1');
    expect(runOfManualKey('2027-03-28T02:30')).toBeUndefined();
  });
});
