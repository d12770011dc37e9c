// domain/address: one plain address or none (safety B10).
import * as fc from 'fast-check';
import { addressParts, isAddress } from '../../src/domain/address';

test.each([
  'ada@example.com',
  'ada.lovelace+uptake@mail.example.co.uk',
  "o'brien@example.com",
  'uptake@localhost',
  '!#$%&*/=?^_`{|}~-@example.com',
  'ada@bücher.example',
  'müller@example.com',
  `${'a'.repeat(64)}@example.com`,
])('%s is an address', (address) => {
  expect(isAddress(address)).toBe(true);
});

const longDomain = `${'a'.repeat(60)}.`.repeat(5);
test.each([
  ['nothing', ''],
  ['no at', 'ada'],
  ['no local part', '@example.com'],
  ['no domain', 'ada@'],
  ['a name beside it', 'Ada <ada@example.com>'],
  ['angle brackets', '<ada@example.com>'],
  ['a list', 'ada@example.com,bob@example.com'],
  ['a list by semicolon', 'ada@example.com;bob@example.com'],
  ['a group', 'team: ada@example.com;'],
  ['a comment', 'ada(x)@example.com'],
  ['a quoted local part', '"ada lovelace"@example.com'],
  ['two ats', 'ada@b@example.com'],
  ['a line end and a header', 'ada@example.com\r\nBcc: eve@example.com'],
  ['a line end inside', 'ada\n@example.com'],
  ['NUL', 'ada\u0000@example.com'],
  ['a blank', 'ada @example.com'],
  ['a blank at the end', 'ada@example.com '],
  ['a dot at the start', '.ada@example.com'],
  ['a dot at the end', 'ada.@example.com'],
  ['two dots', 'ada..b@example.com'],
  ['an IP literal', 'ada@[127.0.0.1]'],
  ['an IP number', 'ada@127.0.0.1'],
  ['an IP in hex', 'ada@0x7f000001'],
  ['a dash at the edge of a label', 'ada@-example.com'],
  ['an empty label', 'ada@example..com'],
  ['a port', 'ada@example.com:25'],
  ['a path', 'ada@example.com/x'],
  ['a percent sign', 'ada@exa%6dple.com'],
  ['a direction mark', 'ada@\u202eexample.com'],
  ['a zero width space', 'ada@exam\u200bple.com'],
  ['65 characters before the at', `${'a'.repeat(65)}@example.com`],
  ['a label of 64', `ada@${'a'.repeat(64)}.com`],
  ['more than 320 characters', `ada@${longDomain}${longDomain}example.com`],
  ['a lone surrogate', 'ada\ud800@example.com'],
])('%s is no address', (_, address) => {
  expect(isAddress(address)).toBe(false);
});

test.each([
  ['ada@Bücher.example', 'xn--bcher-kva.example'],
  ['ada@EXAMPLE.com', 'example.com'],
])('the domain of %s in ASCII is %s', (address, domain) => {
  expect(addressParts(address)).toEqual({ local: 'ada', domain });
});

test('whatever comes in, an address holds no separator and its domain nothing beyond ASCII', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => {
      const parts = addressParts(text);
      expect(parts !== undefined && /[\s,;:<>()[\]\\"]/.test(text)).toBe(false);
      expect(parts?.domain ?? 'a').toMatch(/^[a-z0-9.-]+$/);
    }),
  );
});
