// Fault points: nothing without FAULTS, and exactly what FAULTS says with it.
import { createFaults } from '../../src/compose/faults';

describe('faults', () => {
  it('do nothing without FAULTS and at points that are not named', async () => {
    await expect(createFaults(undefined)('mail.afterAccept')).resolves.toBeUndefined();
    await expect(createFaults('mail.afterAccept=throw')('mail.afterClaim')).resolves.toBeUndefined();
  });

  it('fail at the named point every time, or the n-th time alone', async () => {
    const always = createFaults('mail.afterAccept=throw');
    const second = createFaults('mail.afterAccept=throw@2,tx.beforeCommit=delay:1');

    await expect(always('mail.afterAccept')).rejects.toThrow('mail.afterAccept');
    await expect(always('mail.afterAccept')).rejects.toThrow('mail.afterAccept');
    await second('mail.afterAccept');
    await expect(second('mail.afterAccept')).rejects.toThrow('mail.afterAccept');
    await second('mail.afterAccept');
    await second('tx.beforeCommit');
  });
});
