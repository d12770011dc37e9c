// mail/address: one plain address or none, and names that cannot break a header (safety B10).
import * as fc from 'fast-check';
import { cleanLine, isAddress, toMailbox } from '../../src/mail/address';

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
  expect(() => toMailbox('Ada', address)).toThrow(expect.objectContaining({ code: 'input.invalid' }));
});

test('an international domain goes out in its ASCII form', () => {
  expect(toMailbox('', 'ada@Bücher.example').address).toBe('ada@xn--bcher-kva.example');
});

test.each([
  ['Ada\r\nBcc: eve@example.com', 'Ada Bcc: eve@example.com'],
  ['\u202eadA\u202c', 'adA'],
  ['\u2066Ada\u2069\u200e', 'Ada'],
  ['Ada\u0000\u0007 Lovelace', 'Ada Lovelace'],
  ['  Ada \t  Lovelace ', 'Ada Lovelace'],
  ['O\'Brien, "Bob" <b>', 'O\'Brien, "Bob" <b>'],
  ['Ада 👩🏽‍💻 עדה', 'Ада 👩🏽‍💻 עדה'],
  ['Ada\ud800', 'Ada'],
])('the name %j becomes %j', (name, expected) => {
  expect(toMailbox(name, 'ada@example.com').name).toBe(expected);
});

test('a long name is cut between characters and says so', () => {
  const { name } = toMailbox('👩'.repeat(300), 'ada@example.com');

  expect(Array.from(name)).toHaveLength(255);
  expect(name.endsWith('👩…')).toBe(true);
});

test('whatever comes in, a line is one line and an address holds no separator', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => {
      expect(cleanLine(text, 100)).not.toMatch(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
      expect(Array.from(cleanLine(text, 100)).length).toBeLessThanOrEqual(100);
      expect(isAddress(text) && /[\s,;:<>()[\]\\"]/.test(text)).toBe(false);
    }),
  );
});
