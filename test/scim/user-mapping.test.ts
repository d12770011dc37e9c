// Users on the wire: nothing a client owns is lost or invented on the way there and back.
import { AppError } from '../../src/errors';
import { fromWire, toWire } from '../../src/scim/user-mapping';
import { aProfile } from '../support/builders';

const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const code = (work: () => unknown): string => {
  try {
    work();
    return 'none';
  } catch (error) {
    return error instanceof AppError ? error.code : 'other';
  }
};

describe('users on the wire', () => {
  it.each([
    ['a plain one', aProfile()],
    ['one made by CSV, its locale and zone in columns alone', aProfile({ locale: 'de-AT', timeZone: 'Europe/Vienna' })],
    [
      'one with everything',
      aProfile({
        externalId: 'e',
        title: 'T',
        department: 'D',
        costCenter: '7',
        employeeNumber: '8',
        managerRaw: 'm',
        extra: { nickName: 'N', name: { middleName: 'M' }, [enterprise]: { division: 'V' }, 'urn:x:y': { z: '1' } },
      }),
    ],
    [
      'elements that say primary: false, and none',
      aProfile({
        values: [
          {
            attribute: 'addresses',
            type: 'work',
            value: null,
            isPrimary: false,
            display: null,
            extra: { country: 'DE' },
          },
          {
            attribute: 'emails',
            type: null,
            value: 'e@example.com',
            isPrimary: false,
            display: 'E',
            extra: { primary: false },
          },
        ],
      }),
    ],
  ])('%s comes back as it was', (_, profile) => {
    expect(fromWire(toWire(profile))).toEqual(profile);
  });

  it.each([
    ['en', 'en', null],
    ['de_at', 'de-AT', 'de_at'],
    ['zh-hant-TW', 'zh-Hant-TW', 'zh-hant-TW'],
    ['german please', null, 'german please'],
    ['english', null, 'english'],
  ])('knows the locale %s as %s', (sent, known, kept) => {
    const profile = fromWire({ userName: 'u', locale: sent });

    expect([profile.locale, profile.extra['locale'] ?? null]).toEqual([known, kept]);
    expect(toWire(profile)['locale']).toBe(sent);
  });

  it.each([
    ['Europe/Berlin', 'Europe/Berlin'],
    ['UTC', 'UTC'],
    ['Mars/Base', null],
    ['+02:00', null],
    ['W. Europe Standard Time', null],
  ])('knows the zone %s as %s', (sent, known) => {
    const profile = fromWire({ userName: 'u', timezone: sent });

    expect(profile.timeZone).toBe(known);
    expect(toWire(profile)['timezone']).toBe(sent);
  });

  it('counts characters, not code units', () => {
    expect(code(() => fromWire({ userName: '😀'.repeat(255) }))).toBe('none');
    expect(code(() => fromWire({ userName: '😀'.repeat(256) }))).toBe('body.value');
    expect(code(() => fromWire({ userName: 'u', addresses: [{ country: 'x'.repeat(65) }] }))).toBe('body.value');
    expect(code(() => fromWire({ userName: 'u', photos: [{ value: 'x'.repeat(1024) }] }))).toBe('none');
    expect(code(() => fromWire({ userName: 'u', nickName: 'x'.repeat(1025) }))).toBe('body.value');
    expect(code(() => fromWire({ userName: 'u', emails: [{ type: 'x'.repeat(65), value: 'e' }] }))).toBe('body.value');
    expect(code(() => fromWire({ userName: 'u', [enterprise]: { manager: { value: 'x'.repeat(256) } } }))).toBe(
      'body.value',
    );
    expect(code(() => fromWire({ userName: ' ' }))).toBe('body.value');
  });
});
