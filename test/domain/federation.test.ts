// What a trust may say.
import { readTrust } from '../../src/domain/federation';

const tenantId = '0F0F0F0F-1111-4222-8333-444444444444';
const wish = { tenantId, subject: 's', audiences: ['a'] };

describe('a trust', () => {
  it('is in the public cloud of its tenant unless said', () => {
    expect(readTrust(wish)).toEqual({
      tenantId: tenantId.toLowerCase(),
      issuer: `https://login.microsoftonline.com/${tenantId.toLowerCase()}/v2.0`,
      jwksUrl: `https://login.microsoftonline.com/${tenantId.toLowerCase()}/discovery/v2.0/keys`,
      subject: 's',
      audiences: ['a'],
    });
  });

  it('has the keys of the issuer that is named', () => {
    expect(readTrust({ ...wish, issuer: 'https://login.microsoftonline.us/t/v2.0' }).jwksUrl).toBe(
      'https://login.microsoftonline.us/t/discovery/v2.0/keys',
    );
  });

  it.each([
    [{ tenantId: 'common' }],
    [{ tenantId: '' }],
    [{ subject: '' }],
    [{ subject: 'a b' }],
    [{ audiences: [] }],
    [{ audiences: [''] }],
    [{ audiences: Array.from({ length: 11 }, () => 'a') }],
    [{ issuer: 'x'.repeat(256) }],
  ])('is refused with %j', (over) => {
    expect(() => readTrust({ ...wish, ...over })).toThrow(expect.objectContaining({ code: 'input.invalid' }) as Error);
  });
});
