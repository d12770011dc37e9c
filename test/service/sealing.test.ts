// Sealing: opens only with the same key and context; one changed bit is refused.
import * as fc from 'fast-check';
import { createSealing } from '../../src/service/sealing';

const sealing = createSealing('a key of tests that is long enough');

describe('sealing', () => {
  test('gives back what was sealed, and never the same bytes twice', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string(), (text, context) => {
        const [one, other] = [sealing.seal(text, context), sealing.seal(text, context)];

        expect(sealing.open(one, context)).toBe(Buffer.from(text, 'utf8').toString('utf8'));
        expect(one.equals(other)).toBe(false);
      }),
    );
  });

  test('refuses another context, another key, and any changed bit', () => {
    const sealed = sealing.seal('JBSWY3DPEHPK3PXP', 'totp:1:a');
    const other = createSealing('another key of tests, long enough too');

    const tries = [
      () => sealing.open(sealed, 'totp:1:b'),
      () => other.open(sealed, 'totp:1:a'),
      () => sealing.open(Buffer.alloc(0), 'totp:1:a'),
      ...Array.from({ length: sealed.length - 1 }, (_, i) => () => {
        const changed = Buffer.from(sealed);
        changed[i + 1] = (changed[i + 1] ?? 0) ^ 1;
        return sealing.open(changed, 'totp:1:a');
      }),
    ];

    for (const attempt of tries) expect(attempt).toThrow(expect.objectContaining({ code: 'bug' }));
  });

  test('makes keys and codes that differ by purpose and stay the same', () => {
    const again = createSealing('a key of tests that is long enough');

    expect(sealing.mac('one', 'text')).toMatch(/^[0-9a-f]{64}$/);
    expect(again.mac('one', 'text')).toBe(sealing.mac('one', 'text'));
    expect(sealing.mac('two', 'text')).not.toBe(sealing.mac('one', 'text'));
    expect(sealing.deriveKey('cookie')).not.toBe(sealing.deriveKey('form'));
  });
});
