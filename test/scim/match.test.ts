// Conditions over one element in memory: they mean what the same filter means in the database.
import type { Comparison } from '../../src/domain/condition';
import { matches } from '../../src/scim/match';
import { userSchema } from '../../src/scim/schemas';

describe('a condition over an element', () => {
  const emails = userSchema().attributes.get('emails')!;
  const holds = (operator: Comparison, value: string, held = 'Jane Doe@example.com') =>
    matches({ kind: 'compare', attribute: 'display', operator, value }, { display: held }, emails);

  it('takes the blanks at the end of a part as they are, and those of a whole value as nothing', () => {
    expect(holds('sw', '  ')).toBe(false);
    expect(holds('ew', ' ')).toBe(false);
    expect(holds('co', ' ')).toBe(true);
    expect([holds('sw', 'JANE '), holds('sw', 'jane ', 'Janet')]).toEqual([true, false]);
    expect(holds('eq', 'jane ', 'Jane')).toBe(true);
  });
});
