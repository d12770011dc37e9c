// What one PATCH may cost: operations times elements times terms of their filters.
import { normalizePatch } from '../../src/scim/entra-dialect';
import { patch } from '../../src/scim/patch';
import type { Container } from '../../src/scim/resource';
import { userSchema } from '../../src/scim/schemas';

describe('the work of a PATCH', () => {
  const schema = userSchema();
  const emails = (count: number) => Array.from({ length: count }, (_, no) => ({ value: `u${no}@example.com` }));
  const apply = (held: number, operations: object[]): Container => {
    const { operations: plain } = normalizePatch(schema, { Operations: operations });
    return patch({ userName: 'u', emails: emails(held) }, plain);
  };

  it.each([
    ['filters', (no: number) => ({ op: 'replace', path: `emails[type eq "t${no}"].value`, value: `e${no}@x` })],
    ['many terms', () => ({ op: 'remove', path: `emails[${Array(40).fill('value co "zz"').join(' or ')}]` })],
    ['named removals', () => ({ op: 'remove', path: 'emails', value: emails(300) })],
    ['additions', (no: number) => ({ op: 'add', path: 'emails', value: [{ value: `n${no}@x` }] })],
  ])('refuses a thousand operations with %s on a thousand elements', (_, operation) => {
    const operations = Array.from({ length: 1000 }, (__, no) => operation(no));

    expect(() => apply(1000, operations)).toThrow(expect.objectContaining({ code: 'body.too_large' }));
  });

  it('takes a thousand operations on what a person has', () => {
    const operations = Array.from({ length: 1000 }, (_, no) => ({
      op: 'replace',
      path: `emails[type eq "t${no % 20}"].value`,
      value: `e${no}@x`,
    }));

    expect(apply(20, operations)['emails']).toHaveLength(40);
  });
});
