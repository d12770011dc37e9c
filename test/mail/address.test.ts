// mail/address: mailboxes of one plain address, and names that cannot break a header.
import * as fc from 'fast-check';
import { cleanLine, toMailbox } from '../../src/mail/address';

test.each(['', 'ada', 'ada@example.com\r\nBcc: eve@example.com', 'Ada <ada@example.com>', 'a..b@example.com'])(
  'the address %j makes no mailbox',
  (address) => {
    expect(() => toMailbox('Ada', address)).toThrow(expect.objectContaining({ code: 'input.invalid' }));
  },
);

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

test('whatever comes in, a line is one line', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => {
      expect(cleanLine(text, 100)).not.toMatch(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
      expect(Array.from(cleanLine(text, 100)).length).toBeLessThanOrEqual(100);
    }),
  );
});
