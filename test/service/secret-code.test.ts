// Codes that people type: drawn evenly, read back however they were typed.
import * as fc from 'fast-check';
import { digestOf, newCode, readCode } from '../../src/service/secret-code';

describe('a secret code', () => {
  test('is read back in lower case, with blanks, and with letters that look alike', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 8 }), (length, group) => {
        const code = newCode(length, group);
        const sloppy = code.toLowerCase().replaceAll('-', ' \u2009').replaceAll('0', 'o').replaceAll('1', 'i');

        expect(readCode(sloppy)).toBe(code.replaceAll('-', ''));
        expect(readCode(code)).toHaveLength(length);
        expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z-]+$/);
      }),
    );
  });

  test('of 26 letters never comes twice', () => {
    const codes = new Set(Array.from({ length: 2000 }, () => newCode(26, 5)));

    expect(codes.size).toBe(2000);
    expect(digestOf('x')).toMatch(/^[0-9a-f]{64}$/);
  });
});
