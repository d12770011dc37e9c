// Generated conditions, for the suites that compare the database with memory.
import * as fc from 'fast-check';
import type { Condition } from '../../src/domain/condition';

/** Trees of and, or and not, three levels deep at most, over some leaves. */
export function joined(leaves: fc.Arbitrary<Condition>): fc.Arbitrary<Condition> {
  return fc.letrec<{ node: Condition }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 3 },
      leaves,
      fc.record({
        kind: fc.constantFrom('and' as const, 'or' as const),
        terms: fc.array(tie('node'), { minLength: 2, maxLength: 3 }),
      }),
      fc.record({ kind: fc.constant('not' as const), term: tie('node') }),
    ),
  })).node;
}
