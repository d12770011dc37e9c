// The activity window and instants with microseconds.
import { isActivity, windowStart } from '../../src/domain/activity';

describe('activity', () => {
  it('begins the window thirty times 86,400 seconds before, microseconds kept, clock changes or not', () => {
    expect(windowStart('2026-03-31 22:00:00.000001')).toBe('2026-03-01 22:00:00.000001');
    expect(windowStart('2026-03-31 22:00:00.000000', 60)).toBe('2026-01-30 22:00:00.000000');
  });

  it('is what shows use: setup, items, autofill, opening and unlocking, but no sample', () => {
    const shows = (type: Parameters<typeof isActivity>[0]['type'], isSample = false) => isActivity({ type, isSample });

    expect([shows('vault.created'), shows('item.added'), shows('autofill.used'), shows('app.unlocked')]).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect([shows('item.added', true), shows('license.activated'), shows('device.heartbeat')]).toEqual([
      false,
      false,
      false,
    ]);
    expect([shows('extension.connected'), shows('hub.authenticated')]).toEqual([false, false]);
  });
});
