// Reading an assertion: whatever arrives, it is an assertion or nothing, and never an error.
import * as fc from 'fast-check';
import { bareAudience, readAssertion } from '../../src/service/assertion';

const part = (text: string): string => Buffer.from(text).toString('base64url');

describe('an assertion', () => {
  it('is read or not, but never fails, for any text and any JSON', () => {
    const jsons = fc.tuple(fc.json(), fc.json(), fc.string()).map((all) => all.map(part).join('.'));

    fc.assert(
      fc.property(fc.oneof(fc.string(), jsons), (text) => {
        const read = readAssertion(text);

        expect(read === undefined || ['RS256', 'PS256', 'ES256'].includes(read.algorithm)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it('is held to one length and three parts', () => {
    const head = part('{"alg":"RS256","kid":"a"}');
    const sized = (length: number) => `${head}.${part('{}')}.${'A'.repeat(length - head.length - 5)}`;

    expect([sized(8192).length, sized(8193).length]).toEqual([8192, 8193]);
    expect(readAssertion(sized(8192))).toMatchObject({ algorithm: 'RS256', kid: 'a' });
    expect(readAssertion(sized(8193))).toBeUndefined();
    for (const odd of [`${head}..A`, `.${head}.A`, `${head}.${part('{}')}=.A`, `${head}.${part('{}')}.A\n`])
      expect(readAssertion(odd)).toBeUndefined();
  });

  it('does not take its header from the words of objects', () => {
    for (const header of ['{"__proto__":{"alg":"RS256","kid":"a"}}', '{"alg":"constructor","kid":"a"}', '[]', 'null'])
      expect(readAssertion(`${part(header)}.${part('{}')}.A`)).toBeUndefined();
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  it('names its audience with or without /.default', () => {
    expect(['a/.default', 'a', 'a/.default/.default', 'a.default'].map(bareAudience)).toEqual([
      'a',
      'a',
      'a/.default',
      'a.default',
    ]);
  });
});
