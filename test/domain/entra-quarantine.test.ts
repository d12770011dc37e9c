// The lines of Entra's quarantine, from both sides.
import { quarantineRisk } from '../../src/domain/entra-quarantine';

describe('the risk of quarantine', () => {
  it.each([
    [0, 0, 0, 'ok', null, 5000],
    [100, 30, 0, 'ok', null, 4970],
    [100, 41, 0, 'failing', null, 4959],
    [12_500, 4999, 0, 'ok', null, 1],
    [12_400, 5000, 0, 'quarantine', 'ratio', 0],
    [12_500, 5000, 0, 'ok', null, 35_001],
    [12_500, 5000, 1, 'ok', null, 1],
    [200_000, 40_000, 0, 'ok', null, 1],
    [200_000, 40_001, 0, 'quarantine', 'failures', 0],
    [900_000, 59_999, 59_000, 'ok', null, 1],
    [900_000, 60_000, 59_000, 'quarantine', 'ceiling', 0],
  ])(
    'of %i requests with %i failures, %i about members, is %s',
    (requests, failures, referenceFailures, state, line, left) => {
      const risk = quarantineRisk({ requests, failures, referenceFailures });

      expect(risk).toMatchObject({ state, line, failuresLeft: left });
    },
  );
});
